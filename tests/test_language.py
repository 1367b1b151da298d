"""Everything people read is said in Chinese and in English, and neither falls behind the other."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from db.language import LOCALES, Problem, Refusal, Rejected, translate

ROOT = Path(__file__).parent.parent
SOURCES = ("db/*.py", "metrics/*.py", "pages/**/*.py")
CHINESE = re.compile("[\u4e00-\u9fff]")
FULL_WIDTH = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")  # Chinese letters and punctuation

TICKET_WORDS = (
    *("HEADINGS", "FOOTERS", "_CLOSED", "_OPEN", "_YES", "_NO", "_SATISFIED", "_UNANSWERED", "_LIMIT", "_AMPM"),
    *("_YMD", "_TIME", "_PM", "_INQUIRY"),
)
WORDING = (
    *("OFFICE_WORDS", "HOW", "CHARTS", "TABLES", "PREFIXES", "CLAIMS"),
    *("_SORTS", "_ALONE", "_SENTENCE", "_SLOT", "_STRAY", "_COLON"),
)
FONTS = ("SONG", "FANG", "HEI", "KAI", "NUMBERS", "INSTEAD")
NOTICE_WORDS = ("TO", "OFF", "ON", "SORT_HEADINGS", "_TO", "_MONTH_DAY")

# (file, module-level table or text; * is the whole file) → why it is not for translating
EXEMPT = {
    ("db/sample.py", "*"): "names of synthetic events: data, stored as they are",
    ("db/units.py", "COLUMNS"): "headings met in lists of communities",
    ("db/units.py", "_VILLAGE"): "how names of villages end",
    ("db/units.py", "_COMMUNITY"): "how names of communities end",
    ("db/units.py", "村"): "the end of a short name, which is data",
    ("db/language.py", "中文"): "a language is offered under its own name",
    ("db/ledger.py", "重新填报"): "a reason, stored in the ledger as written",
    ("db/sample_tickets.py", "*"): "texts of synthetic tickets: data, stored as they are",
    ("db/tickets.py", "_LANDLINE"): "how telephone numbers are written",
    ("metrics/spreadsheets.py", "导入 "): "a reason, stored in the ledger as written",
    ("metrics/ticket_files.py", "导入 "): "a reason, stored in the ledger as written",
    ("metrics/ticket_files.py", "退回|退单 挂账|挂起 延期"): "words met in files",
    ("metrics/ticket_files.py", "咨询|inquiry|question"): "words met in files",
    ("metrics/ticket_files.py", "投诉|举报|求助|建议|办理|报修"): "words met in files",
    **{("metrics/ticket_files.py", name): "headings and words met in files" for name in TICKET_WORDS},
    **{("metrics/workdays.py", name): "headings and words met in files" for name in NOTICE_WORDS},
    **{("metrics/templates.py", name): "what the wording of a Chinese report is written in" for name in WORDING},
    **{("metrics/papers.py", name): "names of fonts" for name in FONTS},
    ("metrics/papers.py", "。"): "the end of a heading",
    ("metrics/paper_charts.py", "FONT"): "the name of a font",
    ("metrics/draft.py", "_WORDS"): "the words of a report that is Chinese in every language",
    **{("metrics/wording.py", "*"): "words of Chinese reports", ("metrics/tokens.py", "*"): "words of Chinese reports"},
    ("metrics/phrases.py", "SAME_UNIT"): "units of measure met in reports",
    ("metrics/spreadsheets.py", "HEADINGS"): "headings met in files",
    ("metrics/spreadsheets.py", "IGNORED"): "headings met in files",
    ("metrics/spreadsheets.py", "TOTALS"): "first words of total lines met in files",
    ("metrics/spreadsheets.py", "_DAY"): "how days are written in files",
}


def walked(node: ast.AST, file: str) -> Iterator[ast.AST]:
    """`node` and all below it, without docstrings and exempt tables."""
    for child in ast.iter_child_nodes(node):
        docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        targets = getattr(child, "targets", None) or [getattr(child, "target", None)]
        table = isinstance(node, ast.Module) and any((file, getattr(t, "id", "")) in EXEMPT for t in targets)
        if not docstring and not table:
            yield child
            yield from walked(child, file)


def chinese(node: ast.AST, pattern: re.Pattern = CHINESE) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(pattern.search(node.value))


def texts(file: str, code: str) -> tuple[dict[str, str], list[str]]:
    """The messages of a module with the place of each, and its f-strings that nobody could translate.

    A message is a literal with Chinese letters, or one with Chinese punctuation that is handed to a translator.
    """
    found, broken = {}, []
    nodes = list(walked(ast.parse(code), file))
    pieces = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "translate")]
    handed = {id(node.args[0]) for node in calls}
    handed |= {id(b) for node in nodes if isinstance(node, ast.IfExp) for b in (node.body, node.orelse)}
    for node in nodes:
        pattern = FULL_WIDTH if id(node) in handed else CHINESE
        if not chinese(node, pattern) or (file, node.value) in EXEMPT:
            continue
        if id(node) in pieces:
            broken.append(f"{file}:{node.lineno} {node.value!r}")
        else:
            found.setdefault(node.value, f"{file}:{node.lineno}")
    return found, broken


def everything_said() -> tuple[dict[str, str], list[str]]:
    """The messages of the whole product, in the order of its source, and its untranslatable f-strings."""
    found, broken = {}, []
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern)):
        file = path.relative_to(ROOT).as_posix()
        if (file, "*") not in EXEMPT:
            more, wrong = texts(file, path.read_text("utf-8"))
            found, broken = found | {text: place for text, place in more.items() if text not in found}, broken + wrong
    return found, broken


@pytest.fixture(scope="module")
def english():
    with (LOCALES / "en/LC_MESSAGES/taizhang.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def said(english) -> dict[str, str]:
    return {message.id: message.string for message in english if message.id}


def fields(text: str) -> set[str]:
    """The names of the {placeholders} of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_message_is_in_the_english_catalogue(english):
    found, _ = everything_said()
    missing = [f"{place} {text!r}" for text, place in found.items() if text not in said(english)]
    assert not missing, "\n".join(missing)


def test_the_english_catalogue_holds_nothing_else(english):
    found, _ = everything_said()
    more = [*(set(said(english)) - set(found)), *english.obsolete]
    assert not more, "\n".join(more)


def test_no_sentence_is_put_together_in_an_f_string():
    _, broken = everything_said()
    assert not broken, "\n".join(broken)


def test_every_translation_is_there_and_certain(english):
    open_ones = [message.id for message in english if message.id and (message.fuzzy or not message.string.strip())]
    assert not open_ones, "\n".join(open_ones)


def test_both_languages_have_the_same_placeholders(english):
    unlike = [zh for zh, en in said(english).items() if fields(zh) != fields(en)]
    assert not unlike, "\n".join(unlike)


def test_english_holds_no_chinese(english):
    mixed = [en for en in said(english).values() if FULL_WIDTH.search(en)]
    assert not mixed, "\n".join(mixed)


def test_the_search_finds_messages_and_leaves_data_alone():
    module = """
'说明'
TOTALS = {"合计"}
def said():
    '说明'
    return _("{a}：{b}"), "社区", "：", f"{n}：", f"导入 {n}", f"第{n}行"
"""
    found, broken = texts("metrics/spreadsheets.py", module)
    assert set(found) == {"{a}：{b}", "社区"}
    assert broken == ["metrics/spreadsheets.py:6 '第'", "metrics/spreadsheets.py:6 '行'"]


def test_a_message_is_its_own_chinese():
    assert translate("没有编号为 {id} 的记录", id=7) == "没有编号为 7 的记录"


def test_a_message_is_translated_and_filled_in():
    assert translate("社区", "en") == "Community"
    assert translate("{year} 年，截至 {day}", "en", year=2024, day="2024-12-18") == "2024, up to 2024-12-18"


def test_no_message_is_no_text():
    assert translate("", "en") == ""


def test_a_refusal_speaks_both_languages():
    refusal = Refusal("{file} 已存在，请换一个文件名", file="a.db")
    assert str(refusal) == "a.db 已存在，请换一个文件名"
    assert refusal.text("en") == "a.db already exists; choose another file name"


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh", ["22 处有误，未写入任何数据", "第 2 行 数量“-1”：应为非负整数", "……另有 2 处"]),
        ("en", ["Errors: 22. Nothing was saved.", "Row 2: ", "… and 2 more"]),
    ],
)
def test_a_rejection_lists_its_rows_and_counts_the_rest(language, lines):
    rejected = Rejected([Problem("应为非负整数", {}, row, "数量", "-1") for row in range(2, 24)])
    shown = rejected.text(language).splitlines()
    assert len(shown) == 1 + Rejected.SHOWN + 1
    assert (shown[0], shown[-1]) == (lines[0], lines[2])
    assert shown[1].startswith(lines[1])


def test_every_form_and_indicator_is_named_in_both_languages():
    for kind in tomllib.loads((ROOT / "metrics/catalogue.toml").read_text("utf-8"))["kind"]:
        names = [(kind["code"], kind["name"])]
        names += [(one["code"], one[key]) for one in kind["indicator"] for key in ("name", "unit", "meaning")]
        for code, texts in names:
            assert texts["zh"].strip(), code
            assert texts["en"].strip(), code
            assert not FULL_WIDTH.search(texts["en"]), code
