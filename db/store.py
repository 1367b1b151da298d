"""The store as a whole: make it, bring it up to date, prove it sound, copy it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from db import definitions, limits, settings, snapshots, totals
from db.engine import china_day, copy_from, integrity, making, now, reading, steady_plans
from db.schema import batch, claim_reading, setting

CATALOGUE = Path(__file__).parent.parent / "metrics" / "catalogue.toml"


def migrate(store: Engine) -> None:
    """Bring the tables to the newest version, all or nothing; does nothing where they are there already."""
    config = _migrations()
    with making(store) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        steady_plans(conn)


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def restore(store: Engine, path: Path) -> None:
    """Put a copy in place of the store and bring it up to date; the store stays as it was if that cannot be."""
    known = [script.revision for script in ScriptDirectory.from_config(_migrations()).walk_revisions()]
    copy_from(store, path, known)
    init(store)


def init(store: Engine) -> int:
    """Make the store, or bring it up to date; idempotent. Says how many indicators were added."""
    migrate(store)
    with making(store) as conn:
        totals.remake_tickets(conn)
        added = definitions.load(conn, CATALOGUE, by="init")
        limits.load(conn, CATALOGUE, by="init")
        if settings.get(conn, "reporting_since") is None:
            settings.put(conn, "reporting_since", f"{china_day(now()).year}-01-01")
    return added


def verify(store: Engine) -> list[str]:
    """Hold the roll-up against the entries, frozen years against their digests, and check the file; one line for each
    thing wrong, none when sound."""
    with reading(store) as conn:
        wrong = [f"{' '.join(map(str, list(d.values())[:3]))}: {d}" for d in totals.differences(conn)]
        return wrong + snapshots.damage(conn) + integrity(conn)


_latest = select(func.max(batch.c.id)).scalar_subquery()
# Of two who write at once the one with the smaller number may be done last: the latest alone would not tell.
_last = select(batch.c.id).order_by(batch.c.id.desc()).limit(100).subquery()
_stamp = select(
    select(batch.c.token).where(batch.c.id == _latest).scalar_subquery(),
    select(func.min(batch.c.id)).scalar_subquery(),
    select(func.sum(_last.c.id)).scalar_subquery(),
    *definitions.STAMP,
    select(func.max(claim_reading.c.recorded_at)).scalar_subquery(),
)
_settings = select(setting)


def stamp(store: Engine) -> tuple:
    """Changes whenever what figures are made of does: what a reader may keep is good while this is equal.

    Every writing of facts has a batch with a token of its own; catalogue, settings and what was said of numbers in
    reports are looked at directly, and saving units leaves a mark among the settings.
    """
    with reading(store) as conn:
        chosen = [(row.key, str(row.value)) for row in conn.execute(_settings)]
        return (*conn.execute(_stamp).one(), *sorted(chosen))
