"""A real server and a real browser, for what only a browser shows."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.engine import open_store

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine (apt-get install chromium)"))


@pytest.fixture(scope="session")
def served(sample_store, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """(address of a running dashboard, URL of its store) on a copy of the sample year."""
    with sample_store.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path_factory.mktemp("served") / "served.db"
    shutil.copyfile(sample_store.url.database, copy)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"sqlite:///{copy}"
    log = (copy.parent / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "TAIZHANG_DATABASE_URL": url},
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            break
        except OSError:
            assert server.poll() is None, (copy.parent / "server.log").read_text()
            time.sleep(0.25)
    yield address, url
    server.terminate()
    server.wait(10)


@pytest.fixture
def served_store(served):
    """The store the dashboard works on."""
    engine = open_store(served[1])
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Visitor:
    """A person at a browser with a Chinese locale."""

    def __init__(self, browser, address: str):
        self.address = address
        self.context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 900}
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def opens(self, path: str = "/"):
        self.page.goto(self.address + path)
        self.settles()
        return self.page

    def settles(self) -> None:
        """Wait until the script has run and the page has drawn it."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)
        self.page.wait_for_timeout(200)

    def signs_as(self, name: str) -> None:
        field = self.page.get_by_role("textbox", name="经办人")
        field.fill(name)
        field.press("Enter")
        self.settles()


@pytest.fixture
def visitor(chromium, served) -> Iterator[Visitor]:
    one = Visitor(chromium, served[0])
    yield one
    one.context.close()
