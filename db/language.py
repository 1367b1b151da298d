"""What people read: Chinese message ids, their English in locale/en/LC_MESSAGES/taizhang.po.

The .po file itself is the catalogue that runs: there is no compiled copy that could fall behind.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent.parent / "locale"
LANGUAGES = {"zh": "中文", "en": "English"}


@cache
def catalogue(language: str) -> NullTranslations:
    """The gettext catalogue of `language`; the message ids themselves where there is none (zh)."""
    path = LOCALES / language / "LC_MESSAGES" / "taizhang.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def translate(message: str, language: str = "zh", **params: object) -> str:
    """`message` (a Chinese message id) in `language`, its {placeholders} filled from `params`.

    A parameter may itself be a name in several languages ({"zh": …, "en": …}), or a list of words.
    """

    def spoken(value: object) -> object:
        if isinstance(value, Mapping):
            return value[language]
        return translate("、", language).join(value) if isinstance(value, (list, tuple)) else value

    text = catalogue(language).gettext(message) if message else ""
    return text.format(**{key: spoken(value) for key, value in params.items()}) if params else text


def month_name(month: str, language: str = "zh") -> str:
    """ "2024-03" → 3月, Mar"""
    return format_date(date(int(month[:4]), int(month[5:]), 1), "LLL", locale=language)


class Refusal(Exception):
    """Bad input, said so that the person can mend it. `str()` is Chinese; `text("en")` is English.

    `message` is a message id with {placeholders}, so every language is made from the same fact.
    """

    def __init__(self, message: str, **params: object):
        super().__init__(message, params)
        self.message, self.params = message, params

    def text(self, language: str = "zh") -> str:
        return translate(self.message, language, **self.params)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one cell of what came in: where, what was there, what was expected.

    `row` is the line a person sees in the file (the header is line 1) or in a grid; None for a form. `column`
    is a heading as it stands in the file, or a field's name in several languages.
    """

    message: str
    params: dict[str, object] = field(default_factory=dict)
    row: int | None = None
    column: str | Mapping[str, str] = ""
    value: str = ""

    def text(self, language: str = "zh") -> str:
        return translate(self.message, language, **self.params)

    def heading(self, language: str = "zh") -> str:
        """The column's name in `language`; a file's own heading as it stands there."""
        return self.column[language] if isinstance(self.column, Mapping) else translate(self.column, language)


class Rejected(Refusal):
    """Everything wrong with what came in, cell by cell. Nothing of it was stored."""

    SHOWN = 20

    def __init__(self, problems: list[Problem]):
        super().__init__("{n} 处有误，未写入任何数据", n=len(problems))
        self.problems = problems

    def text(self, language: str = "zh") -> str:
        lines = [super().text(language)]
        for problem in self.problems[: self.SHOWN]:
            row = translate("第 {row} 行 ", language, row=problem.row) if problem.row else ""
            text = problem.text(language)
            if problem.column:
                cell = {"column": problem.heading(language), "value": problem.value, "problem": text}
                shown = "{column}“{value}”：{problem}" if problem.value else "{column}：{problem}"
                text = translate(shown, language, **cell)
            lines.append(row + text)
        if len(self.problems) > self.SHOWN:
            lines.append(translate("……另有 {n} 处", language, n=len(self.problems) - self.SHOWN))
        return "\n".join(lines)


def encoding(data: bytes) -> str:
    """How a text saved on a Chinese PC is encoded: UTF-8 with or without a mark, UTF-16 with one, or GB 18030.

    Looks at all of it, a piece at a time. Raises Refusal for anything else.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    view, size = memoryview(data), 1 << 20
    for name in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for start in range(0, len(data), size):
                decoder.decode(view[start : start + size], start + size >= len(data))
            return name
        except UnicodeDecodeError:
            continue
    raise Refusal("文件编码无法识别，请另存为 CSV UTF-8 后重试")


def decode(data: bytes) -> str:
    """The text of a file saved on a Chinese PC."""
    return data.decode(encoding(data))
