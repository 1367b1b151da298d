"""The proof that no ticket was late: every ticket of a period held against its due day, to be read and printed."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

import pandas as pd

from db import limits, sample, settings, tickets, totals
from db.engine import CHINA, now, reading
from db.language import LANGUAGES, Problem, translate
from db.measures import USED
from db.schema import number_of
from db.tickets import Ticket
from metrics.catalogue import catalogue
from metrics.clocks import Clock, as_it_stood, clock, date_of, days_left, lateness
from metrics.figures import Period
from metrics.hotline import disagreement, known_day, only_counted, places, received_tickets
from metrics.workdays import PACKAGE

NONE_LATE, NONE_EXTENDED = "无超期", "无延期工单"
# 无延期工单 is ambiguous: what an office may mean by it (the setting `none_extended`), and how the proof says so.
DENIED = {
    ("overdue", "extended"): "“无延期工单”按本单位口径：既没有超期，也没有批准延期；上级口径不同的，以上级为准。",
    ("extended",): "“无延期工单”按本单位口径：没有批准延期，不论是否超期；上级口径不同的，以上级为准。",
    ("overdue",): "“无延期工单”按本单位口径：没有超期，不论是否批准延期；上级口径不同的，以上级为准。",
}
BASE_COLUMNS = (
    *("number", "community", "community_name", "kind", "carried", "received_on", "limit_days", "rule", "deadline"),
    *("extended_on", "extended_to", "suspended", "returned_on", "closed_on", "closed_at", "left", "late"),
    "doubt",
)
LATE_COLUMNS = (  # what the command line says of a late ticket
    *("number", "community", "community_name", "received_on", "limit_days", "rule", "deadline", "extended_to"),
    *("closed_on", "returned_on", "left"),
)
USED_NAMES = {2: "0–20%", 4: "20–40%", 6: "40–60%", 8: "60–80%", 10: "80–100%"}


@dataclass(frozen=True)
class Verdict:
    """A claim, and whether it holds; where not, every reason. `note`: whose words the claim is in."""

    claim: str
    holds: bool
    reasons: list[Problem]
    note: str = ""

    def text(self, language: str = "zh") -> str:
        """“无超期”成立 / “无超期”不成立"""
        claim = translate(self.claim, language)
        return translate("“{claim}”成立" if self.holds else "“{claim}”不成立", language, claim=claim)


@dataclass(frozen=True)
class Proof:
    """Whether an office had a ticket late in a period, ticket by ticket.

    `last`: the cut-off, or today where that is yet to come; everything is told as it stood at the end of that day.
    `base`: every ticket received in the period or open when it began, one row each, the late ones first:

    number, community, community_name
    kind                    "inquiry", never on the clock, or "request"
    carried                 open when the period began
    received_on, deadline   days; the due day includes an extension
    limit_days, rule        working days, and what set them
    extended_on, extended_to, returned_on, closed_on, closed_at   None for what had not happened
    suspended               the clock stood
    left                    Int64: working days from closing (or `last`) to the deadline; negative when late
    late                    passed its due day by `last`
    doubt                   fields on whose assumed days that hangs: "returned_on"; mostly ""

    `counts`: what daily counts say beyond the tickets, which nobody can hold against a due day. `closest`: of
    those closed in time the ones with the least to spare, as rows of `base`. `used`: how many closed in time used how
    much of their limit, and how many were late: name, count. `rules`: rule, document, number of tickets. `notices`:
    the calendar's years with their documents, "" for the package's. `sample`: invented tickets are among them.
    `denied`: what 无延期工单 denies (a key of DENIED).
    """

    office: str
    period: Period
    last: date
    base: pd.DataFrame
    counts: list[Problem]
    closest: pd.DataFrame
    used: pd.DataFrame
    rules: list[tuple[str, str, int]]
    notices: list[tuple[int, str]]
    sample: bool
    denied: tuple[str, ...]

    @property
    def late(self) -> pd.DataFrame:
        return self.base[self.base["late"]]

    @property
    def received(self) -> int:
        return int((~self.base["carried"]).sum())

    @property
    def carried(self) -> int:
        return int(self.base["carried"].sum())

    @property
    def requests(self) -> int:
        return int((self.base["kind"] == tickets.REQUEST).sum())

    @property
    def extended(self) -> pd.DataFrame:
        return self.base[self.base["extended_on"].notna() | self.base["extended_to"].notna()]

    @property
    def returned(self) -> int:
        return int(self.base["returned_on"].notna().sum())

    @property
    def closed(self) -> int:
        return int(self.base["closed_on"].notna().sum())

    @property
    def waiting(self) -> pd.DataFrame:
        """Still open, the clock running and not yet due."""
        running = self.base["closed_on"].isna() & self.base["returned_on"].isna() & ~self.base["suspended"]
        return self.base[running & ~self.base["late"]]

    @property
    def suspended(self) -> int:
        """Still open, the clock standing, and not late before it stood."""
        ended = self.base["closed_on"].notna() | self.base["returned_on"].notna()
        return int((self.base["suspended"] & ~ended & ~self.base["late"]).sum())

    @property
    def late_open(self) -> int:
        """Late and still open."""
        return int((self.late["closed_on"].isna() & self.late["returned_on"].isna()).sum())

    @property
    def nearest(self) -> date | None:
        """The next day on which one of those still open falls due."""
        return min(self.waiting["deadline"].dropna(), default=None)

    @property
    def unproved(self) -> list[Problem]:
        """What keeps the claims from being proved though no ticket is known to be late."""
        found = [] if self.received else [Problem("没有工单，无法逐件核对")]
        doubtful = self.base[self.base["doubt"] != ""]
        found += [
            Problem(
                "工单 {number} 的{days}是推定的，请在工单页登记", {"number": one.number, "days": _doubts(one.doubt)}
            )
            for one in doubtful.itertuples()
        ]
        return found + self.counts

    @property
    def verdicts(self) -> list[Verdict]:
        """无超期: no ticket of the base was late. 无延期工单: what the office means by it (`denied`)."""
        without = self.unproved
        late = [self._reason(one) for one in self.late.itertuples()]
        extended = [
            Problem("工单 {number} 延期至 {day}", {"number": one.number, "day": one.extended_to or "—"})
            for one in self.extended.itertuples()
        ]
        denied = [*(late if "overdue" in self.denied else ()), *(extended if "extended" in self.denied else ())]
        return [
            Verdict(NONE_LATE, not late and not without, late + without),
            Verdict(NONE_EXTENDED, not denied and not without, denied + without, DENIED[self.denied]),
        ]

    def _reason(self, one) -> Problem:
        by = {spoken: lateness(None if pd.isna(one.left) else one.left, spoken) for spoken in LANGUAGES}
        said = {"number": one.number, "by": by, "due": one.deadline, "day": one.closed_on or one.returned_on}
        if one.closed_on:
            return Problem("工单 {number} {by}：时限 {due}，{day} 办结", said)
        if one.returned_on:
            return Problem("工单 {number} {by}：时限 {due}，{day} 退回", said)
        return Problem("工单 {number} {by}：时限 {due}，至 {day} 未办结", said | {"day": self.last})

    def sentence(self, language: str = "zh") -> str:
        """The claim as a report would write it, with the numbers as they are."""
        numbers = {"base": len(self.base), "received": self.received, "carried": self.carried, "late": len(self.late)}
        shown = {name: f"{n:,}" for name, n in (numbers | {"extended": len(self.extended)}).items()}
        message = (
            "{first} 至 {last}，{office}应办 12345 工单 {base} 件（本期受理 {received} 件，期初未办结 {carried} 件），"
            "超期 {late} 件，延期 {extended} 件。"
        )
        office = self.office or translate("本单位", language)
        return translate(message, language, first=self.period.first, last=self.last, office=office, **shown)


def proof(store, year: int, cut_off: date | None = None, language: str = "zh", most: int = 10) -> Proof:
    """Whether the office had a ticket late in a period, with every ticket. Reads them all, a month at a time.

    `language` is that of the communities' names. Raises Refusal for a year that is none.
    """
    period = Period.of(year, cut_off)
    last = known_day(period.last)
    known, (codes, names) = clock(store), places(store, language)
    with reading(store) as conn:
        documents = {one.code: one.document for one in limits.read(conn)}
        office, invented = settings.get(conn, "office"), sample.loaded(conn)
        denied = tuple(settings.get(conn, "none_extended"))
    eve = period.first - timedelta(1)
    carried = tickets.still_open(store, codes, eve) if last >= period.first else []
    late = {one.ticket.number for one in tickets.carried_late(store, codes, period.first)} if carried else set()
    if last >= period.first:
        late |= {one.ticket.number for one in tickets.overdue_at(store, codes, period.first, last)}

    def rows(versions: Iterable[tickets.Version], carried: bool) -> Iterator[tuple]:
        for version in versions:
            yield _base_row(version.ticket, number_of(last), known, names, carried, version.ticket.number in late)

    upto = Period(year, last) if last >= period.first else None
    fresh = rows(received_tickets(store, upto), False) if upto else ()
    base = pd.DataFrame([*rows(carried, True), *fresh], columns=list(BASE_COLUMNS))
    base = base.astype(
        {"left": "Int64", "limit_days": "Int64", **dict.fromkeys(("late", "carried", "suspended"), bool)}
    )
    base = base.sort_values("late", ascending=False, kind="stable", ignore_index=True)
    closest = tickets.closest(store, codes, period.first, last, most) if upto else []
    near = [row for one in closest for row in rows([one], one.ticket.received_on < number_of(period.first))]
    near = pd.DataFrame(near, columns=list(BASE_COLUMNS)).astype({"left": "Int64", "limit_days": "Int64"})
    rules = Counter(base["rule"][base["rule"] != ""])
    days = [day for name in ("received_on", "deadline", "closed_on") for day in (base[name].dropna(),) if len(day)]
    span = range(min(map(min, days)).year, max(map(max, days)).year + 1) if days else []
    return Proof(
        office,
        period,
        last,
        base,
        _beyond(store, year, period.last),
        near.sort_values("left", kind="stable", ignore_index=True)[:most],
        _used(store, codes, period.first, last, int(base["late"].sum())),
        [(rule, documents.get(rule, ""), n) for rule, n in rules.most_common()],
        [(one, known.calendar.notices[one].document if one in known.calendar.notices else "") for one in span],
        invented,
        denied,
    )


COUNTED = ("hotline.received", "hotline.overdue", "hotline.extended")


def _beyond(store, year: int, cut_off: date) -> list[Problem]:
    """What daily counts say that no ticket bears out: of months without tickets, or more than the tickets say."""
    meanings = catalogue(store).on(cut_off)
    alone = "{name}另有 {n} 件只有日报数、没有工单，无法逐件核对"
    beside = "{month} 日报的{name}比工单多 {n} 件，无法逐件核对"
    counted = {code: n for code, n in only_counted(store, year, cut_off).items() if n and code in COUNTED}
    found = [Problem(alone, {"name": meanings[code].name, "n": f"{n:,}"}) for code, n in counted.items()]
    for one in disagreement(store, year, cut_off).itertuples():
        if one.difference > 0 and one.indicator in COUNTED:
            said = {"month": one.month, "name": meanings[one.indicator].name, "n": one.difference}
            found.append(Problem(beside, said))
    return found


def _doubts(names: str) -> dict[str, str]:
    """The headings of fields, in every language."""
    return {
        spoken: translate("、", spoken).join(translate(tickets.HEADINGS[name], spoken) for name in names.split())
        for spoken in LANGUAGES
    }


def _base_row(version: Ticket, day: int, known: Clock, names: dict[str, str], carried: bool, late: bool) -> tuple:
    one = as_it_stood(version, day, known)
    suspended = bool(one.suspended_on and not one.resumed_on)
    return (
        *(one.number, one.unit, names[one.unit], one.kind, carried, date_of(one.received_on), one.limit_days, one.rule),
        *(
            date_of(one.deadline),
            date_of(one.extended_on),
            date_of(one.extended_to),
            suspended,
            date_of(one.returned_on),
            date_of(one.closed_on),
        ),
        *(tickets.shown("closed_at", one.closed_at) if one.closed_on else None, days_left(one, day, known), late),
        _doubt(one),
    )


def _doubt(one: Ticket) -> str:
    """The days on which it hangs whether a ticket is late, and that nobody has said: assumed by a reader, or that of a
    resumption before the closing."""
    found = [name for name in one.assumed.split() if getattr(one, name)]
    if one.suspended_on and one.closed_on and one.closed_on > one.suspended_on and not one.resumed_on:
        found.append("resumed_on")
    return " ".join(found) if one.deadline else ""


def _used(store, codes: list[str], first: date, last: date, late: int) -> pd.DataFrame:
    """How many tickets closed in time used how much of their limit, and how many were late: name, count."""
    counts: Counter = Counter()
    measures = [f"hotline.used_{top}" for top in USED]
    for _unit, measure, _month, total in (
        totals.read_tickets(store, codes, measures, first, last) if last >= first else ()
    ):
        counts[measure] += int(total)
    rows = [(USED_NAMES[top], counts[f"hotline.used_{top}"]) for top in USED]
    return pd.DataFrame([*rows, ("超期", late)], columns=["name", "count"])


def proof_list(found: pd.DataFrame, language: str = "zh", brief: bool = False) -> pd.DataFrame:
    """Rows of `Proof.base` (or `closest`) as people read them: every ticket on one line, headings in `language`.

    `brief` leaves out what a narrow table has no room for.
    """

    def _(message: str) -> str:
        return translate(message, language)

    def state(one) -> str:
        if one.late:
            return lateness(None if pd.isna(one.left) else one.left, language)
        return (
            _("退回")
            if one.returned_on
            else _("办结")
            if one.closed_on
            else _("挂账中")
            if one.suspended
            else _("未到期")
        )

    kinds = {code: _(name) for code, name in tickets.KINDS.items()}
    shown = pd.DataFrame(
        {
            _("工单编号"): found["number"],
            _("状态"): [state(one) for one in found.itertuples()],
            _("社区"): found["community_name"],
            _("类型"): found["kind"].map(kinds),
            _("受理日"): found["received_on"],
            _("时限（工作日）"): found["limit_days"],
            _("办结时限"): found["deadline"],
            _("延期至"): found["extended_to"],
            _("办结时间"): found["closed_at"],
            _("剩余（工作日）"): found["left"],
        }
    )
    idle = [_("类型")] + ([] if found["extended_to"].notna().any() else [_("延期至")])
    return shown.drop(columns=idle) if brief else shown


def used_list(found: Proof, language: str = "zh") -> pd.DataFrame:
    """`Proof.used` as people read it."""
    names = [translate(name, language) for name in found.used["name"]]
    return pd.DataFrame(
        {translate("用去时限", language): names, translate("工单（件）", language): found.used["count"]}
    )


def proof_file(found: Proof, language: str = "zh") -> str:
    """杨村街道_2024_截至20241218_零超期证明: what the files are called, without their ending."""
    office = found.office or translate("本单位", language)
    until = translate("截至{day}", language, day=found.last.strftime("%Y%m%d"))
    what = "零超期证明" if found.verdicts[0].holds else "超期核对表"
    return f"{office}_{found.period.year}_{until}_{translate(what, language)}"


def made_how(found: Proof, language: str = "zh") -> list[str]:
    """How the counts of a proof are made, a sentence each."""

    def _(message: str, **params: object) -> str:
        return translate(message, language, **params)

    said = [
        _("应办：本期受理的全部工单，加上期初尚未办结也未退回的工单；每件一行，列在本证明末尾。"),
        _("时限：受理当日为第 0 日，按工作日计，至第 N 个工作日当天结束；咨询类当即答复，不计时限。"),
        _(
            "超期：至 {day} 止，超过时限（批准延期的，超过延期后的时限）仍未办结、或超过后才办结的工单；挂账期间不计。",
            day=found.last,
        ),
        _("延期：已批准延期的工单，按批准日计；挂账的工单恢复后，时限按停走的工作日顺延。"),
    ]
    for rule, document, n in found.rules:
        numbers = {"n": f"{n:,}", "document": document or _("来件文件所载时限")}
        named = _("随文件") if rule == tickets.BY_FILE else rule
        said.append(_("时限依据“{rule}”（{n} 件）：{document}", rule=named, **numbers))
    packaged = [str(year) for year, document in found.notices if not document]
    if packaged:
        said.append(_("工作日历（{years}）：软件自带的国务院放假通知（{package}）", years=packaged, package=PACKAGE))
    for year, document in found.notices:
        if document:
            said.append(_("工作日历（{years}）：{document}", years=[str(year)], document=document))
    return said


def proof_counts(found: Proof, language: str = "zh") -> list[tuple[str, str]]:
    """The counts of a proof by name, in the order in which people ask for them."""

    def _(message: str) -> str:
        return translate(message, language)

    numbers = [
        (_("应办工单"), len(found.base)),
        (_("本期受理"), found.received),
        (_("期初未办结"), found.carried),
        (_("其中办理类"), found.requests),
        (_("已办结"), found.closed),
        (_("退回"), found.returned),
        (_("未到期"), len(found.waiting)),
        (_("挂账中"), found.suspended),
        (_("超期"), len(found.late)),
        (_("其中未办结"), found.late_open),
        (_("延期"), len(found.extended)),
    ]
    shown = [(name, f"{n:,}") for name, n in numbers]
    return [*shown, (_("最近的时限"), str(found.nearest or "—"))]


_STYLE = """
body {font: 10.5pt/1.5 'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif; color: #111; margin: 2em auto;
  max-width: 60em; padding: 0 1em}
h1 {font-size: 18pt; text-align: center; margin: 0} h2 {font-size: 12.5pt; margin: 1.4em 0 .4em}
.under {text-align: center; color: #555} .said {font-size: 12pt} .verdict {font-weight: bold; padding: .3em .7em;
  border-left: 5px solid #2E7D4F; background: #EAF5EE; margin: .4em 0} .no {border-color: #B3261E; background: #FBEAE9}
table {border-collapse: collapse; width: 100%} th, td {border: 1px solid #BBB; padding: 2px 6px; text-align: left;
  font-variant-numeric: tabular-nums} th {background: #EEF2F8} .n {text-align: right} tr.late td {background: #FBEAE9;
  font-weight: bold} table.list {font-size: 8pt} .counts {width: auto; min-width: 22em}
@page {size: A4; margin: 14mm 12mm} @media print {body {margin: 0; max-width: none; padding: 0} thead {display:
  table-header-group} tr {break-inside: avoid} .verdict, th, tr.late td {print-color-adjust: exact;
  -webkit-print-color-adjust: exact}}
"""


def proof_html(found: Proof, language: str = "zh", at: datetime | None = None) -> bytes:
    """The proof as one document to print: A4, nothing from outside, every ticket on a line, the late ones first."""

    def _(message: str, **params: object) -> str:
        return escape(translate(message, language, **params))

    title = _("12345 工单零超期证明") if found.verdicts[0].holds else _("12345 工单超期核对表")
    office = escape(found.office) or _("本单位")
    period = _("{first} 至 {last}", first=found.period.first, last=found.last)
    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{office} {title}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>",
        f'<p class="under">{office} · {period}</p><p class="said">{escape(found.sentence(language))}</p>',
    ]
    if found.sample:
        parts.append(f'<p class="verdict no">{_("含示例数据（合成，非真实），不能作为证明。")}</p>')
    for verdict in found.verdicts:
        parts.append(f'<p class="verdict{"" if verdict.holds else " no"}">{escape(verdict.text(language))}</p>')
        parts.append(f"<p>{_(verdict.note)}</p>" if verdict.note else "")
        if verdict.reasons and verdict.claim == NONE_LATE:
            parts += ["<ul>", *(f"<li>{escape(one.text(language))}</li>" for one in verdict.reasons), "</ul>"]
    rows = "".join(
        f'<tr><th>{escape(name)}</th><td class="n">{escape(n)}</td></tr>' for name, n in proof_counts(found, language)
    )
    parts.append(f'<h2>{_("各项数字")}</h2><table class="counts">{rows}</table>')
    parts.append(f"<h2>{_('口径与依据')}</h2><ul>")
    parts += [*(f"<li>{escape(one)}</li>" for one in made_how(found, language)), "</ul>"]
    parts.append(f"<h2>{_('办结时用去了多少时限')}</h2>{_html_table(used_list(found, language), 'counts')}")
    if len(found.closest):
        near = proof_list(found.closest, language)
        parts.append(f"<h2>{_('按期办结中最紧的 {n} 件', n=len(near))}</h2>{_html_table(near, 'list')}")
    every = proof_list(found.base, language)
    marked = _html_table(every, "list", set(range(len(found.late))))
    parts.append(f"<h2>{_('全部应办工单（{n} 件），超期的在前', n=f'{len(every):,}')}</h2>{marked}")
    printed = (at or now()).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    parts.append(f"<p>{_('制表时间：{at}（北京时间）；由法治台账逐件计算。', at=printed)}</p></body></html>")
    return "".join(parts).encode()


def _html_cell(cell: object) -> str:
    if pd.isna(cell) or cell == "":
        return "—"
    return str(cell) if isinstance(cell, (str, date)) else f"{cell:,}"


def _html_table(frame: pd.DataFrame, sort: str, marked: Collection[int] = ()) -> str:
    """A frame as a table; `marked` are the rows to stand out."""
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    numeric = [frame[name].dtype.kind in "iuf" for name in frame.columns]
    columns = [[_html_cell(cell) for cell in frame[name]] for name in frame.columns]
    lines = []
    for n, cells in enumerate(zip(*columns, strict=True)):
        shown = zip(cells, numeric, strict=True)
        tds = "".join(f'<td class="n">{cell}</td>' if right else f"<td>{escape(cell)}</td>" for cell, right in shown)
        lines.append(f'<tr class="late">{tds}</tr>' if n in marked else f"<tr>{tds}</tr>")
    return f'<table class="{sort}"><thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table>'
