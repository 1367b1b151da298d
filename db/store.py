"""The store as a whole: make it, bring it up to date, prove it sound, copy it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, select

from db import definitions, settings, totals
from db.engine import china_day, integrity, now, reading, steady_plans, writing
from db.schema import batch, definition, setting, unit

CATALOGUE = Path(__file__).parent.parent / "metrics" / "catalogue.toml"


def migrate(store: Engine) -> None:
    """Bring the tables to the newest version, all or nothing; does nothing where they are there already."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(store) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        steady_plans(conn)


def init(store: Engine) -> int:
    """Make the store, or bring it up to date; idempotent. Says how many indicators were added."""
    migrate(store)
    with writing(store) as conn:
        added = definitions.load(conn, CATALOGUE, by="init")
        if settings.get(conn, "reporting_since") is None:
            settings.put(conn, "reporting_since", f"{china_day(now()).year}-01-01")
    return added


def verify(store: Engine) -> list[str]:
    """Hold the roll-up against the entries and check the file; one line for each thing wrong, none when sound."""
    with reading(store) as conn:
        wrong = [f"{d['unit']} {d['month']} {d['indicator']}: {d}" for d in totals.differences(conn)]
        return wrong + integrity(conn)


def stamp(store: Engine) -> tuple:
    """Changes whenever what figures are made of does: what a reader may keep is good while this is equal.

    Every writing of facts has a batch; catalogue, settings and the number of units are looked at directly.
    """
    wanted = select(
        select(func.max(batch.c.id)).scalar_subquery(),
        select(func.min(batch.c.id)).scalar_subquery(),
        select(func.count(definition.c.indicator)).scalar_subquery(),
        select(func.max(definition.c.recorded_at)).scalar_subquery(),
        select(func.count(unit.c.code)).scalar_subquery(),
    )
    with reading(store) as conn:
        chosen = [(row.key, str(row.value)) for row in conn.execute(select(setting))]
        return (*conn.execute(wanted).one(), *sorted(chosen))
