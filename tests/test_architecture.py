"""Three floors: an import goes down, never up, never sideways through a side door."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "db": {"forbidden": {"metrics", "pages", "app", "streamlit", "pandas", "plotly"}},
    "metrics": {"forbidden": {"pages", "app", "streamlit", "sqlalchemy", "alembic", "sqlite3"}},
    "pages": {"forbidden": {"app", "sqlalchemy", "alembic", "sqlite3"}},
}


def imports(path: Path) -> set[str]:
    """The first names of everything a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_nothing_it_should_not_know(floor):
    files = list((ROOT / floor).rglob("*.py"))
    assert files
    wrong = {str(f.relative_to(ROOT)): bad for f in files if (bad := imports(f) & FLOORS[floor]["forbidden"])}
    assert not wrong


def test_the_door_holds_nothing_but_the_application():
    assert imports(ROOT / "app.py") == {"gc", "sys", "pathlib", "pandas", "plotly", "sqlalchemy", "streamlit"}


def test_only_the_engine_tells_one_database_from_another():
    told = {
        str(f.relative_to(ROOT))
        for floor in FLOORS
        for f in (ROOT / floor).rglob("*.py")
        if "dialect.name" in f.read_text("utf-8") or "get_backend_name" in f.read_text("utf-8")
    }
    assert told == {"db/engine.py"}


def test_every_requirement_is_pinned_and_used():
    lines = [line for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if line]
    assert all("==" in line for line in lines)
    used = {name for floor in (*FLOORS, "tests") for f in (ROOT / floor).rglob("*.py") for name in imports(f)}
    module = {
        "Babel": "babel",
        "chinesecalendar": "chinese_calendar",
        "psycopg[binary]": "psycopg",
        "python-calamine": "python_calamine",
        "python-docx": "docx",
        "SQLAlchemy": "sqlalchemy",
        "XlsxWriter": "xlsxwriter",
    }
    for line in lines:
        name = line.split("==")[0]
        assert module.get(name, name) in used, line
