"""Paper: paragraphs, tables and charts as a Word document in the form of official documents, GB/T 9704-2012; and back.

It knows nothing of what is written. The same paragraphs always give the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Drawn

from db.language import Refusal
from metrics import paper_charts
from metrics.paper_charts import Chart

SONG = "方正小标宋简体"
FANG = "仿宋_GB2312"
HEI = "黑体"
KAI = "楷体"
NUMBERS = "宋体"
# What a machine without the font is to take instead, by the name it may have there.
INSTEAD = {SONG: "宋体;SimSun", FANG: "仿宋;FangSong", HEI: "SimHei", KAI: "KaiTi;楷体_GB2312"}
BODY, LARGE, SMALL = Pt(16), Pt(22), Pt(10.5)  # 三号, 二号, 五号
LINE, CLOSE = Pt(28), Pt(15)  # from line to line: of the text, of tables and notes
AIR = Pt(2)  # above and below in a cell
WIDTH, HEIGHT = Mm(210 - 28 - 26), Mm(297 - 37 - 35)
LETTERS, LINES = 28, 22  # on a line, on a page: 28 letters of 16 pt are a little wider than the page gives
TIGHTER = int((WIDTH.pt / LETTERS - BODY.pt) * 20) - 1  # twentieths of a point between letters


class Asked(NamedTuple):
    """The question to metrics.figures.rows that shows what is behind a number."""

    indicator: str
    year: int
    cut_off: date


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph. `sort`: "" words, "figure", "claim", or what is marked for the writer: "note",
    "to_write". `asked`: what a figure or a claim was made of."""

    text: str
    sort: str = ""
    asked: Asked | None = None


@dataclass(frozen=True)
class Table:
    """Cells row by row, the first row being the heading. `widths`: shares of the page. `under`: for each row after the
    heading a text across the whole of it, or none at all."""

    rows: tuple[tuple[Piece, ...], ...]
    widths: tuple[float, ...]
    right: tuple[int, ...] = ()
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `sort` is that of metrics.templates.Line. `number`: its line in the template, 0 outside it."""

    sort: str
    pieces: tuple[Piece, ...] = ()
    number: int = 0
    chart: Chart | None = None
    table: Table | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class _Style(NamedTuple):
    """How a sort of paragraph looks. `first`, `left`: indents in letters; `space`: lines above it."""

    name: str
    font: str
    size: Pt = BODY
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    first: float = 2
    left: float = 0
    space: float = 0
    new_page: bool = False


_CENTRE, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
STYLES = {
    "body": _Style("Normal", FANG),
    "title": _Style("Title", SONG, LARGE, _CENTRE, first=0),
    "part": _Style("Heading 1", HEI),
    "section": _Style("Heading 2", KAI),
    "point": _Style("Heading 3", FANG),
    "enclosure": _Style("Enclosure", FANG, space=1),
    "enclosed": _Style("Enclosed", FANG, first=0, left=5),
    "office": _Style("Office", FANG, align=_RIGHT, first=0, space=1),
    "day": _Style("Day", FANG, align=_RIGHT, first=0),
    "attachment": _Style("Attachment", HEI, align=_LEFT, first=0, new_page=True),
    "attachment_title": _Style("Attachment Title", SONG, LARGE, _CENTRE, first=0),
    "chart": _Style("Chart", FANG, SMALL, _CENTRE, first=0),
    "table": _Style("Cell", FANG, SMALL, _LEFT, first=0),
    "small": _Style("Small", FANG, SMALL, first=2),
}
_AFTER_SPACING = ("w:spacing", "w:ind", "w:jc", "w:outlineLvl")  # what the order of the elements puts behind
_AIRY = ("title", "attachment_title")  # a line free below
_HEADED = ("part", "section", "point")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in the package: a zip knows no earlier day
MOST_BYTES = 20 << 20  # of a document's text once unpacked


def paper(paragraphs: Iterable[Paragraph], *, title: str = "", author: str = "", day: date) -> bytes:
    """The document. `title`, `author` and `day` are its properties; no clock is looked at."""
    document = Document()
    _prepare(document, title, author, day)
    paragraphs = list(paragraphs)
    indents = _signature(paragraphs)
    for n, one in enumerate(paragraphs):
        if one.table:
            _table(document, one.table)
            continue
        drawn = document.add_paragraph(style=STYLES[one.sort].name)
        if one.chart:
            paper_charts.insert(drawn, one.chart, WIDTH)
            drawn.paragraph_format.line_spacing, drawn.paragraph_format.space_after = 1.0, 3 * AIR
            continue
        if n in indents:
            drawn.paragraph_format.right_indent = Pt(round(indents[n] * BODY.pt, 2))
            drawn.paragraph_format.keep_with_next = one.sort == "office"
        for piece in _headed(one):
            _run(drawn, *piece)
    return _packed(document)


def lines(data: bytes) -> str:
    """The text of a Word document, a line each paragraph, as it reads with all tracked changes accepted.

    Raises Refusal for what is no .docx, and for numbers that Word counts by itself: they are not in the text, and
    headings are known by them.
    """
    found = []
    for paragraph in _body(data).iter(qn("w:p")):
        text = _text(paragraph)
        if text and paragraph.xpath("w:pPr/w:numPr[not(w:numId/@w:val='0')]"):
            raise Refusal("“{text}”用了 Word 的自动编号，请把序号改为手工输入", text=text[:20])
        found += [line for line in text.splitlines() if line.strip()]
    return "\n".join(found)


def text(data: bytes) -> str:
    """The same with a line each row of a table, its cells apart by tabs, and whatever Word numbers. Raises Refusal."""
    found = []
    for block in _body(data).iter(qn("w:p"), qn("w:tr")):
        if block.xpath("ancestor::w:tr"):
            continue
        if block.tag == qn("w:p"):
            found.append(_text(block))
        else:
            cells = (" ".join(map(_text, cell.iter(qn("w:p")))).strip() for cell in block.iter(qn("w:tc")))
            found.append("\t".join(cells))
    return "\n".join(found)


def _body(data: bytes):
    """The parsed text part of a Word document. Raises Refusal for what is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            with package.open("word/document.xml") as part:
                text = part.read(MOST_BYTES + 1)  # what a packed file says of its size is not believed
            if len(text) > MOST_BYTES:
                raise Refusal("文件太大，不像是一份报告")
            return parse_xml(text)
    except (zipfile.BadZipFile, KeyError, SyntaxError, NotImplementedError, RuntimeError, EOFError):
        raise Refusal("请上传 Word 文档（.docx）；.doc 请先另存为 .docx") from None


def _text(paragraph) -> str:
    """A paragraph's text, without what was deleted or moved away; nothing of a text box."""
    if paragraph.xpath("ancestor::w:txbxContent | ancestor::w:del | ancestor::w:moveFrom"):
        return ""
    return "".join(_written(paragraph)).strip()


def _written(paragraph) -> Iterator[str]:
    gone = "ancestor::w:del | ancestor::w:moveFrom | ancestor::w:txbxContent"
    for node in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:cr"), qn("w:tab")):
        if node.getparent().tag == qn("w:r") and not node.xpath(gone):
            yield node.text or "" if node.tag == qn("w:t") else " " if node.tag == qn("w:tab") else "\n"


def _headed(one: Paragraph) -> Iterator[tuple[Piece, str]]:
    """Pieces with their font: a heading that runs on into its text is a heading up to its full stop only."""
    font = STYLES[one.sort].font
    for piece in one.pieces:
        head, stop, rest = piece.text.partition("。")
        if font in (HEI, KAI) and one.sort in _HEADED and stop and not piece.sort:
            yield Piece(head + stop), font
            font = FANG
            if rest:
                yield Piece(rest), font
        else:
            yield piece, font


def _signature(paragraphs: Sequence[Paragraph]) -> dict[int, float]:
    """How many letters the office's name and the day below it stand from the right, by the place of either.

    The name stands 2 from the right, the day begins 2 right of the name; where that leaves the page, the day stands 2
    from the right and the name begins 2 left of it (GB/T 9704-2012, 7.3.5.2).
    """
    found = {}
    for n, (one, following) in enumerate(zip(paragraphs, paragraphs[1:], strict=False)):
        if (one.sort, following.sort) == ("office", "day"):
            office, day = breadth(one.text), breadth(following.text)
            fits = day <= office
            found |= {n: 2 if fits else day + 4 - office, n + 1: office - day if fits else 2}
    return found


def breadth(text: str) -> float:
    """How wide a text is, in Chinese letters; figures and Latin are half of one."""
    return sum(1 if ord(letter) > 0x2E80 else 0.5 for letter in text)


def _run(drawn: Drawn, piece: Piece, font: str, size: Pt | None = None) -> None:
    for n, text in enumerate(piece.text.split("\n")):
        run = drawn.add_run()
        if n:
            run.add_break()
        run.add_text(text)
        _fonts(run._element.get_or_add_rPr(), font)
        run.font.size = size
        if piece.sort in ("note", "to_write"):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _fonts(properties, font: str) -> None:
    """One font for Chinese and for figures; without the East-Asian one Word would take its own for Chinese."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    names = dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), font)
    properties.insert(0, _with("w:rFonts", **names, hint="eastAsia"))  # quotation marks are Chinese ones


def _with(tag: str, **attributes: object):
    """An element of Word's."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def _prepare(document, title: str, author: str, day: date) -> None:
    """Page, grid, styles, page numbers, properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(22), Mm(15)
    section.start_type = WD_SECTION.NEW_PAGE
    if (grid := section._sectPr.find(qn("w:docGrid"))) is not None:
        section._sectPr.remove(grid)  # programs differ in what they make of it; type and spacing say the same
    for sort, style in STYLES.items():
        _style(document, sort, style)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, align in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        _page_number(footer, align)
    for mode in document.settings.element.xpath(".//w:compatSetting[@w:name='compatibilityMode']"):
        mode.set(qn("w:val"), "15")  # or Word says of every draft that it is of an older Word
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = _font_table()
    package = document.part.package
    for key in [key for key, one in package.rels.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]  # a picture of another document
    made = datetime(day.year, day.month, day.day)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, author, author
    properties.created = properties.modified = made
    properties.comments, properties.revision, properties.language = "", 1, "zh-CN"


def _style(document, sort: str, look: _Style) -> None:
    styles = document.styles
    style = styles[look.name] if look.name in styles else styles.add_style(look.name, 1)
    for tag in ("w:rPr", "w:pPr"):  # the built-in ones come blue, bold and with lines
        for old in style.element.findall(qn(tag)):
            style.element.remove(old)
    if sort != "body":
        style.base_style = styles["Normal"]
    style.hidden, style.quick_style = False, True
    properties = style.element.get_or_add_rPr()
    _fonts(properties, look.font)
    style.font.size, style.font.bold = look.size, False
    properties.insert_element_before(_with("w:spacing", val=TIGHTER if look.size == BODY else 0), "w:sz")
    properties.append(_with("w:lang", val="en-US", eastAsia="zh-CN"))
    form = style.paragraph_format
    form.alignment, form.line_spacing = look.align, CLOSE if look.size == SMALL else LINE
    below = LINE if sort in _AIRY else AIR if sort == "table" else 0
    form.space_before, form.space_after = AIR if sort == "table" else look.space * LINE, below
    form.left_indent, form.first_line_indent = Pt(look.left * look.size.pt), Pt(look.first * look.size.pt)
    form.page_break_before, form.widow_control = look.new_page, False
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no air between 2024 and 年: 28 letters are 28 letters
        style.element.pPr.insert_element_before(_with(name, val=0), *_AFTER_SPACING)
    form.keep_with_next = sort in ("part", "section", "attachment", "attachment_title")
    if look.size == LARGE:
        form.line_spacing = Pt(36)
    indent = style.element.pPr.find(qn("w:ind"))  # in letters too, so that it follows the size of the type
    indent.set(qn("w:firstLineChars"), str(int(look.first * 100)))
    if sort in ("part", "section", "point"):
        style.element.pPr.append(_with("w:outlineLvl", val=_HEADED.index(sort)))


def _page_number(footer, align: WD_ALIGN_PARAGRAPH) -> None:
    """— 3 —, 14 pt, one letter from the outer edge: right on odd pages, left on even ones."""
    footer.is_linked_to_previous = False
    drawn = footer.paragraphs[0]
    form = drawn.paragraph_format
    form.alignment, form.first_line_indent = align, Pt(0)
    form.left_indent = form.right_indent = Pt(14)
    drawn._p.get_or_add_pPr().find(qn("w:ind")).set(qn("w:firstLineChars"), "0")
    _run(drawn, Piece("— "), NUMBERS, Pt(14))
    field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    number = field.find(qn("w:r"))
    properties = OxmlElement("w:rPr")
    _fonts(properties, NUMBERS)
    properties.append(_with("w:sz", val=28))
    number.insert(0, properties)
    drawn._p.append(field)
    _run(drawn, Piece(" —"), NUMBERS, Pt(14))


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in INSTEAD.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


def _table(document, table: Table) -> None:
    """A table as wide as the text; its heading stands again on each page, no row is cut in two."""
    rows = len(table.rows) + len(table.under)
    drawn = document.add_table(rows, len(table.widths), "Table Grid")
    drawn.autofit = False
    drawn.alignment = 1
    widths = [int(WIDTH * share / sum(table.widths)) for share in table.widths]
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = width
    at = 0
    for n, cells in enumerate(table.rows):
        row = drawn.rows[at]
        _fixed(row, heading=n == 0)
        for x, (cell, piece) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[x]
            align = _CENTRE if n == 0 else _RIGHT if x in table.right else _LEFT
            _cell(cell, piece, HEI if n == 0 else FANG, align)
        if n and table.under:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
            at += 1
            below = drawn.rows[at]
            _fixed(below)
            whole = below.cells[0].merge(below.cells[-1])
            _cell(whole, Piece(table.under[n - 1]), FANG, _LEFT)
        at += 1


def _fixed(row, heading: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if heading:
        properties.append(OxmlElement("w:tblHeader"))


def _cell(cell, piece: Piece, font: str, align: WD_ALIGN_PARAGRAPH) -> None:
    drawn = cell.paragraphs[0]
    drawn._p.style = STYLES["table"].name  # "Cell" is its id too, and looking for it costs as much as the table
    drawn.alignment = align
    _run(drawn, piece, font)


def _packed(document) -> bytes:
    """The document's package with every file dated alike and in one order."""
    buffer, packed = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            package.writestr(info, made.read(name))
    return packed.getvalue()
