"""python -m metrics: the pages' answers in the pages' words."""

import io
import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from db import definitions
from db.engine import open_store, writing
from metrics import figures, snapshots
from metrics.__main__ import main
from metrics.exports import TOTALS, tables


@pytest.fixture
def run(monkeypatch, capsys, store_url):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", store_url)

    def call(*arguments):
        code = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def store_url(sample_store):
    """The sample year; tests that write have their own."""
    return sample_store.url.render_as_string(hide_password=False)


def test_figures_print_what_the_frame_holds(run, sample_store):
    code, out, _ = run("figures", "--year", 2024, "--cut-off", "2024-12-18", "--by", "month", "--format", "json")
    found = json.loads(out)
    frame = figures.figures(sample_store, 2024, cut_off=date(2024, 12, 18), by=["month"])
    assert code == 0
    assert list(found[0]) == figures.COLUMNS
    assert [row["value"] for row in found] == [None if pd.isna(v) else v for v in frame["value"]]
    assert (found[0]["month"], found[0]["community"]) == ("2024-01", None)


def test_both_ways_of_asking_for_two_columns_are_the_same(run):
    twice = run("figures", "--year", 2024, "--by", "community", "--by", "month", "--format", "csv")
    comma = run("figures", "--year", 2024, "--by", "community,month", "--format", "csv")
    assert twice == comma
    assert len(pd.read_csv(io.StringIO(comma[1]))) > 30 * 12


def test_rows_of_a_figure_add_up(run):
    code, out, _ = run("rows", "publicity.materials", "--year", 2024, "--cut-off", "2024-12-18", "--format", "json")
    found = json.loads(out)
    assert code == 0 and sum(row["quantity"] for row in found) == 8412
    assert list(found[0]) == figures.ROW_COLUMNS
    assert found[0]["day"] == "2024-01-18"


def test_export_writes_csv_and_workbook(run, tmp_path, sample_store):
    assert run("export", "--year", 2024, "--cut-off", "2024-12-18", "--out", tmp_path / "a.csv")[0] == 0
    found = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert found["合计"].equals(tables(sample_store, 2024, cut_off=date(2024, 12, 18))[TOTALS]["合计"])
    assert run("export", "--year", 2024, "--by", "community", "--out", tmp_path / "b.csv")[0] == 0
    assert "120114001007" in (tmp_path / "b.csv").read_text("utf-8-sig")
    assert run("export", "--year", 2024, "--out", tmp_path / "a.xlsx")[0] == 0
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"


def test_completeness_prints_its_columns(run):
    code, out, _ = run("completeness", "--year", 2024, "--month", "2024-03", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert list(found[0]) == ["kind", "community", "community_name", "month", "expected", "filed", "on_time"]
    assert {row["month"] for row in found} == {"2024-03"} and found[0]["expected"] == 21


@pytest.mark.parametrize(
    "arguments",
    [
        ("figures", "--year", 2024, "--indicator", "nope"),
        ("figures", "--year", 2024, "--by", "week"),
        ("figures", "--year", 2024, "--cut-off", "2023-01-01"),
        ("rows", "nope", "--year", 2024),
        ("rows", "hotline.received", "--year", 2024, "--month", "2023-03"),
        ("export", "--year", 2024, "--out", "year.pdf"),
        ("import", "/no/such/file.csv"),
        ("import",),
        ("completeness", "--year", 2024, "--month", "2024-13"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err


class TestImport:
    @pytest.fixture
    def store_url(self, fresh_url):
        return fresh_url()

    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "counts.csv"
        path.write_text("日期,社区,指标,数量\n2024-03-05,文华巷,当面咨询,3\n", "gb18030")
        return path

    def imported(self, run, *arguments):
        code, out, err = run("import", *arguments, "--format", "json")
        return code, json.loads(out), err

    def test_an_import_reports_one_object(self, run, file):
        code, made, _ = self.imported(run, file, "--as", "counts")
        keys = ["file", "sheet", "read", "new", "unchanged", "changed", "conflicts", "rejected", "batch", "errors"]
        assert code == 0 and list(made) == keys
        assert (made["read"], made["new"], made["errors"]) == (1, 1, [])
        assert self.imported(run, file)[1]["unchanged"] == 1

    def test_a_dry_run_writes_nothing(self, run, file):
        assert self.imported(run, file, "--dry-run")[1]["new"] == 1
        assert self.imported(run, file)[1]["new"] == 1

    def test_errors_name_the_cell_and_exit_2(self, run, file):
        file.write_text("日期,社区,指标,数量\n2024-03-05,文华巷,当面咨询,-3\n", "utf-8")
        code, made, err = self.imported(run, file)
        assert code == 2 and len(err.strip().splitlines()) == 1
        assert made["errors"][0] | {"problem": ""} == {"row": 2, "column": "数量", "value": "-3", "problem": ""}

    def test_an_import_can_be_taken_back(self, run, file):
        batch = self.imported(run, file)[1]["batch"]
        assert run("import", "--undo", batch)[0] == 0
        _, out, _ = run("rows", "consultation.in_person", "--year", 2024, "--format", "json")
        assert json.loads(out) == []
        assert run("import", "--undo", 999)[0] == 2


@pytest.fixture
def report(tmp_path):
    """The synthetic report of 2024 as a file, with words of it replaced."""

    def write(was: str = "", now: str = "", name: str = "报告.txt"):
        text = Path(__file__).with_name("report_2024.txt").read_text("utf-8")
        path = tmp_path / name
        path.write_text(text.replace(was, now) if was else text, "utf-8")
        return path

    return write


def test_check_answers_no_where_a_number_conflicts(run, report):
    asked = ("--year", 2024, "--cut-off", "2024-12-18")
    assert run("check", report(), *asked)[0] == 0
    code, out, _ = run("check", report("9232件", "9223件"), *asked, "--format", "json")
    *tokens, last = json.loads(out)
    assert code == 1
    assert [token["text"] for token in tokens if token["verdict"] == "conflicts"] == ["9223件"]
    assert (last["summary"]["agrees"], last["summary"]["conflicts"]) == (17, 1)


def test_check_tells_people_what_it_found(run, report):
    code, out, _ = run("check", report("五、其他需要报告的情况\n", ""), "--year", 2024, "--cut-off", "2024-12-18")
    lines = out.splitlines()
    assert code == 0
    assert lines[-2] == "没有“其他需要报告的情况”部分"
    assert "不符 0" in lines[-1] and any("9232件" in line and "相符" in line for line in lines)


def test_check_finds_what_was_copied_from_last_year(run, report, tmp_path):
    earlier = tmp_path / "2023.txt"
    earlier.write_text("全年集中学法6次，走访企业45家。", "utf-8")
    again = report("二、存在的", "走访企业45家。\n二、存在的")
    _, out, _ = run("check", again, "--year", 2024, "--last-year", earlier, "--format", "json")
    flags = json.loads(out)[-1]["summary"]["flags"]
    assert [flag["reason"] for flag in flags if flag["flag"] == "unchanged"] == ["与上年报告里的数相同"]


def test_check_says_what_it_cannot_read(run, tmp_path):
    broken = tmp_path / "报告.docx"
    broken.write_bytes(b"PK\x03\x04")
    code, out, err = run("check", broken, "--year", 2024)
    assert (code, out) == (2, "") and "报告.docx" in err
    assert run("check", tmp_path / "none.txt", "--year", 2024)[0] == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestFreeze:
    @pytest.fixture
    def store_url(self, fresh_url):
        return fresh_url()

    @pytest.fixture
    def clerk(self, store_url, clerk_of):
        store = open_store(store_url)
        made = clerk_of(store)
        made.files("consultation", "120114001007", "2024-03-05", in_person=3)
        yield made
        store.dispose()

    YEAR = ("--year", 2024, "--cut-off", "2024-12-18", "--by", "王芳")

    def frozen(self, run, *more) -> list[dict]:
        code, out, err = run("freeze", *self.YEAR, *more, "--format", "json")
        assert (code, err) == (0, "")
        return json.loads(out)

    def test_a_freeze_prints_its_number_and_digests(self, run, clerk):
        made = self.frozen(run, "--note", "送审稿")
        assert {line["snapshot"] for line in made} == {1}
        assert list(made[0]) == ["snapshot", "year", "cut_off", "part", "sha256"]
        code, out, _ = run("frozen", "--format", "json")
        (line,) = json.loads(out)
        assert code == 0 and list(line) == ["snapshot", "year", "cut_off", "by", "at", "note", "sha256"]
        digests = {one["part"]: one["sha256"] for one in made}
        assert (line["by"], line["note"], line["sha256"]) == ("王芳", "送审稿", digests["figures.json"])

    def test_the_files_of_a_freeze_are_reprinted_byte_for_byte(self, run, clerk, tmp_path):
        made = self.frozen(run)
        clerk.files("consultation", "120114001007", "2024-03-05", in_person=9)
        code, out, _ = run("frozen", 1, "--out", tmp_path / "out", "--format", "json")
        assert code == 0 and [line["sound"] for line in json.loads(out)] == [True] * 5
        assert "draft.docx" in {line["part"] for line in made}
        again = {file.name: sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "out").iterdir()}
        assert again == {line["part"]: line["sha256"] for line in made}

    def test_changes_end_with_0_while_there_are_none_and_with_1_after(self, run, clerk):
        self.frozen(run)
        assert run("changes", 1)[:2] == (0, "定稿 1 以来没有改动影响它的数字\n")
        clerk.files("consultation", "120114001007", "2024-03-05", in_person=9)
        code, out, _ = run("changes", 1, "--format", "json")
        found = json.loads(out)
        assert code == 1 and list(found[0]) == snapshots.CHANGES
        assert (found[0]["what"], found[0]["old"], found[0]["new"], found[0]["by"]) == ("revised", 3, 9, "张三")
        code, out, _ = run("changes", 1)
        assert code == 1 and "更正" in out and len(out.splitlines()) == 3  # 当面咨询, and 法律咨询 of which it is part

    def test_two_freezes_are_printed_side_by_side(self, run, clerk):
        self.frozen(run)
        clerk.files("consultation", "120114001007", "2024-03-05", in_person=9)
        self.frozen(run)
        code, out, _ = run("frozen", 1, "--against", 2, "--format", "json")
        found = [line for line in json.loads(out) if line["first"] != line["second"]]
        assert code == 0 and list(found[0]) == snapshots.COMPARED
        assert {(line["community"], line["month"]) for line in found} == {
            (None, None),
            ("120114001007", None),
            (None, "2024-03"),
        }
        indicators = len(definitions.catalogue(clerk.store).indicators)
        assert len(run("frozen", 1, "--against", 2)[1].splitlines()) == indicators + 1  # the whole street's, a heading

    def test_a_damaged_file_is_said_and_not_reprinted(self, run, clerk, tmp_path):
        self.frozen(run)
        with writing(clerk.store) as conn:
            conn.exec_driver_sql("UPDATE snapshot_part SET sha256 = 'f00' WHERE name = 'figures.json'")
        code, _, err = run("frozen", 1, "--out", tmp_path / "out")
        assert code == 1 and "figures.json" in err and len(err.splitlines()) == 1
        assert len(list((tmp_path / "out").iterdir())) == 4
        assert run("changes", 1)[0] == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            ("freeze", "--year", 2024, "--by", " "),
            ("freeze", "--year", 2024, "--cut-off", "2023-12-18", "--by", "王芳"),
            ("freeze", "--year", 2099, "--by", "王芳"),
            ("freeze", "--year", 2019, "--by", "王芳"),
            ("changes", 7),
            ("frozen", 7),
            ("frozen", "--out", "out"),
            ("frozen", "--against", 1),
        ],
    )
    def test_what_cannot_be_frozen_is_one_line_and_exit_2(self, run, arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert len(err.strip().splitlines()) == 1 and "Traceback" not in err
