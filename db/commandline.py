"""How both command lines start and end: exit 0 done, 1 "no", 2 could not, with one clear line and no traceback."""

import argparse
import os
import sqlite3
import sys

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from db.engine import open_store
from db.language import LANGUAGES, Refusal, translate

LANGUAGE = os.environ.get("TAIZHANG_LANG", "zh")
if LANGUAGE not in LANGUAGES:
    LANGUAGE = "zh"


def say(message: str, **params: object) -> None:
    """Print a message in the language of TAIZHANG_LANG."""
    print(translate(message, LANGUAGE, **params))


def run(parser: argparse.ArgumentParser, argv: list[str] | None = None) -> int:
    """Parse, open the store, call the command's `run(store, args)`, and turn what it raises into exit code 2."""
    args = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that cannot show a letter still shows the rest
    try:
        return args.run(open_store(), args)
    except Refusal as refusal:
        print(refusal.text(LANGUAGE), file=sys.stderr)
    except OSError as error:
        print(translate("文件无法读写：{file}", LANGUAGE, file=error.filename), file=sys.stderr)
    except OverflowError as error:  # a batch number no database holds
        print(str(error), file=sys.stderr)
    # An ImportError is a URL whose driver is not installed.
    except (SQLAlchemyError, sqlite3.Error, CommandError, ImportError) as error:
        reason = str(error).splitlines()[0]
        print(translate("库无法使用，请先运行 python -m db init（{error}）", LANGUAGE, error=reason), file=sys.stderr)
    return 2
