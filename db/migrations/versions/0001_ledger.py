"""The ledger, the catalogue and the roll-up"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("token", name=op.f("uq_batch_token")),
    )
    op.create_table(
        "kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("grain", sa.String(length=10), nullable=False),
        sa.Column("covers", sa.Boolean(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kind")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "entry",
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day_bit", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("covers", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.Column("retired_by", sa.String(length=60), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("retired_batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_entry_batch")),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_entry_kind")),
        sa.ForeignKeyConstraint(["retired_batch"], ["batch.id"], name=op.f("fk_entry_retired_batch")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_entry_unit")),
        sa.PrimaryKeyConstraint("unit", "no", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_batch", "entry", ["batch"], unique=False)
    op.create_index(
        "ix_entry_origin",
        "entry",
        ["unit", "origin"],
        unique=False,
        sqlite_where=sa.text("version > 1"),
        postgresql_where=sa.text("version > 1"),
    )
    op.create_index(
        "ix_entry_retired_batch",
        "entry",
        ["retired_batch"],
        unique=False,
        sqlite_where=sa.text("retired_batch IS NOT NULL"),
        postgresql_where=sa.text("retired_batch IS NOT NULL"),
    )
    op.create_index(
        "uq_entry_live",
        "entry",
        ["unit", "month", "kind", "day", "title"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "indicator",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_indicator_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_indicator")),
    )
    op.create_table(
        "coverage",
        sa.Column("covered", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["covered"], ["unit.code"], name=op.f("fk_coverage_covered")),
        sa.ForeignKeyConstraint(["unit", "no"], ["entry.unit", "entry.no"], name=op.f("fk_coverage_unit_no")),
        sa.PrimaryKeyConstraint("covered", "month", "unit", "no", name=op.f("pk_coverage")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_coverage_entry", "coverage", ["unit", "no"], unique=False)
    op.create_table(
        "definition",
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("unit", sa.JSON(), nullable=False),
        sa.Column("meaning", sa.JSON(), nullable=False),
        sa.Column("adds", sa.String(length=10), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("upper", sa.BigInteger(), nullable=True),
        sa.Column("per_entry", sa.Integer(), nullable=True),
        sa.Column("at_most", sa.String(length=60), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_definition_indicator")),
        sa.PrimaryKeyConstraint("indicator", "effective_from", name=op.f("pk_definition")),
    )
    op.create_table(
        "monthly_total",
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_entries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_monthly_total_indicator")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_monthly_total_unit")),
        sa.PrimaryKeyConstraint("unit", "month", "indicator", name=op.f("pk_monthly_total")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "value",
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_value_indicator")),
        sa.ForeignKeyConstraint(["unit", "no"], ["entry.unit", "entry.no"], name=op.f("fk_value_unit_no")),
        sa.PrimaryKeyConstraint("unit", "no", "indicator", name=op.f("pk_value")),
        sqlite_with_rowid=False,
    )
