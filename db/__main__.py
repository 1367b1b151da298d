"""python -m db …: make, fill, prove and copy the store."""

import argparse
import sys
from pathlib import Path

from db import sample, settings, store, units
from db.commandline import run, say
from db.engine import copy_to, reading, writing
from db.language import Refusal


def init(engine, args) -> int:
    say("库已就绪，新增指标 {n} 个", n=store.init(engine))
    if args.sample:
        with reading(engine) as conn:
            removed = settings.get(conn, "sample_removed")
        try:
            if removed:
                say("示例年曾被移除，不再自动载入；需要时可在“设置”中载入")
            else:
                say("已载入 2024 示例年（合成数据）" if sample.load(engine) else "示例年已在库中")
        except Refusal as refusal:  # real entries are no reason for `make run` to stop
            say(refusal.message, **refusal.params)
    return 0


def load_units(engine, args) -> int:
    with writing(engine) as conn:
        counts = units.load(conn, args.file.read_bytes())
    say("社区与街道：新增 {new}，更新 {changed}，已存在 {unchanged}", **counts)
    return 0


def verify(engine, args) -> int:
    wrong = store.verify(engine)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    say("汇总与台账不一致或库已损坏：{n} 处" if wrong else "汇总与台账逐格一致，库完好", n=len(wrong))
    return 1 if wrong else 0


def backup(engine, args) -> int:
    copy_to(engine, args.file)
    say("已备份到 {file}", file=args.file)
    return 0


def restore(engine, args) -> int:
    store.restore(engine, args.file)
    say("已从 {file} 恢复", file=args.file)
    return 0


def remove_sample(engine, args) -> int:
    say("已移除示例数据 {n} 条", n=sample.remove(engine))
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m db", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(action, name, text, file=None):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=action)
        if file:
            sub.add_argument("file", type=Path, metavar="FILE", help=file)
        return sub

    sub = command(init, "init", "make the store or bring it up to date (idempotent)")
    sub.add_argument(
        "--sample", action="store_true", help="load the synthetic 2024 year, unless real entries are there"
    )
    command(load_units, "load-units", "communities from a list of the National Bureau of Statistics", "CSV")
    command(verify, "verify", "prove every roll-up and every frozen file; exit 1 on any difference")
    command(backup, "backup", "copy a running SQLite store into one file", "the copy to make")
    command(restore, "restore", "put a copy back in place of the store", "the copy to read")
    command(remove_sample, "remove-sample", "take the synthetic year out again")
    return made


def main(argv: list[str] | None = None) -> int:
    return run(parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
