"""Tickets, their roll-up, what sets their clock, and what the next import remembers"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_notice",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.Column("workdays", sa.JSON(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("year", "recorded_at", name=op.f("pk_holiday_notice")),
    )
    op.create_table(
        "layout",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_layout")),
    )
    op.create_table(
        "limit_rule",
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("handling_days", sa.Integer(), nullable=False),
        sa.Column("contact_minutes", sa.Integer(), nullable=True),
        sa.Column("contact_days", sa.Integer(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("effective_from", "name", name=op.f("pk_limit_rule")),
    )
    op.create_table(
        "alias",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_alias_unit")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alias")),
    )
    op.create_table(
        "ticket",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Integer(), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Integer(), nullable=True),
        sa.Column("contact_due", sa.BigInteger(), nullable=True),
        sa.Column("extended_on", sa.Integer(), nullable=True),
        sa.Column("extended_to", sa.Integer(), nullable=True),
        sa.Column("extended_by", sa.String(length=60), nullable=False),
        sa.Column("extended_why", sa.Text(), nullable=False),
        sa.Column("suspended_on", sa.Integer(), nullable=True),
        sa.Column("resumed_on", sa.Integer(), nullable=True),
        sa.Column("returned_on", sa.Integer(), nullable=True),
        sa.Column("contacted_at", sa.BigInteger(), nullable=True),
        sa.Column("contacted_on", sa.Integer(), nullable=True),
        sa.Column("replied_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Integer(), nullable=True),
        sa.Column("called_back_on", sa.Integer(), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.String(length=12), nullable=False),
        sa.Column("days_used", sa.Integer(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("assumed", sa.String(length=60), nullable=False),
        sa.Column("overdue_from", sa.Integer(), nullable=True),
        sa.Column("stopped_on", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.Column("retired_by", sa.String(length=60), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("retired_batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_ticket_batch")),
        sa.ForeignKeyConstraint(["retired_batch"], ["batch.id"], name=op.f("fk_ticket_retired_batch")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_ticket_unit")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_batch", "ticket", ["batch"], unique=False)
    op.create_index(
        "ix_ticket_retired_batch",
        "ticket",
        ["retired_batch"],
        unique=False,
        sqlite_where=sa.text("retired_batch IS NOT NULL"),
        postgresql_where=sa.text("retired_batch IS NOT NULL"),
    )
    op.create_table(
        "ticket_total",
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_ticket_total_unit")),
        sa.PrimaryKeyConstraint("unit", "measure", "span", name=op.f("pk_ticket_total")),
        sqlite_with_rowid=False,
    )
    for index, columns, condition in (
        ("ix_ticket_called_back", "called_back_on", "retired_at IS NULL AND called_back_on IS NOT NULL"),
        ("ix_ticket_closed", "closed_on received_on", "retired_at IS NULL AND closed_on IS NOT NULL"),
        ("ix_ticket_contacted", "contacted_on", "retired_at IS NULL AND contacted_on IS NOT NULL"),
        ("ix_ticket_extended", "extended_on", "retired_at IS NULL AND extended_on IS NOT NULL"),
        ("ix_ticket_late", "overdue_from", "retired_at IS NULL AND (stopped_on IS NULL OR stopped_on >= overdue_from)"),
        ("ix_ticket_open", "overdue_from", "retired_at IS NULL AND closed_on IS NULL AND returned_on IS NULL"),
        ("ix_ticket_received", "received_on", "retired_at IS NULL"),
        ("ix_ticket_returned", "returned_on", "retired_at IS NULL AND returned_on IS NOT NULL"),
        ("ix_ticket_suspended", "suspended_on", "retired_at IS NULL AND suspended_on IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(index, "ticket", ["unit", *columns.split()], sqlite_where=where, postgresql_where=where)
    op.add_column("definition", sa.Column("weights", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("definition", sa.Column("counted_on", sa.String(length=12), nullable=False, server_default=""))
