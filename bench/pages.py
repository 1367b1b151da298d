"""A warm rerun of the overview on the server, against a rerun of an empty page served the same way.

A client speaks Streamlit's own protocol over its websocket, as a browser does, and waits for the end of the
script: what the browser then draws is not measured.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from bench.rounds import Result, at_most, in_turns
from bench.stores import sample_year

ROOT = Path(__file__).parent.parent
PROGRAM = ("app.py", "db", "locale", "metrics", "pages", ".streamlit")
EMPTY = '"""The least a page can be."""\n\nimport streamlit as st\n\nst.write("空")\n'
START = 60  # seconds a server may take to come up
PAUSE = 0.2  # seconds between runs, for the garbage collection that Streamlit does after each
TARGET = 4


def run(folder: Path, rounds: int = 15) -> list[Result]:
    """Rerun the three in turns, each in its own server process, all on one store of the sample year."""
    sample_year(folder / "pages.db").dispose()
    programs = ROOT, emptied(folder / "page", "pages/overview.py"), emptied(folder / "script", "pages/shell/main.py")
    with (
        visit(programs[0], folder / "pages.db") as overview,
        visit(programs[1], folder / "pages.db") as page,
        visit(programs[2], folder / "pages.db") as script,
    ):
        ways = [partial(rerun, session) for session in (overview, page, script)]
        in_turns(*ways, rounds=3, pause=PAUSE)  # the first runs import, compile and fill the caches
        by_overview, by_page, by_script = in_turns(*ways, rounds=rounds, pause=PAUSE)
    return [
        at_most("rerun the overview, against an empty page of the app", by_overview, by_page, TARGET),
        at_most("… against a script of one line", by_overview, by_script, TARGET),
    ]


def emptied(folder: Path, script: str) -> Path:
    """A copy of the program in which one script shows a single line and does nothing else."""
    folder.mkdir()
    for name in PROGRAM:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / script).write_text(EMPTY, "utf-8")
    return folder


@contextmanager
def visit(program: Path, store: Path) -> Iterator[ClientConnection]:
    """A session of a server of one's own, which runs the program in a folder on a store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=program,
        env=os.environ | {"TAIZHANG_DATABASE_URL": f"sqlite:///{store}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        with _connected(port) as session:
            yield session
    finally:
        server.terminate()
        server.wait()


def _connected(port: int) -> ClientConnection:
    for _ in range(START * 10):
        try:
            return connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no server on port {port} within {START} s")


def rerun(session: ClientConnection) -> None:
    """Ask for a run with every widget at its default, and wait for its end."""
    message = BackMsg()
    message.rerun_script.SetInParent()
    session.send(message.SerializeToString())
    while True:
        answer = ForwardMsg.FromString(session.recv())
        if answer.delta.new_element.HasField("exception"):
            raise RuntimeError(answer.delta.new_element.exception.message)
        if answer.WhichOneof("type") == "script_finished":
            return
