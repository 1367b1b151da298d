"""Two programs at one store at once: the first is stopped just before its write is done."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def held(store: Engine):
    """Writes of `store` stop before their commit until the block ends; gives the event of one having got there."""
    arrived, go_on = threading.Event(), threading.Event()

    def stop(conn):
        if conn.get_execution_options().get("writer"):
            arrived.set()
            assert go_on.wait(30)

    event.listen(store, "commit", stop)
    try:
        yield arrived
    finally:
        go_on.set()


def first_then_second(first_store: Engine, first, second, meanwhile: float):
    """Run `first`, and `second` while the writing of `first` is not yet done; give what came of both.

    `meanwhile`: seconds the second one has to run into the first.
    """
    with ThreadPoolExecutor(2) as pool:
        with held(first_store) as arrived:
            one = pool.submit(first)
            assert arrived.wait(30)
            two = pool.submit(second)
            threading.Event().wait(meanwhile)
        return one.result(60), two.result(60)
