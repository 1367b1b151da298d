"""What the office chose: its name, since when it reports, the cut-off of each year's report."""

from copy import deepcopy
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from db.schema import setting

NEVER = "never"
DEFAULTS: dict[str, Any] = {
    "office": "",  # the name in file names and headings
    "reporting_since": None,  # ISO date from which daily reports are expected
    "cut_offs": {},  # year → ISO date of that year's report
    "units_saved": "",  # a mark that changes with every change of the units
    "notices_saved": "",  # the same for holiday notices
    "tickets_since": None,  # first day of the month from which 12345 figures are made of tickets; None: of the first
    # ticket's month on; NEVER: always of the daily counts
    "none_extended": ["overdue", "extended"],  # what 无延期工单 denies: either of these, or both
    "replaced_by_sample": {},  # the office's own choices, to be put back when the sample goes
    "sample_removed": False,  # once removed, the sample year does not come back by itself
}


def get(conn: Connection, key: str) -> Any:
    """A setting, or its default."""
    stored = conn.execute(select(setting.c.value).where(setting.c.key == key)).one_or_none()
    return stored.value if stored else deepcopy(DEFAULTS[key])


def put(conn: Connection, key: str, value: Any) -> None:
    """Set a setting."""
    if key not in DEFAULTS:
        raise KeyError(key)
    conn.execute(delete(setting).where(setting.c.key == key))
    conn.execute(insert(setting).values(key=key, value=value))
