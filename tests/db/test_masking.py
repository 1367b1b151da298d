"""Phone and identity numbers of citizens never reach the store; the numbers an office works with stay readable."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import tickets
from db.engine import reading
from db.schema import ticket
from db.tickets import MASKED, mask
from tests.desk import Desk, bare

PHONES = {
    "13812345678": "138****5678",
    "138 1234 5678": "138****5678",
    "138-1234-5678": "138****5678",
    "138 123 45678": "138****5678",
    "+8613812345678": "138****5678",
    "+86 138 1234 5678": "138****5678",
    "+86-138-1234-5678": "138****5678",
    "8613812345678": "138****5678",
    "008613812345678": "138****5678",
    "１３８１２３４５６７８": "138****5678",
    "１３８　１２３４　５６７８": "138****5678",
    "138－1234－5678": "138****5678",
    "138—1234—5678": "138****5678",
    "＋86 13812345678": "138****5678",
    "19912345678": "199****5678",
    "022-29521234": "****1234",
    "02229521234": "****1234",
    "022 29521234": "****1234",
    "０２２－２９５２１２３４": "****1234",
    "0315-2952123": "****2123",
}
IDENTITIES = {
    "120114199001011234": "120114************",
    "12011419900101123X": "120114************",
    "12011419900101123x": "120114************",
    "12011419900101123Ｘ": "120114************",
    "１２０１１４１９９００１０１１２３４": "120114************",
    "120114 19900101 1234": "120114************",
    "120114900101123": "120114*********",
}


@pytest.mark.parametrize("number", [*PHONES, *IDENTITIES])
def test_a_number_of_a_person_is_hidden_wherever_it_stands(number):
    for sentence in ("{}", "联系人张三{}，请回电", "电话：{}。", "（{}）", "T1 {} 占道", "张三\n{}\n李四"):
        assert mask(sentence.format(number)) == sentence.format((PHONES | IDENTITIES)[number])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("13812345678、13912345679", "138****5678、139****5679"),
        ("13812345678 13912345679", "138****5678 139****5679"),
        ("本人120114199001011234，手机13812345678", "本人120114************，手机138****5678"),
        ("电话29521234", "电话****1234"),
        ("电话：29521234", "电话：****1234"),
        ("电话: 29521234", "电话: ****1234"),
        ("（022）29521234", "****1234"),
        ("(022) 29521234", "****1234"),
        ("张三13812345678李四022-29521234", "张三138****5678李四****1234"),
    ],
)
def test_every_number_of_a_text_is_hidden(text, hidden):
    assert mask(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "2024091200012345",
        "202409121012345",
        "20240912001234567890",
        "TJ20240912000123",
        "DH-2024-0912-000123",
        "工单20240912123456办理中",
        "12345",
        "受理日期2024-09-12",
        "2024年9月12日14时30分",
        "2024-09-12 13:45:22",
        "2024/09/12至2024/10/12",
        "20240912",
        "物业费150 2024-03-05已缴",
        "欠费1380.50元",
        "金额13800000元",
        "138000.00元",
        "1,380,000,000元",
        "津政令〔2024〕39号",
        "天津市人民政府令第39号",
        "法释〔2020〕17号",
        "《民法典》第1034条、第1038条",
        "GB 50180-2018",
        "邮编301700",
        "3号楼2门1401",
        "第138次",
        "账号6222020302012345678",
        "面积138.12平方米",
        "",
    ],
)
def test_the_numbers_an_office_works_with_stay(text):
    assert mask(text) == text


piece = st.sampled_from(
    ["138", "1381", "1234", "5678", "022", "29521234", "120114", "19900101", "123X", "00", "86", "+86", "*", "****"]
    + ["-", " ", "－", "　", "，", "电话", "：", "２", "１３８", "X", "年"]
)
pieces = st.lists(piece, max_size=12).map("".join)


@settings(max_examples=400, derandomize=True, database=None)
@given(st.one_of(st.text(alphabet="0123456789-+ *Xx１３８－　电话", max_size=40), pieces))
@example("138 1234 1381 2345678")
@example("13812345678-0222345678")
def test_a_text_once_masked_stays_as_it_is(text):
    once = mask(text)
    assert mask(once) == once


@settings(max_examples=150, derandomize=True, database=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="甲乙，。- +a", max_size=8))
def test_any_mobile_number_is_hidden_in_any_company(number, around):
    assert number not in mask(around + number + around)


# ------------------------------------------------------------------------------------- on the way to the store

SECRET = "联系13812345678，身份证12011419900101123X"
SHOWN = "联系138****5678，身份证120114************"


def everything_stored(store) -> str:
    with reading(store) as conn:
        return "\n".join(str(tuple(row)) for row in conn.execute(select(ticket)))


def test_no_number_of_a_person_reaches_the_store_through_an_import(office):
    desk = Desk(office)
    extension = {"extended_on": "2024-09-13", "extended_to": "2024-09-25"}
    desk.brings("13812345678", **dict.fromkeys(MASKED, SECRET), **extension)
    one = desk.reads("13812345678")
    assert {getattr(one, name) for name in MASKED} == {SHOWN}
    assert one.number == "13812345678"  # a ticket's number is its name and stays
    assert "12011419900101" not in everything_stored(office)


def test_no_number_of_a_person_reaches_the_store_by_hand(office):
    desk = Desk(office)
    desk.brings("T1")
    desk.amends("T1", reason=SECRET, reply=SECRET, title=SECRET, place=SECRET, extended_why=SECRET)
    desk.voids("T1", 2, reason=SECRET)
    one, two = desk.versions("T1")
    assert one.retired_reason == two.retired_reason == two.ticket.reply == two.ticket.title == SHOWN
    assert "13812345678" not in everything_stored(office)


def test_no_number_of_a_person_stands_in_the_reason_of_an_import_or_of_taking_it_back(office):
    desk = Desk(office)
    desk.brings("T1")
    again = desk.imports(desk.ticket("T1", reply="办"), reason=SECRET)
    desk.undoes(again.batch, reason=SECRET)
    assert [one.retired_reason for one in desk.versions("T1")] == [SHOWN, SHOWN, None]


def test_the_same_text_again_is_unchanged_although_the_store_holds_it_masked(office):
    desk = Desk(office)
    desk.brings("T1", title=SECRET)
    assert desk.brings("T1", title=SECRET).unchanged == 1
    assert desk.imports(bare("T1", "2024-09-12 09:30", title=SHOWN)).unchanged == 1


def test_a_preview_shows_no_number_of_a_person_either(office):
    desk = Desk(office)
    desk.brings("T1")
    _, ((_, after),) = tickets.preview(office, [desk.ticket("T1", reply=SECRET)], clock=desk.clock)
    assert after.reply == SHOWN
