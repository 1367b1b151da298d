"""Communities, streets and what is above them: load, find by code or name, open and close.

A unit has its 12-digit code from the National Bureau of Statistics. The code is the hierarchy, so "everything
in a street" is a prefix.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from db import settings
from db.language import Problem, Refusal, Rejected, decode
from db.schema import unit

LEVELS = {2: "province", 4: "city", 6: "county", 9: "street", 12: "community"}
# Of each level, the columns an NBS list calls its code and its name; Chinese headings are met in office files.
COLUMNS = {
    "street": (
        ("town_code", "street_code", "街道编码", "乡镇编码"),
        ("town", "street", "街道", "街道名称", "乡镇"),
    ),
    "community": (
        ("village_code", "community_code", "code", "社区编码", "编码", "统计用区划代码"),
        ("village", "community", "community_name", "name", "社区", "社区名称", "名称"),
    ),
}
_VILLAGE = re.compile(r"村?(?:村民委员会|村委会)$")
_COMMUNITY = re.compile(r"(?:社区)?(?:居民委员会|居委会)$|社区$")


def level_of(code: str) -> str:
    """The level a 12-digit code stands for, by its trailing zeros."""
    return next(level for digits, level in LEVELS.items() if not code[digits:].strip("0"))


def short_name(name: str) -> str:
    """文华巷社区居委会 → 文华巷; 三街村委会 → 三街村: what people say."""
    return _COMMUNITY.sub("", _VILLAGE.sub("村", name)) or name


@dataclass(frozen=True)
class Unit:
    """A place that reports. Alive from `opened_on` up to, not including, `closed_on`."""

    code: str
    name: str
    level: str
    opened_on: date | None = None
    closed_on: date | None = None
    sample: bool = False

    @cached_property
    def short(self) -> str:
        return short_name(self.name)

    def alive(self, first: date, last: date) -> bool:
        """Whether it existed on any day from `first` to `last`."""
        return (self.opened_on is None or self.opened_on <= last) and (self.closed_on is None or self.closed_on > first)


def units(conn: Connection, within: str = "") -> list[Unit]:
    """The units whose code begins with `within`, in code order."""
    wanted = select(unit).order_by(unit.c.code)
    if within:
        wanted = wanted.where(unit.c.code >= within, unit.c.code <= within + "9" * (12 - len(within)))
    return [Unit(**row) for row in conn.execute(wanted).mappings()]


def labels(known: Iterable[Unit]) -> dict[str, str]:
    """Code → short name; where two bear the same, their codes tell them apart."""
    known = list(known)
    often = Counter(one.short for one in known)
    return {one.code: one.short if often[one.short] == 1 else f"{one.short} {one.code}" for one in known}


class Finder:
    """Finds a unit by what people write for it: a code, a full name, or a short one."""

    def __init__(self, known: Iterable[Unit]):
        self.by_code: dict[str, Unit] = {}
        self.by_name: dict[str, set[str]] = {}
        for one in known:
            self.by_code[one.code] = one
            for name in {one.name, one.short}:
                self.by_name.setdefault(name, set()).add(one.code)

    def find(self, text: str) -> Unit:
        """The unit meant by `text`. Raises Refusal where none or more than one is."""
        text = text.strip()
        if not text:
            raise Refusal("社区为空，请填社区名称或编码")
        if text.isascii() and text.isdigit():
            found = self.by_code.get(text.ljust(12, "0") if len(text) in LEVELS else text)
            if found is None:
                raise Refusal("没有编码为“{code}”的社区，请核对，或在“设置”中先登记", code=text)
            return found
        codes = self.by_name.get(text) or self.by_name.get(short_name(text)) or set()
        if not codes:
            raise Refusal("没有名为“{name}”的社区，请核对，或在“设置”中先登记", name=text)
        if len(codes) > 1:
            raise Refusal("名为“{name}”的社区有多个，请改填编码：{codes}", name=text, codes=sorted(codes))
        return self.by_code[next(iter(codes))]


def check(one: Unit) -> None:
    """Refuse a unit that cannot be: a code that is not 12 digits, no name, a life that ends before it begins."""
    if not re.fullmatch(r"[0-9]{12}", one.code):
        raise Refusal("编码“{code}”应为 12 位数字", code=one.code)
    if not one.name.strip():
        raise Refusal("编码 {code} 的名称为空", code=one.code)
    if one.opened_on and one.closed_on and one.closed_on <= one.opened_on:
        raise Refusal("“{name}”的撤销日应晚于设立日", name=one.name)


def save(conn: Connection, wanted: Iterable[Unit]) -> dict[str, int]:
    """Add the units that are new and bring the others up to date; say how many were new, changed, unchanged."""
    known = {one.code: one for one in units(conn)}
    names = {(one.code[:9], one.name): one.code for one in known.values()}
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for one in wanted:
        check(one)
        if names.setdefault((one.code[:9], one.name), one.code) != one.code:
            raise Refusal("同一街道已有名为“{name}”的社区", name=one.name)
        row = {c.name: getattr(one, c.name) for c in unit.columns}
        if one.code not in known:
            conn.execute(insert(unit).values(row))
            counts["new"] += 1
        elif known[one.code] != one:
            conn.execute(update(unit).where(unit.c.code == one.code).values(row))
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
    if counts["new"] or counts["changed"]:
        settings.put(conn, "units_saved", uuid4().hex)
    return counts


def from_csv(data: bytes) -> list[Unit]:
    """The communities of an NBS list and the streets they belong to.

    Needs a column for the community's code and one for its name (COLUMNS); town columns are optional.
    Raises Rejected with every bad row.
    """
    reader = csv.DictReader(io.StringIO(decode(data), newline=""))
    headers = {h.strip(): h for h in reader.fieldnames or []}
    columns = {
        level: tuple(next((headers[n] for n in names if n in headers), None) for names in both)
        for level, both in COLUMNS.items()
    }
    if None in columns["community"]:
        raise Rejected(
            [
                Problem(
                    "缺少社区编码列或社区名称列，应有 village_code（社区编码）和 village（社区名称）",
                    row=1,
                    column="/".join(headers),
                )
            ]
        )
    found: dict[str, Unit] = {}
    problems = []
    for row in reader:
        for level, (code_column, name_column) in columns.items():
            if not (code_column and name_column):
                continue
            code = (row[code_column] or "").strip().strip("'")
            code = code.ljust(12, "0") if level == "street" else code
            one = Unit(code, (row[name_column] or "").strip(), level)
            try:
                check(one)
                if level_of(code) != level:
                    raise Refusal("编码“{code}”与所在列的级别不符", code=code)
                if found.setdefault(code, one).name != one.name:
                    raise Refusal("同一编码有两个名称：{a}、{b}", a=found[code].name, b=one.name)
            except Refusal as refusal:
                problems.append(Problem(refusal.message, refusal.params, reader.line_num, code_column, code))
    if problems:
        raise Rejected(problems)
    if not found:
        raise Refusal("文件中没有社区")
    return list(found.values())


def load(conn: Connection, data: bytes) -> dict[str, int]:
    """Load an NBS list (`from_csv`), keeping the dates of units already known; the first street names the office."""
    known = {one.code: one for one in units(conn)}
    wanted = []
    for one in from_csv(data):
        old = known.get(one.code)
        wanted.append(Unit(one.code, one.name, one.level, old.opened_on, old.closed_on, old.sample) if old else one)
    counts = save(conn, wanted)
    streets = [one.name for one in wanted if one.level == "street"]
    if streets and not settings.get(conn, "office"):
        settings.put(conn, "office", streets[0])
    return counts
