"""The tables. Rows of `entry` and `value` are only ever added; a row leaves by a stamp, not by deletion.

Four habits keep the same statements running on a sharded store: the month is a stored integer (202403),
a key begins with the unit, an aggregate groups by unit first, and what one write touches lies in one street.
"""

from datetime import UTC, datetime

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

setting = Table(
    "setting",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("value", JSON, nullable=False),
)
