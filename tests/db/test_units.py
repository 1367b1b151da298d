"""Communities and streets: what people call them, how they are loaded and found."""

from dataclasses import replace
from datetime import date

import pytest

from db import sample, settings, units
from db.engine import reading, writing
from db.language import Refusal, Rejected
from db.units import Finder, Unit, level_of, short_name

STREET, UNIT = "120114001000", "120114001007"
HEAD = "town_code,town,village_code,village\n"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("文华巷社区居委会", "文华巷"),
        ("阳光家园社区居民委员会", "阳光家园"),
        ("三街村委会", "三街村"),
        ("三街村村委会", "三街村"),
        ("三街村村民委员会", "三街村"),
        ("三街村民委员会", "三街村"),
        ("光明居委会", "光明"),
        ("光明社区", "光明"),
        ("杨村街道", "杨村街道"),
        ("社区居委会", "社区居委会"),
        ("文华巷", "文华巷"),
    ],
)
def test_a_community_is_called_by_its_short_name(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("120000000000", "province"),
        ("120100000000", "city"),
        ("120114000000", "county"),
        ("120114001000", "street"),
        ("120114001007", "community"),
        ("120114100200", "community"),
    ],
)
def test_the_code_tells_the_level(code, level):
    assert level_of(code) == level


def test_a_unit_lives_from_its_first_day_up_to_its_closing():
    one = Unit(UNIT, "文华巷", "community", date(2024, 3, 1), date(2024, 6, 1))
    assert one.alive(date(2024, 1, 1), date(2024, 3, 1))
    assert one.alive(date(2024, 5, 31), date(2024, 12, 31))
    assert not one.alive(date(2024, 1, 1), date(2024, 2, 29))
    assert not one.alive(date(2024, 6, 1), date(2024, 12, 31))
    assert Unit(UNIT, "文华巷", "community").alive(date(2000, 1, 1), date(2000, 1, 1))


@pytest.fixture(scope="module")
def finder():
    known = units.from_csv(sample.COMMUNITIES.read_bytes())
    return Finder([*known, Unit("120114002007", "光明社区居委会", "community")])


@pytest.mark.parametrize(
    "text", ["120114001007", "文华巷社区居委会", "文华巷", "文华巷社区", " 文华巷 ", "文华巷居民委员会"]
)
def test_a_community_is_found_by_what_people_write(finder, text):
    assert finder.find(text).code == UNIT


@pytest.mark.parametrize("text", ["120114001", "120114001000", "杨村街道"])
def test_a_street_is_found_by_its_nine_digits_too(finder, text):
    assert finder.find(text).code == STREET


@pytest.mark.parametrize("text", ["光明", "光明社区居委会"])
def test_a_name_of_two_communities_is_refused_with_their_codes(finder, text):
    with pytest.raises(Refusal) as refusal:
        finder.find(text)
    assert "120114002007、120114006020" in str(refusal.value)


@pytest.mark.parametrize("text", ["999999999999", "没有的社区", "", "  ", "12011400100x"])
def test_a_community_that_is_not_there_is_refused(finder, text):
    with pytest.raises(Refusal):
        finder.find(text)


def listed(rows: str, encoding="utf-8") -> list[Unit]:
    return units.from_csv((HEAD + rows).encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_is_read_as_a_chinese_pc_saves_it(encoding):
    assert listed("120114001000,杨村街道,120114001007,文华巷社区居委会\n", encoding) == [
        Unit(STREET, "杨村街道", "street"),
        Unit(UNIT, "文华巷社区居委会", "community"),
    ]


def test_a_list_with_chinese_headings_and_short_street_codes_is_read():
    rows = "街道编码,街道,社区编码,社区名称\n120114001,杨村街道,'120114001007, 文华巷社区居委会 \n"
    assert [one.code for one in units.from_csv(rows.encode())] == [STREET, UNIT]


def test_a_list_of_communities_alone_is_read():
    assert units.from_csv("code,name\n120114001007,文华巷\n".encode()) == [Unit(UNIT, "文华巷", "community")]


def test_every_bad_line_of_a_list_is_told():
    rows = (
        "120114001000,杨村街道,120114001007,文华巷社区居委会\n"
        "120114001000,杨村街道,12011400100,少一位\n"
        "120114001000,杨村街道,120114001009,\n"
        "120114001000,杨村街道,120114001000,是街道\n"
        "120114001000,杨村街道,120114001007,又一个名称\n"
        "120114001000,杨村街道\n"
    )
    with pytest.raises(Rejected) as rejected:
        listed(rows)
    assert [problem.row for problem in rejected.value.problems] == [3, 4, 5, 6, 7]
    assert "12011400100" in str(rejected.value)


@pytest.mark.parametrize("rows", ["", "a,b\n1,2\n"])
def test_a_file_that_is_no_list_is_refused(rows):
    with pytest.raises(Rejected, match="village_code"):
        units.from_csv(rows.encode())


def test_an_empty_list_is_refused():
    with pytest.raises(Refusal):
        listed("")


def test_a_bad_list_changes_nothing(store):
    with pytest.raises(Rejected), writing(store) as conn:
        units.load(conn, (HEAD + "120114001000,杨村街道,1,文华巷\n").encode())
    with reading(store) as conn:
        assert units.units(conn) == []


def load(store, data=None):
    with writing(store) as conn:
        return units.load(conn, data or sample.COMMUNITIES.read_bytes())


def test_a_list_loaded_twice_changes_nothing(store):
    assert load(store) == {"new": 32, "changed": 0, "unchanged": 0}
    assert load(store) == {"new": 0, "changed": 0, "unchanged": 32}


def test_a_new_name_is_taken_over_and_the_life_of_the_unit_kept(store):
    load(store)
    with writing(store) as conn:
        closed = replace(units.units(conn, UNIT)[0], closed_on=date(2024, 6, 1))
        units.save(conn, [closed])
    renamed = HEAD + "120114001000,杨村街道,120114001007,文华里社区居委会\n"
    assert load(store, renamed.encode()) == {"new": 0, "changed": 1, "unchanged": 1}
    with reading(store) as conn:
        assert units.units(conn, UNIT) == [replace(closed, name="文华里社区居委会")]


def test_the_first_street_names_the_office_once(store):
    load(store)
    with reading(store) as conn:
        assert settings.get(conn, "office") == "杨村街道"
    with writing(store) as conn:
        settings.put(conn, "office", "武清区司法局")
    load(store)
    with reading(store) as conn:
        assert settings.get(conn, "office") == "武清区司法局"


def test_everything_in_a_street_is_a_prefix(office):
    with reading(office) as conn:
        found = units.units(conn, "120114001")
        assert len(found) == 14 and found[0].code == STREET
        assert {one.code[:9] for one in found} == {"120114001"}
        assert len(units.units(conn)) == 32
        assert [one.code for one in units.units(conn, UNIT)] == [UNIT]


@pytest.mark.parametrize(
    "wrong",
    [
        Unit("12011400100", "少一位", "community"),
        Unit("12011400100x", "有字母", "community"),
        Unit("１２０１１４００１００７", "全角", "community"),
        Unit(UNIT, " ", "community"),
        Unit(UNIT, "文华巷", "community", date(2024, 3, 1), date(2024, 3, 1)),
    ],
)
def test_a_unit_that_cannot_be_is_refused(store, wrong):
    with pytest.raises(Refusal), writing(store) as conn:
        units.save(conn, [wrong])
