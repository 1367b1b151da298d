"""Charts that Word itself draws: a chart part with the workbook of its numbers, so that "edit data" finds them."""

import io
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

import xlsxwriter
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Mm

COLOURS = ("2F6DB5", "B9C7DA")
FONT = "仿宋_GB2312"
SHEET = "Sheet1"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_MADE = datetime(2000, 1, 1)  # of the workbook within: the same numbers are the same bytes


@dataclass(frozen=True)
class Chart:
    """Bars by name. `title` says what is counted and the period, `unit` stands on the axis, `heading` says what the
    names are; `series`: name → a value for each of `names`, None where there is none. `across`: the bars lie."""

    title: str
    unit: str
    heading: str
    names: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    across: bool = False

    @property
    def height(self) -> Mm:
        return Mm(min(30 + 6 * len(self.names), 190)) if self.across else Mm(88)


def insert(drawn, chart: Chart, width: int) -> None:
    """Put a chart into a paragraph, `width` wide."""
    package = drawn.part.package
    number = sum(part.partname.startswith("/word/charts/chart") for part in package.iter_parts()) + 1
    workbook = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Worksheet{number}.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        _workbook(chart),
        package,
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    part._blob = _xml(chart, part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)).encode()
    inline = f"""<wp:inline xmlns:wp="{_WP}" xmlns:a="{_A}" distT="0" distB="0" distL="0" distR="0">
<wp:extent cx="{int(width)}" cy="{int(chart.height)}"/>
<wp:docPr id="{number}" name="Chart {number}" descr={_quoted(chart.title)}/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{_R}" \
r:id="{drawn.part.relate_to(part, RELATIONSHIP_TYPE.CHART)}"/></a:graphicData></a:graphic></wp:inline>"""
    drawing = OxmlElement("w:drawing")
    drawing.append(parse_xml(inline))
    drawn.add_run()._r.append(drawing)


def _workbook(chart: Chart) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet(SHEET)
        sheet.set_column(0, len(chart.series), 16)
        sheet.write_string(0, 0, chart.heading)
        for x, (name, values) in enumerate(chart.series, 1):
            sheet.write_string(0, x, name)
            for y, value in enumerate(values, 1):
                if value is not None:
                    sheet.write_number(y, x, value)
        for y, name in enumerate(chart.names, 1):
            sheet.write_string(y, 0, name)
    return buffer.getvalue()


def _xml(chart: Chart, workbook: str) -> str:
    """The chart part (ECMA-376, 21.2). `workbook`: the relationship to its numbers."""
    last = len(chart.names) + 1
    names = _points("str", f"$A$2:$A${last}", chart.names)
    series = []
    for n, (name, values) in enumerate(chart.series):
        column = chr(ord("B") + n)
        series.append(
            f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx>{_points("str", f"${column}$1", [name])}</c:tx>'
            f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[n]}"/></a:solidFill></c:spPr>'
            '<c:invertIfNegative val="0"/>'
            f"<c:cat>{names}</c:cat><c:val>{_points('num', f'${column}$2:${column}${last}', values)}</c:val></c:ser>"
        )
    parts = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    shown = "".join(f'<c:{name} val="{int(name == "showVal")}"/>' for name in parts)
    labels = f"<c:dLbls>{_type(800)}{shown}</c:dLbls>"
    many = len(chart.series) > 1
    legend = f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_type(900)}</c:legend>' if many else ""
    across = chart.across
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:date1904 val="0"/><c:lang val="zh-CN"/>\
<c:roundedCorners val="0"/><c:chart><c:title>{_rich(chart.title, 1100)}<c:overlay val="0"/></c:title>\
<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart><c:barDir val="{"bar" if across else "col"}"/>\
<c:grouping val="clustered"/><c:varyColors val="0"/>{"".join(series)}{labels}\
<c:gapWidth val="{40 if across else 60}"/><c:axId val="111111111"/><c:axId val="222222222"/></c:barChart>\
<c:catAx><c:axId val="111111111"/><c:scaling><c:orientation val="{"maxMin" if across else "minMax"}"/></c:scaling>\
<c:delete val="0"/><c:axPos val="{"l" if across else "b"}"/><c:numFmt formatCode="General" sourceLinked="0"/>\
<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_type(900)}\
<c:crossAx val="222222222"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>\
<c:lblOffset val="100"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/></c:catAx>\
<c:valAx><c:axId val="222222222"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>\
<c:delete val="0"/><c:axPos val="{"b" if across else "l"}"/>\
<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr>\
</c:majorGridlines><c:title>{_rich(chart.unit, 900, upright=not across)}<c:overlay val="0"/></c:title>\
<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>\
<c:tickLblPos val="nextTo"/>{_type(900)}<c:crossAx val="111111111"/>\
<c:crosses val="{"max" if across else "autoZero"}"/><c:crossBetween val="between"/></c:valAx></c:plotArea>{legend}\
<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>{_type(900)}\
<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>"""


def _points(sort: str, cells: str, values) -> str:
    """A reference into the workbook with the values it holds; a blank is no point."""
    form = "<c:formatCode>General</c:formatCode>" if sort == "num" else ""
    points = "".join(
        f'<c:pt idx="{n}"><c:v>{escape(value) if sort == "str" else f"{value:.12g}"}</c:v></c:pt>'
        for n, value in enumerate(values)
        if value is not None
    )
    cache = f'{form}<c:ptCount val="{len(values)}"/>{points}'
    return f"<c:{sort}Ref><c:f>{SHEET}!{cells}</c:f><c:{sort}Cache>{cache}</c:{sort}Cache></c:{sort}Ref>"


def _type(size: int) -> str:
    """The type of labels, `size` in hundredths of a point."""
    end = '<a:endParaRPr lang="zh-CN"/>'
    return f"<c:txPr><a:bodyPr/><a:p><a:pPr>{_font('defRPr', size)}</a:pPr>{end}</a:p></c:txPr>"


def _rich(text: str, size: int, upright: bool = False) -> str:
    """A title, `size` in hundredths of a point."""
    turned = ' rot="0" vert="horz"' if upright else ""
    run = f"<a:r>{_font('rPr', size)}<a:t>{escape(text)}</a:t></a:r>"
    return f"<c:tx><c:rich><a:bodyPr{turned}/><a:p><a:pPr>{_font('defRPr', size)}</a:pPr>{run}</a:p></c:rich></c:tx>"


def _font(tag: str, size: int) -> str:
    return f'<a:{tag} sz="{size}" b="0"><a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/></a:{tag}>'


def _quoted(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;"}) + '"'
