"""导入: a file is held against the store, and written on a click."""

from db import tickets

FILE = """工单编号,受理时间,社区,诉求内容
T1,2024-09-12 09:32:09,文华巷,路灯不亮
T2,2024-09-13 10:00:00,文华巷,占道经营
"""


def uploaded(at, text: str = FILE):
    at.file_uploader[0].upload("9月.csv", text.encode(), "text/csv").run()
    assert not at.exception
    return at


def button(at, label: str):
    return next(one for one in at.button if one.label == label)


def counted(at) -> dict[str, str]:
    return {one.label: one.value for one in at.metric}


def test_nothing_is_written_before_a_click_and_the_page_says_which_it_is(visit, sample_office):
    at = uploaded(visit("imports"))
    assert (counted(at)["新增"], at.get("status")[0].label) == ("2", "核对完毕，尚未写入")
    button(at, "导入").click().run()
    assert not at.exception and not at.error
    assert at.success[0].value.startswith("已导入：新增 2，更改 0")
    assert (counted(at)["新增"], counted(at)["已存在"], at.get("status")[0].label) == ("0", "2", "核对完毕")
    assert tickets.history(sample_office, "T2")[0].recorded_by == "王芳"


def test_without_a_name_nothing_is_imported(visit, sample_office):
    at = uploaded(visit("imports", operator=""))
    button(at, "导入").click().run()
    assert any("经办人" in error.value for error in at.error)
    assert not numbers(sample_office)


def test_a_file_with_a_mistake_is_kept_out_whole_and_each_is_named(visit, sample_office):
    at = uploaded(visit("imports"), FILE.replace("2024-09-13 10:00:00", "昨天"))
    assert counted(at)["有误"] == "1" and not [one for one in at.button if one.label == "导入"]
    listed = next(frame.value for frame in at.dataframe if "问题" in frame.value)
    assert (listed["行"][0], listed["列"][0], listed["内容"][0]) == (3, "受理时间", "昨天")
    assert not numbers(sample_office)


def numbers(store) -> set[str]:
    with store.connect() as conn:
        return {row[0] for row in conn.exec_driver_sql("SELECT number FROM ticket WHERE number IN ('T1', 'T2')")}
