"""The pages, run without a browser."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from db.engine import open_store

PAGES = Path(__file__).parent.parent.parent / "pages"


@pytest.fixture
def sample_url(sample_store, tmp_path) -> str:
    """The sample year, to write on."""
    with sample_store.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "sample.db"
    shutil.copyfile(sample_store.url.database, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def sample_office(sample_url):
    """The same sample year, to look into."""
    engine = open_store(sample_url)
    yield engine
    engine.dispose()


@pytest.fixture
def visit(monkeypatch, sample_url):
    """visit("entry", community="120114001007"): a page as one person opens it; `url` for another store."""

    def open_page(name: str, *, url: str = sample_url, operator: str = "王芳", **query: str) -> AppTest:
        monkeypatch.setenv("TAIZHANG_DATABASE_URL", url)
        st.cache_data.clear()
        st.cache_resource.clear()
        at = AppTest.from_file(str(PAGES / "shell" / "main.py"), default_timeout=60)
        at.session_state["operator"] = operator
        for key, value in query.items():
            at.query_params[key] = value
        at.run()
        if name != "overview":
            at.switch_page(f"../{name}.py")
            for key, value in query.items():
                at.query_params[key] = value
            at.run()
        return at

    return open_page
