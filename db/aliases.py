"""Other names people write for a community, remembered from one file to the next."""

from sqlalchemy import Connection, delete, insert, select

from db.engine import now
from db.language import Refusal
from db.schema import alias, unit


def read(conn: Connection) -> dict[str, str]:
    """Name → the code of the unit meant."""
    return {row.name: row.unit for row in conn.execute(select(alias))}


def save(conn: Connection, name: str, code: str, by: str) -> None:
    """Remember that `name` means a unit; the last word holds. Raises Refusal without a name or for an unknown unit."""
    name = name.strip()
    if not name or len(name) > 100:
        raise Refusal("叫法不能为空，最多 100 字")
    if conn.scalar(select(unit.c.code).where(unit.c.code == code)) is None:
        raise Refusal("没有编码为“{code}”的社区，请核对，或在“设置”中先登记", code=code)
    conn.execute(delete(alias).where(alias.c.name == name))
    conn.execute(insert(alias).values(name=name, unit=code, recorded_at=now(), recorded_by=by))
