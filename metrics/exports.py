"""The year on paper: CSV that opens right in Chinese Excel, and a workbook with charts. The numbers are figures'."""

import io
import re
from datetime import date, datetime

import pandas as pd
import xlsxwriter

from db import settings
from db.engine import CHINA, reading
from db.language import translate
from metrics.catalogue import catalogue, label
from metrics.figures import Period, figures

TOTALS, BY_COMMUNITY, BY_MONTH, DEFINITIONS = "年度汇总", "分社区", "分月", "口径"
CHARTED = ("hotline.received", "consultation.in_person", "adviser.cases")  # first of each sheet's native charts
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONVERTED = re.compile(r"\d{12,}|0\d+|\d+[-/]\d+(?:[-/]\d+)?|\d+[eE]\d+")  # what Excel makes something else of


def number(value: float | None) -> str:
    """A number as people see it: 9,232 · 99.74 · —"""
    if value is None or pd.isna(value):
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def tables(store, year: int, *, cut_off: date | None = None, language: str = "zh") -> dict[str, pd.DataFrame]:
    """The yearly tables by name: totals, by community, by month, definitions; headings in `language`.

    Numbers are float64 with NaN for blank; codes are text. In the table by community the last rows are the
    total and, where parts exceed it, the reason.
    """

    def _(message: str) -> str:
        return translate(message, language)

    ask = {"cut_off": cut_off, "language": language}
    period = Period.of(year, cut_off)
    whole = figures(store, year, **ask)
    totals = pd.DataFrame(
        {
            _("指标编码"): whole["indicator"],
            _("指标"): whole["name"],
            _("单位"): whole["unit"],
            _("年度"): year,
            _("截至"): period.last.isoformat(),
            _("合计"): whole["value"],
            _("分子"): whole["numerator"],
            _("分母"): whole["denominator"],
            _("上年同期"): whole["previous"],
            _("缺报（份）"): whole["missing"].astype("float64"),
        }
    )
    meanings = catalogue(store).on(period.last)
    headings = {code: label(meaning, language) for code, meaning in meanings.items()}
    whole_line = whole.set_index("indicator")["value"].rename(headings)

    def crossed(frame: pd.DataFrame, keys: dict[str, str]) -> pd.DataFrame:
        wide = frame.pivot(index=list(keys), columns="indicator", values="value")
        return wide.reindex(columns=list(meanings)).rename(columns=headings).reset_index().rename(columns=keys)

    by_community = figures(store, year, by=["community"], **ask)
    notes = by_community["note"].dropna().unique()
    # A street's own row bears two names, one for what covers communities and one for what awaits assignment.
    own = by_community["community"].map(by_community.groupby("community")["community_name"].first())
    communities = crossed(
        by_community.assign(community_name=own), {"community": _("社区编码"), "community_name": _("社区")}
    )
    last = pd.DataFrame([{_("社区编码"): "", _("社区"): _("合计"), **whole_line}])
    footer = pd.DataFrame([{_("社区编码"): "", _("社区"): note} for note in notes], columns=communities.columns)
    by_month = crossed(figures(store, year, by=["month"], **ask), {"month": _("月份")})
    months = pd.DataFrame([{_("月份"): _("合计"), **whole_line}])
    definitions = pd.DataFrame(
        {
            _("指标编码"): list(meanings),
            _("指标"): [meaning.name[language] for meaning in meanings.values()],
            _("单位"): [meaning.unit[language] for meaning in meanings.values()],
            _("口径"): [meaning.meaning[language] for meaning in meanings.values()],
            _("生效日"): [meaning.effective_from.isoformat() for meaning in meanings.values()],
        }
    )
    return {
        TOTALS: totals,
        BY_COMMUNITY: pd.concat([communities, last, footer.astype(communities.dtypes)], ignore_index=True),
        BY_MONTH: pd.concat([by_month, months], ignore_index=True),
        DEFINITIONS: definitions,
    }


def file_name(store, year: int, cut_off: date | None, what: str, ending: str, language: str = "zh") -> str:
    """杨村街道_2024_截至20241218_年度汇总.csv"""
    with reading(store) as conn:
        office = settings.get(conn, "office") or translate("本单位", language)
    until = translate("截至{day}", language, day=Period.of(year, cut_off).last.strftime("%Y%m%d"))
    return f"{office}_{year}_{until}_{translate(what, language)}.{ending}"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as CSV for Chinese Excel: UTF-8 with its mark, CRLF, whole numbers without a point.

    Text that Excel would turn into a number or a day (120114001007, 2024-03, 007) ends in a tab, which keeps
    it text; text that looks like a formula gets a leading '.
    """
    cells = {name: pd.Series([_csv_cell(cell) for cell in frame[name]], dtype=object) for name in frame.columns}
    shown = pd.DataFrame(cells).rename(columns=_csv_cell)
    return shown.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _csv_cell(cell: object) -> object:
    if isinstance(cell, str):
        return cell + "\t" if _CONVERTED.fullmatch(cell) else inert(cell)
    return plain(cell)


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_DANGEROUS) else text


def plain(cell: object) -> object:
    """A cell as files hold it: None for a blank, whole numbers without a point, days and instants as ISO text."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and pd.isna(cell)):
        return None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def workbook(store, year: int, *, cut_off: date | None = None, language: str = "zh") -> bytes:
    """The yearly tables as .xlsx: a sheet each for totals, by community, by month and definitions, with charts."""
    made = tables(store, year, cut_off=cut_off, language=language)
    meanings = catalogue(store).on(Period.of(year, cut_off).last)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E8EEF7"}
        )
        fraction = book.add_format({"num_format": "#,##0.00"})
        whole = book.add_format({"num_format": "#,##0"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, frame in made.items():
            title = translate(name, language)
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 2 if name == BY_COMMUNITY else 1)
            sheet.set_row(0, 32)
            for x, column in enumerate(frame.columns):
                sheet.write_string(0, x, str(column), heading)
                sheet.set_column(x, x, _width(frame[column], column))
                for y, cell in enumerate(frame[column], 1):
                    if isinstance(cell, str):
                        sheet.write_string(y, x, cell, wrapped if name == DEFINITIONS else None)
                    elif not pd.isna(cell):
                        year_cell = column == translate("年度", language)
                        style = None if year_cell else (whole if float(cell).is_integer() else fraction)
                        sheet.write_number(y, x, cell, style)
            rows = len(frame) - 1 if name == BY_MONTH else len(frame[frame[frame.columns[0]] != ""])
            if name in (BY_COMMUNITY, BY_MONTH) and rows:
                _charts(book, sheet, title, frame, rows, [meanings[c] for c in CHARTED if c in meanings], language)
    return buffer.getvalue()


def _charts(book, sheet, title: str, frame: pd.DataFrame, rows: int, charted: list, language: str) -> None:
    """Native column charts below the table, one per indicator, each with its unit on the axis."""
    names = 1 if rows and frame.columns[1] == translate("社区", language) else 0
    for n, meaning in enumerate(charted):
        column = list(frame.columns).index(label(meaning, language))
        chart = book.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": [title, 0, column],
                "categories": [title, 1, names, rows, names],
                "values": [title, 1, column, rows, column],
                "fill": {"color": "#2F6DB5"},
            }
        )
        chart.set_title({"name": f"{meaning.name[language]} · {title}", "name_font": {"size": 12}})
        chart.set_y_axis(
            {"name": meaning.unit[language], "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}
        )
        chart.set_legend({"none": True})
        chart.set_size({"width": 900 if names else 560, "height": 320})
        sheet.insert_chart(len(frame) + 2 + (17 * n if names else 0), 0 if names else 1 + 6 * n, chart)


def _width(column: pd.Series, heading: str) -> float:
    """A column wide enough for its texts, Chinese letters counting double."""

    def breadth(text: str) -> int:
        return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)

    longest = max((breadth(cell) for cell in column if isinstance(cell, str)), default=8)
    return min(max(longest, min(breadth(heading), 14)) + 2, 60)


def local(instant: datetime | None) -> str | None:
    """An instant as the office's clock shows it: 2024-03-05 17:30."""
    return None if instant is None or pd.isna(instant) else instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def share(top: float, bottom: float) -> str:
    """A ratio's base as people read it, 385/386; empty for anything else."""
    return f"{number(top)}/{number(bottom)}" if bottom > 0 else ""
