"""python -m metrics …: every number of the pages, and the events behind it, on the command line."""

import argparse
import getpass
import json
import sys
import uuid
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from db import notices, snapshots
from db.commandline import LANGUAGE, run, say
from db.engine import CHINA, writing
from db.language import Problem, Refusal, Rejected, translate
from metrics import claims, draft, exports, figures, proofs, quality, spreadsheets, ticket_files
from metrics import snapshots as frozen
from metrics.workdays import calendar, notices_from_file


def show(frame: pd.DataFrame, format: str) -> None:
    """Print a frame as a table for people, or plain as CSV or JSON for scripts (blank is empty or null)."""
    cells = pd.DataFrame({name: [exports.plain(cell) for cell in frame[name]] for name in frame.columns}, dtype=object)
    if format == "csv":
        sys.stdout.reconfigure(encoding="utf-8", newline="")
        print(
            cells.map(lambda cell: exports.inert(cell) if isinstance(cell, str) else cell).to_csv(index=False), end=""
        )
    elif format == "json":
        sys.stdout.reconfigure(encoding="utf-8")
        print(json.dumps(cells.to_dict("records"), ensure_ascii=False, indent=1))
    elif frame.empty:
        say("没有记录")
    else:
        numbers = [name for name in frame.columns if frame[name].dtype.kind in "fi"]
        shown = cells.assign(**{name: frame[name].map(exports.number) for name in numbers})
        with pd.option_context("display.unicode.east_asian_width", True):
            print(shown.where(shown.notna(), "—").to_string(index=False))


def run_figures(store, args) -> int:
    by = [part for some in args.by for part in some.split(",") if part]
    wanted = {"cut_off": args.cut_off, "within": args.within, "as_of": args.as_of, "language": LANGUAGE}
    frame = figures.figures(store, args.year, by=by, indicators=args.indicator, community=args.community, **wanted)
    show(frame, args.format)
    return 0


def run_rows(store, args) -> int:
    month = _month(args.month, args.year)
    wanted = {"cut_off": args.cut_off, "within": args.within, "as_of": args.as_of, "language": LANGUAGE}
    frame = figures.rows(store, args.indicator, args.year, community=args.community, month=month, **wanted)
    show(frame, args.format)
    return 0


def run_export(store, args) -> int:
    if args.out.suffix.lower() not in (".csv", ".xlsx"):
        raise Refusal("输出文件应以 .csv 或 .xlsx 结尾：{file}", file=args.out)
    ask = {"cut_off": args.cut_off, "language": LANGUAGE}
    if args.by and args.out.suffix.lower() == ".xlsx":
        raise Refusal("Excel 已含全部表格，--by 只用于 CSV")
    if args.out.suffix.lower() == ".xlsx":
        data = exports.workbook(store, args.year, **ask)
    else:
        sheet = {None: exports.TOTALS, "community": exports.BY_COMMUNITY, "month": exports.BY_MONTH}[args.by]
        data = exports.csv_bytes(exports.tables(store, args.year, **ask)[sheet])
    args.out.write_bytes(data)
    say("已导出 {file}", file=args.out)
    return 0


def run_draft(store, args) -> int:
    if args.out.suffix.lower() != ".docx":
        raise Refusal("输出文件应以 .docx 结尾：{file}", file=args.out)
    found = draft.text(store, args.year, args.cut_off)
    args.out.write_bytes(draft.as_document(store, found))
    said = [(one.number, one.sentence, reason.text(LANGUAGE)) for one in found.left_out for reason in one.reasons]
    if args.format != "table":
        show(pd.DataFrame(said, columns=["line", "sentence", "reason"]), args.format)
        return 0
    say("已写出 {file}", file=args.out)
    for line, sentence, reason in said:
        say("未写入：第 {line} 行“{sentence}”：{reason}", line=line, sentence=sentence, reason=reason)
    if found.unknown:
        say("缺报无法计算：{why}", why=found.unknown.text(LANGUAGE))
    for one in found.unwaived:
        say("{name}缺报 {n} 份，未豁免", name=one.name, n=one.missing)
    return 0


def run_waive(store, args) -> int:
    by = args.by or getpass.getuser()
    if args.take_back:
        draft.take_back(store, args.year, args.indicator, by=by)
        say("已收回豁免：{codes}", codes=args.indicator)
        return 0
    waived = draft.waive(store, args.year, args.indicator, reason=args.reason, by=by, cut_off=args.cut_off)
    for code, n in waived.items():
        say("已豁免 {code} 缺报 {n} 份", code=code, n=n)
    return 0


def run_import(store, args) -> int:
    by = args.by or getpass.getuser()
    if args.undo is not None:
        reason = translate("撤销批次 {batch}", LANGUAGE, batch=args.undo)
        ticket_files.undo(store, args.undo, by=by, reason=reason, token=uuid.uuid4().hex)
        say("已撤销批次 {batch}", batch=args.undo)
        return 0
    if args.file is None:
        raise Refusal("请给出要导入的文件，或用 --undo 指明批次")

    def progress(stage: str) -> None:
        print(translate(stage, LANGUAGE) + "…", file=sys.stderr)

    how = {"by": by, "token": uuid.uuid4().hex, "dry_run": args.dry_run}
    if args.file.stat().st_size > 1_000_000:
        how["progress"] = progress
    tickets_only = {"sheet": args.sheet, "within": args.within, "prefer": args.prefer}
    if args.kind == "counts" and any(tickets_only.values()):
        raise Refusal("--sheet、--within、--prefer 只用于导入工单（--as tickets）")
    if args.kind == "tickets":
        how |= tickets_only
    take = ticket_files.import_tickets if args.kind == "tickets" else spreadsheets.import_counts
    ticket_files.small_enough(args.file.stat().st_size, args.file.name)
    made = take(store, args.file.read_bytes(), args.file.name, **how)
    made.pop("changes", None)
    made.pop("clashes", None)
    errors = made["errors"]
    if args.format == "json":
        sys.stdout.reconfigure(encoding="utf-8")
        print(json.dumps(made | {"errors": [_error(e) for e in errors]}, ensure_ascii=False, indent=1))
    elif args.format == "csv":
        show(pd.DataFrame([_error(e) for e in errors], columns=["row", "column", "value", "problem"]), "csv")
    elif not errors:
        told = ("read", "new", "unchanged", "changed", "conflicts")
        counts = {name: made[name] for name in told} | {"batch": made["batch"] or "—"}
        counts["file"] = f"{made['file']} {made['sheet'] or ''}".strip()
        say(
            "{file}：读取 {read}，新增 {new}，已存在 {unchanged}，更改 {changed}，冲突 {conflicts}，批次 {batch}",
            **counts,
        )
        if made.get("unplaced"):
            say("待归属 {n} 件：没有写明本库的社区，可在“待归属”页归到社区", n=made["unplaced"])
        for note, n in made.get("notes", {}).items():
            say("{note}（{n} 件）", note=translate(note, LANGUAGE), n=n)
    if errors:
        listed = Rejected(errors).text(LANGUAGE)
        print(listed if args.format == "table" else listed.splitlines()[0], file=sys.stderr)
    return 2 if errors else 0


def _error(problem: Problem) -> dict:
    return {
        "row": problem.row,
        "column": problem.heading(LANGUAGE),
        "value": problem.value,
        "problem": problem.text(LANGUAGE),
    }


def run_completeness(store, args) -> int:
    month = _month(args.month, args.year)
    show(quality.completeness(store, args.year, month=month, cut_off=args.cut_off, within=args.within), args.format)
    return 0


def run_overdue(store, args) -> int:
    found = proofs.proof(store, args.year, args.cut_off, LANGUAGE)
    if args.format == "table":
        print(found.sentence(LANGUAGE))
        for problem in found.unproved:
            print(problem.text(LANGUAGE))
    if len(found.late) or args.format != "table":
        show(found.late[list(proofs.LATE_COLUMNS)], args.format)
    return 0 if found.verdicts[0].holds else 1


def run_check(store, args) -> int:
    text, before = (
        claims.text_of(file.read_bytes(), file.name) if file else "" for file in (args.file, args.last_year)
    )
    found = claims.check(store, text, args.year, args.cut_off, before=before)
    *tokens, told = found.rows(LANGUAGE)
    if args.format == "json":
        sys.stdout.reconfigure(encoding="utf-8")
        print(json.dumps([*tokens, told], ensure_ascii=False, indent=1))
    elif args.format == "csv":
        show(pd.DataFrame(tokens), "csv")
    else:
        figures_only = [one for one in tokens if one["verdict"]]
        for one in figures_only:
            one["verdict"] = translate(claims.VERDICTS[one["verdict"]], LANGUAGE)
        show(pd.DataFrame(figures_only, columns=["verdict", "text", "indicator", "stored", "reason"]), "table")
        for flag in told["summary"]["flags"]:
            print(flag["reason"])
        print(claims.summary(found, LANGUAGE))
    return 1 if found.conflicts else 0


def run_freeze(store, args) -> int:
    cut_off = figures.Period.of(args.year, args.cut_off).last
    act = {"by": args.by, "token": uuid.uuid4().hex, "note": args.note, "draft": draft.document}
    made = frozen.freeze(store, args.year, cut_off, **act)
    parts = [(made.id, made.year, made.cut_off, name, digest) for name, digest in made.parts.items()]
    show(pd.DataFrame(parts, columns=["snapshot", "year", "cut_off", "part", "sha256"], dtype=object), args.format)
    return 0


def run_changes(store, args) -> int:
    found = frozen.changes(store, args.snapshot, LANGUAGE)
    if args.format != "table":
        show(found, args.format)
    elif found.empty:
        say("定稿 {id} 以来没有改动影响它的数字", id=args.snapshot)
    else:
        show(frozen.told(frozen.told_once(found), LANGUAGE), args.format)
    return 0 if found.empty else 1


def run_frozen(store, args) -> int:
    if args.snapshot is None:
        if args.out or args.against is not None:
            raise Refusal("请写明是哪一次定稿的编号")
        show(frozen.listed(store), args.format)
        return 0
    if args.against is not None:
        found = frozen.compare(store, args.snapshot, args.against, LANGUAGE)
        whole = found["community"].isna() & found["month"].isna()
        # A table for people has the whole street's figures; scripts get those of communities and months, too.
        columns = ["name", "unit", "first", "second", "difference", "note"]
        show(found.loc[whole, columns] if args.format == "table" else found, args.format)
        return 0
    parts = snapshots.parts(store, args.snapshot)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        for part in parts:
            if part.sound:
                (args.out / part.name).write_bytes(part.content)
    rows = [(args.snapshot, part.name, len(part.content), part.sha256, part.sound) for part in parts]
    show(pd.DataFrame(rows, columns=["snapshot", "part", "bytes", "sha256", "sound"], dtype=object), args.format)
    damaged = [part.name for part in parts if not part.sound]
    if damaged:
        print(translate(frozen.DAMAGED, LANGUAGE, id=args.snapshot, name=damaged), file=sys.stderr)
    return 1 if damaged else 0


def run_due(store, args) -> int:
    print(calendar(store).due(args.received, args.days))
    return 0


def run_notice(store, args) -> int:
    holidays, workdays = notices_from_file(args.file.read_bytes())
    with writing(store) as conn:
        notices.save(conn, args.year, args.document, holidays, workdays, args.by or getpass.getuser())
    counts = {"off": len(holidays), "on": len(workdays)}
    say("{year} 年放假通知已载入：放假 {off} 天，调休上班 {on} 天", year=args.year, **counts)
    return 0


def _month(text: str | None, year: int) -> int | None:
    if text is None:
        return None
    try:
        found = datetime.strptime(text, "%Y-%m") if "-" in text else datetime(year, int(text), 1)
    except ValueError:
        raise Refusal("月份“{month}”应形如 {year}-03", month=text, year=year) from None
    if found.year != year:
        raise Refusal("月份 {month} 不在 {year} 年内", month=text, year=year)
    return found.month


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(translate("应形如 2024-12-18T17:30", LANGUAGE)) from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(translate("应形如 2024-12-18", LANGUAGE)) from None


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m metrics", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(action, name: str, text: str, *, year: bool = True, within: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=action)
        sub.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how to print")
        if year:
            sub.add_argument("--year", type=int, required=True)
            sub.add_argument("--cut-off", type=_day, metavar="DAY", help="last day that counts")
        if within:
            sub.add_argument("--within", default="", metavar="PREFIX", help="only units whose code begins so")
        return sub

    sub = command(run_figures, "figures", "the figures of a year")
    sub.add_argument("--by", action="append", default=[], metavar="community|month", help="may be given twice")
    sub.add_argument("--indicator", action="append", metavar="CODE", help="may be given again")
    sub.add_argument("--community", metavar="CODE", help="one unit as it sees itself")
    sub.add_argument("--as-of", type=_instant, metavar="INSTANT", help="as the store believed then (China time)")

    sub = command(run_rows, "rows", "the events behind a figure")
    sub.add_argument("indicator", metavar="CODE")
    sub.add_argument("--community", metavar="CODE")
    sub.add_argument("--month", metavar="2024-03")
    sub.add_argument("--as-of", type=_instant, metavar="INSTANT", help="as the store believed then (China time)")

    sub = command(run_export, "export", "the yearly totals as CSV or a workbook", within=False)
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.csv|FILE.xlsx")
    sub.add_argument("--by", choices=("community", "month"), help="which table a CSV holds; the totals without it")

    sub = command(run_draft, "draft", "the annual report drafted as a Word document; what it leaves out", within=False)
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.docx")

    sub = command(run_waive, "waive", "let figures stand though daily reports are missing", within=False)
    sub.add_argument("indicator", nargs="+", metavar="CODE")
    sub.add_argument("--reason", default="", help="why, as the report's appendix says it")
    sub.add_argument("--by", metavar="NAME", help="who waives (default: this login)")
    sub.add_argument("--take-back", action="store_true", help="end a waiver instead")

    sub = command(run_import, "import", "counts or tickets from a file, all or none", year=False, within=False)
    sub.add_argument("file", type=Path, nargs="?", metavar="FILE")
    sub.add_argument("--as", dest="kind", choices=("counts", "tickets"), default="counts", help="what the file holds")
    sub.add_argument("--sheet", help="which sheet holds the tickets, where several might")
    sub.add_argument("--within", default="", metavar="PREFIX", help="the street whose tickets these are")
    sub.add_argument(
        "--prefer", choices=("file", "ledger"), default="", help="who is right where a person changed a ticket since"
    )
    sub.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    sub.add_argument("--undo", type=int, metavar="BATCH", help="take an import back")
    sub.add_argument("--by", metavar="NAME", help="who imports (default: this login)")

    sub = command(run_completeness, "completeness", "daily forms expected, filed, filed on time")
    sub.add_argument("--month", metavar="2024-03")

    command(
        run_overdue, "overdue", "12345 tickets late by the cut-off; exit 0 when it is proved that none is", within=False
    )

    sub = command(run_check, "check", "hold every number of a report's text against the store", within=False)
    sub.add_argument("file", type=Path, metavar="FILE.txt|FILE.docx")
    sub.add_argument("--last-year", type=Path, metavar="FILE", help="last year's report, whose numbers may be copied")

    sub = command(run_freeze, "freeze", "fix a year at a cut-off under a name", within=False)
    sub.add_argument("--by", required=True, metavar="NAME", help="who answers for it")
    sub.add_argument("--note", default="", metavar="TEXT", help="what it is for")

    sub = command(
        run_changes,
        "changes",
        "what was written since a freeze and alters it; exit 0: nothing",
        year=False,
        within=False,
    )
    sub.add_argument("snapshot", type=int, metavar="SNAPSHOT")

    sub = command(run_frozen, "frozen", "frozen years; the files of one; two side by side", year=False, within=False)
    sub.add_argument("snapshot", type=int, nargs="?", metavar="SNAPSHOT")
    sub.add_argument("--out", type=Path, metavar="FOLDER", help="put the files of the freeze there, byte for byte")
    sub.add_argument("--against", type=int, metavar="OTHER", help="another freeze, to stand beside it")

    sub = command(run_due, "due", "the last day of a limit in working days", year=False, within=False)
    sub.add_argument("received", type=_day, metavar="DAY", help="the day of receipt, day 0")
    sub.add_argument("--days", type=int, required=True, metavar="N", help="working days of the limit")

    sub = command(run_notice, "notice", "load a year's holiday notice", year=False, within=False)
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--year", type=int, required=True)
    sub.add_argument("--document", required=True, metavar="NUMBER", help="the notice's document number")
    sub.add_argument("--by", metavar="NAME", help="who loads it (default: this login)")
    return made


def main(argv: list[str] | None = None) -> int:
    return run(parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
