"""The roll-up of tickets counts a ticket once on each of its days; `db.store.init` makes it again from the tickets"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("ticket_total")
    op.create_table(
        "ticket_total",
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("tally", sa.String(length=30), nullable=False),
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_ticket_total_unit")),
        sa.PrimaryKeyConstraint("unit", "tally", "span", "counts", name=op.f("pk_ticket_total")),
        sqlite_with_rowid=False,
    )
