"""python -m db …: done is 0, "no" is 1, "could not" is 2 with one clear message."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db import commandline, sample, totals, units
from db.__main__ import main
from db.engine import open_store, reading, writing
from db.schema import entry, monthly_total

UNIT = "120114001007"


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch):
    monkeypatch.setattr(commandline, "LANGUAGE", "zh")


@pytest.fixture
def url(tmp_path, monkeypatch) -> str:
    """The URL of a store nobody made yet, as the command line finds it."""
    url = f"sqlite:///{tmp_path / 'new folder' / '台账.db'}"
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", url)
    return url


@pytest.fixture
def made(url):
    assert main(["init"]) == 0
    store = open_store(url)
    yield store
    store.dispose()


@pytest.fixture
def fails(capsys):
    """Runs a command that must fail with exit 2 and one message; gives the message."""

    def fails(*argv) -> str:
        capsys.readouterr()
        assert main([str(arg) for arg in argv]) == 2
        said = capsys.readouterr()
        assert said.err.strip() and "Traceback" not in said.err
        return said.err

    return fails


def entries(store) -> int:
    with reading(store) as conn:
        return conn.scalar(select(func.count()).select_from(entry))


def test_init_makes_the_store_and_its_folder(url, capsys):
    assert main(["init"]) == 0
    capsys.readouterr()
    assert main(["init"]) == 0
    assert "0" in capsys.readouterr().out
    assert main(["verify"]) == 0


def test_init_with_the_sample_loads_it_once(url, capsys):
    assert main(["init", "--sample"]) == 0
    store = open_store(url)
    loaded = entries(store)
    assert loaded > 35_000
    with store.connect() as conn:
        count = sample.count(conn)
    assert main(["init", "--sample"]) == 0
    assert "示例年已在库中" in capsys.readouterr().out
    assert entries(store) == loaded
    assert main(["verify"]) == 0
    assert main(["remove-sample"]) == 0
    assert str(count) in capsys.readouterr().out
    assert entries(store) == 0
    store.dispose()


def test_the_sample_stays_out_of_a_store_with_real_entries_and_init_goes_on(made, clerk_of, capsys):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk_of(made).files("hotline", UNIT, "2024-03-05", received=3)
    assert main(["init", "--sample"]) == 0
    assert "已有真实数据" in capsys.readouterr().out
    assert entries(made) == 1


def test_a_sample_once_removed_does_not_come_back_by_itself(made, capsys):
    sample.load(made)
    assert main(["remove-sample"]) == 0
    assert main(["init", "--sample"]) == 0
    assert "曾被移除" in capsys.readouterr().out
    assert entries(made) == 0


def test_a_list_of_communities_is_loaded_and_loaded_again(made, capsys):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    assert "新增 32" in capsys.readouterr().out
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    assert "新增 0" in capsys.readouterr().out


def test_a_bad_list_is_refused_line_by_line(made, tmp_path, fails):
    bad = tmp_path / "名单.csv"
    bad.write_text("code,name\n120114001007,文华巷\n12011400100,少一位\n")
    said = fails("load-units", bad)
    assert "第 3 行" in said and "12011400100" in said
    with reading(made) as conn:
        assert units.units(conn) == []


def test_a_file_of_nonsense_is_refused(made, tmp_path, fails):
    bad = tmp_path / "名单.csv"
    bad.write_bytes(bytes(range(256)) * 4)
    fails("load-units", bad)


@pytest.mark.parametrize("command", ["load-units", "restore"])
def test_a_file_that_is_not_there_is_named(made, tmp_path, fails, command):
    assert "没有.csv" in fails(command, tmp_path / "没有.csv")


@pytest.mark.parametrize("command", ["load-units", "restore", "backup"])
def test_a_folder_is_no_file(made, tmp_path, fails, command):
    fails(command, tmp_path)


def test_nothing_works_before_init(url, fails):
    assert "init" in fails("verify")
    assert "init" in fails("load-units", sample.COMMUNITIES)


def test_a_database_that_cannot_be_reached_is_said_in_one_line(monkeypatch, fails):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", "postgresql+psycopg://nobody@/none?host=/nonexistent")
    fails("init")
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", "nonsense")
    fails("init")
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", "nosuchdb://here")
    fails("init")


def test_verify_finds_a_tampered_cell(made, clerk_of, capsys):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk_of(made).files("hotline", UNIT, "2024-03-05", received=3)
    assert main(["verify"]) == 0
    with writing(made) as conn:
        conn.execute(update(monthly_total).values(total=4))
    capsys.readouterr()
    assert main(["verify"]) == 1
    assert f"{UNIT} 202403 hotline.received" in capsys.readouterr().out


def test_verify_finds_a_value_without_its_entry(made):
    with sqlite3.connect(made.url.database) as conn:
        conn.execute("INSERT INTO value VALUES (?, 1, 'hotline.received', 3)", [UNIT])
    conn.close()
    assert main(["verify"]) == 1


def test_a_backup_put_back_is_the_store_of_that_moment(made, clerk_of, tmp_path):
    clerk = clerk_of(made)
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    copy = tmp_path / "备份.db"
    assert main(["backup", str(copy)]) == 0
    clerk.files("hotline", UNIT, "2024-03-05", received=9)
    clerk.files("hotline", UNIT, "2024-03-06", received=9)
    assert main(["restore", str(copy)]) == 0
    assert clerk.total("hotline.received", UNIT) == 3
    assert main(["verify"]) == 0
    clerk.files("hotline", UNIT, "2024-03-06", received=4)
    assert clerk.total("hotline.received", UNIT) == 7


def test_a_backup_is_put_into_a_new_store(made, clerk_of, tmp_path, monkeypatch):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk_of(made).files("hotline", UNIT, "2024-03-05", received=3)
    copy = tmp_path / "备份.db"
    assert main(["backup", str(copy)]) == 0
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", url)
    assert main(["restore", str(copy)]) == 0
    store = open_store(url)
    assert clerk_of(store).total("hotline.received", UNIT) == 3
    store.dispose()


def test_a_backup_never_overwrites(made, tmp_path, fails):
    copy = tmp_path / "备份.db"
    copy.write_text("重要文件")
    assert "备份.db" in fails("backup", copy)
    assert copy.read_text() == "重要文件"


def test_a_backup_into_a_folder_that_is_not_there_is_refused(made, tmp_path, fails):
    fails("backup", tmp_path / "没有" / "备份.db")


@pytest.fixture(params=["text", "empty", "another database", "a torn backup", "a backup without its end"])
def no_backup(request, made, tmp_path) -> Path:
    file = tmp_path / "不是备份.db"
    match request.param:
        case "text":
            file.write_text("年度报告")
        case "empty":
            file.write_bytes(b"")
        case "another database":
            with sqlite3.connect(file) as conn:
                conn.execute("CREATE TABLE x (y)")
            conn.close()
        case torn:
            assert main(["backup", str(file)]) == 0
            size = 8192 if torn == "a torn backup" else -8192
            file.write_bytes(file.read_bytes()[:size])
    return file


def test_what_is_no_backup_is_refused_and_the_store_stays(made, clerk_of, no_backup, fails):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk_of(made).files("hotline", UNIT, "2024-03-05", received=3)
    assert "不是备份.db" in fails("restore", no_backup)
    assert clerk_of(made).total("hotline.received", UNIT) == 3
    assert main(["verify"]) == 0


def test_a_backup_of_a_later_version_is_refused_and_the_store_stays(made, clerk_of, tmp_path, fails):
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    clerk_of(made).files("hotline", UNIT, "2024-03-05", received=3)
    copy = tmp_path / "新版.db"
    assert main(["backup", str(copy)]) == 0
    with sqlite3.connect(copy) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
        conn.execute("DELETE FROM value")
    conn.close()
    fails("restore", copy)
    assert clerk_of(made).total("hotline.received", UNIT) == 3


def test_a_store_restored_from_itself_is_unharmed(made):
    assert main(["restore", made.url.database]) in (0, 2)
    assert main(["verify"]) == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_backup_is_for_sqlite_only(fresh_url, monkeypatch, tmp_path, fails):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", fresh_url())
    assert "pg_dump" in fails("backup", tmp_path / "备份.db")
    assert not (tmp_path / "备份.db").exists()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_same_commands_work_on_postgresql(blank_url, monkeypatch, clerk_of):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", blank_url)
    assert main(["init"]) == 0
    assert main(["load-units", str(sample.COMMUNITIES)]) == 0
    store = open_store(blank_url)
    clerk_of(store).files("hotline", UNIT, "2024-03-05", received=3)
    assert main(["verify"]) == 0
    with writing(store) as conn:
        conn.execute(update(monthly_total).values(total=4))
    assert main(["verify"]) == 1
    with writing(store) as conn:
        totals.rebuild(conn)
    assert main(["verify"]) == 0
    store.dispose()


def test_a_command_that_is_not_there_is_answered_with_those_that_are(capsys):
    with pytest.raises(SystemExit) as left:
        main(["nonsense"])
    assert left.value.code == 2
    assert "load-units" in capsys.readouterr().err


def test_every_command_explains_itself(capsys):
    for command in ("init", "load-units", "verify", "backup", "restore", "remove-sample"):
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
    assert "exit 1 on any difference" in capsys.readouterr().out
