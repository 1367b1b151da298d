"""Kinds and indicators as the store holds them: read, add, define anew from a day on."""

import re
import tomllib
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select

from db.engine import china_day, insert_rows, now, reading
from db.language import Refusal
from db.measures import TICKETS, WINDOWS
from db.schema import definition, indicator, indicator_alias, kind

GRAINS = ("daily", "record", "standing")
ADDS = ("sum", "tickets", "sum_of", "ratio", "balance", "standing", "units")
FIRST_DAY = date(2000, 1, 1)  # definitions shipped with the product hold from here on


@dataclass(frozen=True)
class Kind:
    """A form. `grain`: daily, record or standing. `covers`: its entries may name the units they cover."""

    code: str
    grain: str
    covers: bool
    name: Mapping[str, str]
    position: int

    @property
    def titled(self) -> bool:
        """A happening has a title; a day's report has none."""
        return self.grain == "record"


@dataclass(frozen=True)
class Indicator:
    """A number and what it means from `effective_from` on. Fields are explained in metrics/catalogue.toml."""

    code: str
    kind: str
    position: int
    effective_from: date
    name: Mapping[str, str]
    unit: Mapping[str, str]
    meaning: Mapping[str, str]
    adds: str = "sum"
    parts: tuple[str, ...] = ()
    upper: int | None = None
    per_entry: int | None = None
    at_most: str | None = None
    weights: tuple[float, ...] = ()
    counted_on: str = ""

    @property
    def entered(self) -> bool:
        """Whether a person fills it in, rather than it being made from others."""
        return self.adds in ("sum", "standing")


@dataclass(frozen=True)
class Catalogue:
    """All kinds by code, and for each indicator its definitions, latest first."""

    kinds: Mapping[str, Kind]
    versions: Mapping[str, tuple[Indicator, ...]]
    _on: dict[date, dict[str, Indicator]] = field(default_factory=dict, compare=False, repr=False)

    def on(self, day: date) -> dict[str, Indicator]:
        """Each indicator as defined on a day (its first definition before that), in the catalogue's order."""
        if day not in self._on:
            self._on[day] = {
                code: next((v for v in versions if v.effective_from <= day), versions[-1])
                for code, versions in self.versions.items()
            }
        return self._on[day]

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Each indicator as defined today."""
        return self.on(china_day(now()))

    def entered(self, kind_code: str, day: date | None = None) -> list[Indicator]:
        """The number fields of a form, in order, as defined on a day (today)."""
        meanings = self.on(day) if day else self.indicators
        return [i for i in meanings.values() if i.kind == kind_code and i.entered]


# Changes with every definition, because they are only ever added: what is read once is good while it is equal.
STAMP = (
    select(func.count()).select_from(definition).scalar_subquery(),
    select(func.max(definition.c.recorded_at)).scalar_subquery(),
)
_stamp = select(*STAMP)
_read: "weakref.WeakKeyDictionary[Engine, tuple]" = weakref.WeakKeyDictionary()


def catalogue(store: Engine, conn: Connection | None = None, stamp: tuple | None = None) -> Catalogue:
    """What the store counts. `stamp` is STAMP where the caller has read it along with something else."""
    if conn is None:
        with reading(store) as conn:
            return catalogue(store, conn)
    stamp = stamp or tuple(conn.execute(_stamp).one())
    cached = _read.get(store)
    if cached is None or cached[0] != stamp:
        cached = _read[store] = (stamp, _from_store(conn))
    return cached[1]


def _from_store(conn: Connection) -> Catalogue:
    kinds = {
        row.code: Kind(row.code, row.grain, row.covers, row.name, row.position)
        for row in conn.execute(select(kind).order_by(kind.c.position))
    }
    fields = Indicator.__dataclass_fields__
    ordered = (
        select(indicator.c.code, indicator.c.kind, indicator.c.position, *definition.c)
        .join_from(indicator, definition)
        .join(kind, kind.c.code == indicator.c.kind)
        .order_by(kind.c.position, indicator.c.position, indicator.c.code, definition.c.effective_from.desc())
    )
    versions: dict[str, tuple[Indicator, ...]] = {}
    for row in conn.execute(ordered).mappings():
        lists = {name: tuple(row[name]) for name in ("parts", "weights")}
        made = Indicator(**{f: row[f] for f in fields if f not in lists}, **lists)
        versions[made.code] = (*versions.get(made.code, ()), made)
    return Catalogue(kinds, versions)


def load(conn: Connection, path: Path, by: str) -> int:
    """Add the kinds and indicators of a TOML file that the store lacks, and bring its aliases up to date, but for those
    that others added; say how many indicators came."""
    have_kinds = set(conn.scalars(select(kind.c.code)))
    have = set(conn.scalars(select(indicator.c.code)))
    known = select(indicator_alias.c.indicator, indicator_alias.c.name, indicator_alias.c.recorded_by)
    named = {(code, name): author for code, name, author in conn.execute(known)}
    added, aliases = 0, []
    for position, row in enumerate(tomllib.loads(path.read_text("utf-8"))["kind"]):
        if row["code"] not in have_kinds:
            add_kind(conn, Kind(row["code"], row["grain"], row.get("covers", False), row["name"], position))
        for place, fields in enumerate(row["indicator"]):
            aliases += [(fields["code"], name) for name in fields.pop("aliases", ())]
            if fields["code"] in have:
                continue
            fields = {**fields, **{name: tuple(fields.get(name, ())) for name in ("parts", "weights")}}
            define(conn, Indicator(kind=row["code"], position=place, effective_from=FIRST_DAY, **fields), by)
            added += 1
    shipped = dict.fromkeys(aliases)
    gone = [pair for pair, author in named.items() if author == by and pair not in shipped]
    for code, name in gone:
        conn.execute(delete(indicator_alias).where(indicator_alias.c.indicator == code, indicator_alias.c.name == name))
    new = [pair for pair in shipped if pair not in named]
    insert_rows(conn, indicator_alias, [(code, name, now(), by) for code, name in new])
    return added


def add_kind(conn: Connection, new: Kind) -> None:
    """Add a form. Refuses a code that is not lower-case English or a grain that does not exist."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", new.code) or new.grain not in GRAINS:
        raise Refusal("表单编码“{code}”应为小写英文，类型应为 {grains} 之一", code=new.code, grains=GRAINS)
    conn.execute(
        insert(kind).values(
            code=new.code, grain=new.grain, covers=new.covers, name=dict(new.name), position=new.position
        )
    )


def define(conn: Connection, new: Indicator, by: str) -> None:
    """Add an indicator, or a new definition of one from `effective_from` on. Earlier periods keep the old.

    Raises Refusal for a code that is not `kind.measure`, a kind or part that does not exist, a name another
    indicator bears, or a day on which it already has a definition.
    """
    kind_row = conn.execute(select(kind).where(kind.c.code == new.kind)).one_or_none()
    if kind_row is None:
        raise Refusal("没有编码为“{kind}”的表单", kind=new.kind)
    if not re.fullmatch(re.escape(new.kind) + r"\.[a-z][a-z0-9_]*", new.code):
        raise Refusal("指标编码“{code}”应写成“{kind}.小写英文”", code=new.code, kind=new.kind)
    if not all(
        texts.get("zh", "").strip() and texts.get("en", "").strip() for texts in (new.name, new.unit, new.meaning)
    ):
        raise Refusal("指标“{code}”的名称、单位、口径都要有中文和英文", code=new.code)
    standing = kind_row.grain == "standing"
    unfit = (new.adds == "sum" and standing) or (new.adds == "standing" and not standing)
    if new.adds not in ADDS or unfit or (new.adds == "tickets" and new.code not in TICKETS):
        raise Refusal("指标“{code}”的汇总方式“{adds}”与表单类型不符", code=new.code, adds=new.adds)
    stored = _from_store(conn)
    for versions in stored.versions.values():
        for made in versions:  # a name once borne stays taken: earlier years still show it
            if made.code != new.code and set(made.name.values()) & set(new.name.values()):
                raise Refusal("指标名称“{name}”已被 {code} 使用", name=new.name["zh"], code=made.code)
    known = {code: versions[0].kind for code, versions in stored.versions.items()}
    if new.code in _made_of(new.parts, stored):
        raise Refusal("指标“{code}”不能由它自己算出", code=new.code)
    if new.at_most is not None and known.get(new.at_most) != new.kind:
        raise Refusal("指标“{code}”的上限指标“{whole}”不在同一张表中", code=new.code, whole=new.at_most)
    if any(number is not None and number < 0 for number in (new.upper, new.per_entry)):
        raise Refusal("指标“{code}”的上限和默认值不能为负", code=new.code)
    least = {"ratio": 2, "balance": 2, "sum_of": 1}.get(new.adds, 0)
    if len(new.parts) < least or (new.parts and not least) or any(part not in known for part in new.parts):
        raise Refusal("指标“{code}”的组成“{parts}”不完整或不存在", code=new.code, parts=new.parts)
    if new.weights and (new.adds != "ratio" or len(new.weights) != len(new.parts) - 1):
        raise Refusal("指标“{code}”的权重应与分子各项一一对应", code=new.code)
    if new.counted_on not in WINDOWS or any(not 0 < weight <= 1 for weight in new.weights):
        raise Refusal(
            "指标“{code}”的权重应大于 0、不大于 1，统计窗口应为 {windows} 之一", code=new.code, windows=WINDOWS
        )
    if new.code not in known:
        conn.execute(insert(indicator).values(code=new.code, kind=new.kind, position=new.position))
    elif conn.scalar(
        select(definition.c.indicator).where(
            definition.c.indicator == new.code, definition.c.effective_from == new.effective_from
        )
    ):
        raise Refusal("指标“{code}”自 {day} 起的口径已存在，请另选生效日", code=new.code, day=new.effective_from)
    elif known[new.code] != new.kind:
        raise Refusal("指标“{code}”属于表单“{kind}”，不能改", code=new.code, kind=known[new.code])
    conn.execute(
        insert(definition).values(
            indicator=new.code,
            effective_from=new.effective_from,
            name=dict(new.name),
            unit=dict(new.unit),
            meaning=dict(new.meaning),
            adds=new.adds,
            parts=list(new.parts),
            upper=new.upper,
            per_entry=new.per_entry,
            at_most=new.at_most,
            weights=list(new.weights),
            counted_on=new.counted_on,
            recorded_at=now(),
            recorded_by=by,
        )
    )


def _made_of(parts: tuple[str, ...], known: Catalogue) -> set[str]:
    """Everything some indicators are made of, in any definition, themselves included."""
    found, ahead = set(), list(parts)
    while ahead:
        code = ahead.pop()
        if code not in found:
            found.add(code)
            ahead += [part for version in known.versions.get(code, ()) for part in version.parts]
    return found
