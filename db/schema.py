"""The tables. Rows of `entry` and `value` are only ever added; a row leaves by a stamp, not by deletion.

Four habits keep the same statements running on a sharded store: the month is a stored integer (202403),
a key begins with the unit, an aggregate groups by unit first, and what one write touches lies in one street.
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)


class Instant(TypeDecorator):
    """A point in time: aware in Python, UTC without an offset in every store."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Day(TypeDecorator):
    """A calendar day as an integer, 2024-03-05 as 20240305: it sorts, and its month is a division."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | int | None, dialect) -> int | None:
        return number_of(value) if isinstance(value, date) else value

    def process_result_value(self, value: int | None, dialect) -> date | None:
        return value and day_of(value)


class Moment(TypeDecorator):
    """A point in time as whole seconds since 1970 UTC: a file of a million tickets has four million of them."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect) -> int | None:
        return int(value.timestamp()) if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


def number_of(day: date) -> int:
    """2024-03-05 → 20240305, the stored form of a ticket's day."""
    return day.year * 10000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """20240305 → 2024-03-05"""
    return date(number // 10000, number // 100 % 100, number % 100)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# A community, street, county, city or province. The 12-digit code of the National Bureau of Statistics is
# the hierarchy: its first 2, 4, 6, 9 and 12 digits.
unit = Table(
    "unit",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("level", String(12), nullable=False),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("sample", Boolean, nullable=False, default=False),
)

# A form. `grain` says what makes two submissions the same thing: daily and standing (unit, day), record
# (unit, day, title). `covers`: an entry may name the units it covers, and counts once for the street.
kind = Table(
    "kind",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("grain", String(10), nullable=False),
    Column("covers", Boolean, nullable=False),
    Column("name", JSON, nullable=False),
    Column("position", Integer, nullable=False),
)

# A number field of a form, or one made from others. What it means is in `definition`, by day of effect.
indicator = Table(
    "indicator",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("kind", ForeignKey("kind.code"), nullable=False),
    Column("position", Integer, nullable=False),
)

definition = Table(
    "definition",
    metadata,
    Column("indicator", ForeignKey("indicator.code"), primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("name", JSON, nullable=False),
    Column("unit", JSON, nullable=False),
    Column("meaning", JSON, nullable=False),
    Column("adds", String(10), nullable=False),
    Column("parts", JSON, nullable=False),
    Column("upper", BigInteger),
    Column("per_entry", Integer),
    Column("at_most", String(60)),
    Column("weights", JSON, nullable=False, default=list),
    Column("counted_on", String(12), nullable=False, default=""),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# One act of writing: a form sent, a grid, a file. Its token is what makes a repeat harmless.
batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("source", String(12), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    Column("file_name", Text),
    Column("file_sha256", String(64)),
    Column("sample", Boolean, nullable=False, default=False),
)

# One version of one filled form. `no` runs without a gap within the unit, like the serial numbers of a
# paper ledger; `origin` is the `no` of the first version, `version` counts from 1. A standing entry is a
# state and belongs to no month: its `month` is 0.
entry = Table(
    "entry",
    metadata,
    Column("unit", ForeignKey("unit.code"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("kind", ForeignKey("kind.code"), nullable=False),
    Column("day", Date, nullable=False),
    Column("month", Integer, nullable=False),
    Column("day_bit", BigInteger, nullable=False),
    Column("title", String(200), nullable=False),
    Column("covers", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("origin", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    Column("batch", ForeignKey("batch.id"), nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("retired_at", Instant),
    Column("retired_by", String(60)),
    Column("retired_reason", Text),
    Column("retired_batch", ForeignKey("batch.id")),
    Index(
        "uq_entry_live",
        "unit",
        "month",
        "kind",
        "day",
        "title",
        unique=True,
        sqlite_where=text("retired_at IS NULL"),
        postgresql_where=text("retired_at IS NULL"),
    ),
    # A first version is its own origin, found by the key: only later versions need the index.
    Index(
        "ix_entry_origin",
        "unit",
        "origin",
        sqlite_where=text("version > 1"),
        postgresql_where=text("version > 1"),
    ),
    Index("ix_entry_batch", "batch"),
    Index(
        "ix_entry_retired_batch",
        "retired_batch",
        sqlite_where=text("retired_batch IS NOT NULL"),
        postgresql_where=text("retired_batch IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

value = Table(
    "value",
    metadata,
    Column("unit", String(12), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("indicator", ForeignKey("indicator.code"), primary_key=True),
    Column("quantity", BigInteger, nullable=False),
    ForeignKeyConstraint(["unit", "no"], ["entry.unit", "entry.no"]),
    sqlite_with_rowid=False,
)

# The units an entry covers, where they are others than the one that recorded it.
coverage = Table(
    "coverage",
    metadata,
    Column("covered", ForeignKey("unit.code"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(12), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(["unit", "no"], ["entry.unit", "entry.no"]),
    Index("ix_coverage_entry", "unit", "no"),
    sqlite_with_rowid=False,
)

# The roll-up. `total` counts an entry once, at the unit that recorded it; `seen` counts it at every unit
# it covers. `days` has bit d-1 set for a daily report of day d.
monthly_total = Table(
    "monthly_total",
    metadata,
    Column("unit", ForeignKey("unit.code"), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("indicator", ForeignKey("indicator.code"), primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("days", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("seen_entries", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# A citizen's 12345 ticket, one version a row; `version` counts from 1 and the last is live unless it was voided.
# What the columns mean is said in db/tickets.py. `overdue_from` and `stopped_on` follow from the others.
_live = {"sqlite_where": text("retired_at IS NULL"), "postgresql_where": text("retired_at IS NULL")}


def _where(condition: str) -> dict:
    condition = f"retired_at IS NULL AND {condition}"
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


ticket = Table(
    "ticket",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("unit", ForeignKey("unit.code"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", String(100), nullable=False),
    Column("title", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("place", String(100), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("received_on", Day, nullable=False),
    Column("limit_days", Integer),
    Column("rule", String(60), nullable=False),
    Column("due_on", Day),
    Column("contact_due", Moment),
    Column("extended_on", Day),
    Column("extended_to", Day),
    Column("extended_by", String(60), nullable=False),
    Column("extended_why", Text, nullable=False),
    Column("suspended_on", Day),
    Column("resumed_on", Day),
    Column("returned_on", Day),
    Column("contacted_at", Moment),
    Column("contacted_on", Day),
    Column("replied_at", Moment),
    Column("closed_at", Moment),
    Column("closed_on", Day),
    Column("called_back_on", Day),
    Column("contacted", Boolean),
    Column("resolved", Boolean),
    Column("satisfaction", String(12), nullable=False),
    Column("days_used", Integer),
    Column("days_left", Integer),
    Column("assumed", String(60), nullable=False),
    Column("overdue_from", Day),
    Column("stopped_on", Day),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    Column("batch", ForeignKey("batch.id"), nullable=False),
    Column("retired_at", Instant),
    Column("retired_by", String(60)),
    Column("retired_reason", Text),
    Column("retired_batch", ForeignKey("batch.id")),
    # One index for each day by which tickets are counted: whoever opens a figure asks them, not the year.
    Index("ix_ticket_received", "unit", "received_on", **_live),
    Index("ix_ticket_closed", "unit", "closed_on", "received_on", **_where("closed_on IS NOT NULL")),
    Index("ix_ticket_contacted", "unit", "contacted_on", **_where("contacted_on IS NOT NULL")),
    Index("ix_ticket_called_back", "unit", "called_back_on", **_where("called_back_on IS NOT NULL")),
    Index("ix_ticket_extended", "unit", "extended_on", **_where("extended_on IS NOT NULL")),
    Index("ix_ticket_suspended", "unit", "suspended_on", **_where("suspended_on IS NOT NULL")),
    Index("ix_ticket_returned", "unit", "returned_on", **_where("returned_on IS NOT NULL")),
    # The few that are late or may become so, and the few still open.
    Index("ix_ticket_late", "unit", "overdue_from", **_where("(stopped_on IS NULL OR stopped_on >= overdue_from)")),
    Index("ix_ticket_open", "unit", "overdue_from", **_where("closed_on IS NULL AND returned_on IS NULL")),
    Index("ix_ticket_batch", "batch"),
    Index(
        "ix_ticket_retired_batch",
        "retired_batch",
        sqlite_where=text("retired_batch IS NOT NULL"),
        postgresql_where=text("retired_batch IS NOT NULL"),
    ),
)

# The tickets' own roll-up, apart from that of the entries: a figure is made of the one or the other, never of both.
# Of the measures of a tally (db.measures.TALLIES), `total` tickets count toward those that the bits of `counts` name.
# `span` is a month, 202403, or a day, 20240305: whole months and a cut-off inside one are sums of few rows however many
# tickets there are, and what was open before a year is one range for each unit and tally.
ticket_total = Table(
    "ticket_total",
    metadata,
    Column("unit", ForeignKey("unit.code"), primary_key=True),
    Column("tally", String(30), primary_key=True),
    Column("span", Integer, primary_key=True, autoincrement=False),
    Column("counts", Integer, primary_key=True, autoincrement=False),
    Column("total", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What a ticket's clock is set to, from a day of receipt on. `words`: found in the subject; the rule without words
# holds for the rest. Only ever added.
limit_rule = Table(
    "limit_rule",
    metadata,
    Column("effective_from", Date, primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("words", JSON, nullable=False),
    Column("handling_days", Integer, nullable=False),
    Column("contact_minutes", Integer),
    Column("contact_days", Integer),
    Column("document", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# The holiday notice of a year as the office loaded it; the last one loaded holds.
holiday_notice = Table(
    "holiday_notice",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Instant, primary_key=True),
    Column("document", String(100), nullable=False),
    Column("holidays", JSON, nullable=False),
    Column("workdays", JSON, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# Another name people write for a community, and the columns a person said a layout has: remembered for the next file.
alias = Table(
    "alias",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("unit", ForeignKey("unit.code"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

layout = Table(
    "layout",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("columns", JSON, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# Other words by which reports call an indicator: how a text is held against the store, no part of what is counted.
indicator_alias = Table(
    "indicator_alias",
    metadata,
    Column("indicator", ForeignKey("indicator.code"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# What a person said a number in a report is: `context` is its clause with the number taken out, `sort` one of
# metrics.claims.SORTS, `indicator` the one it is a figure of. The last one said holds.
claim_reading = Table(
    "claim_reading",
    metadata,
    Column("context", String(200), primary_key=True),
    Column("recorded_at", Instant, primary_key=True),
    Column("sort", String(12), nullable=False),
    Column("indicator", ForeignKey("indicator.code")),
    Column("recorded_by", String(60), nullable=False),
)

# The office's wording of the annual report, with slots for figures. Only ever added; the last one holds.
report_template = Table(
    "report_template",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# Why a figure goes into a year's report although `missing` daily reports behind it were never filed. The last one
# holds; one without a reason takes the earlier ones back.
waiver = Table(
    "waiver",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("indicator", ForeignKey("indicator.code"), primary_key=True),
    Column("recorded_at", Instant, primary_key=True),
    Column("missing", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_by", String(60), nullable=False),
)

# A year frozen at a cut-off by a named person: who and when is its batch's. What was frozen is kept byte for byte.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("year", Integer, nullable=False),
    Column("cut_off", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("batch", ForeignKey("batch.id"), nullable=False, unique=True),
)

snapshot_part = Table(
    "snapshot_part",
    metadata,
    Column("snapshot", ForeignKey("snapshot.id"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("value", JSON, nullable=False),
)
