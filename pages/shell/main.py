"""The frame: which pages there are, the language, who is at work, what everybody must be told."""

from pathlib import Path

import streamlit as st

from db.language import LANGUAGES
from pages.shell import data, pickers
from pages.shell.entries import close
from pages.shell.language import KEY, _

PAGES = Path(__file__).parent.parent

data.look()
# An own icon: Streamlit would fetch an emoji's or a symbol's picture from outside.
st.set_page_config(
    page_title=_("法治台账"),
    page_icon=str(PAGES / "shell" / "icon.png"),
    layout="wide",
    initial_sidebar_state="expanded",
)

# Streamlit's wide layout still leaves a tenth of a small office screen empty on either side; and what it says itself
# of files and of typing it says in English alone.
SAID = {
    '[data-testid="stFileUploaderDropzone"] button p': _("选择文件"),
    '[data-testid="stFileUploaderDropzoneInstructions"] span': _("或把文件拖到这里"),
    '[data-testid="InputInstructions"] span': _("点空白处即生效"),
}
own = "".join(
    f'{place} {{font-size: 0}} {place}::after {{content: "{words}"; font-size: .875rem}}'
    for place, words in SAID.items()
)
st.html(
    "<style>.stMainBlockContainer {padding: 3rem 2.5rem 4rem}"
    f'[data-testid="stForm"] [data-testid="InputInstructions"] {{display: none}} {own}</style>'
)


def page(name: str, title: str, icon: str, **options):
    return st.Page(str(PAGES / f"{name}.py"), title=title, icon=f":material/{icon}:", url_path=name, **options)


current = st.navigation(
    [
        page("overview", _("总览"), "dashboard", default=True),
        page("entry", _("日报录入"), "edit_calendar"),
        page("hotline", _("12345 工单"), "support_agent"),
        page("records", _("活动台账"), "event_note"),
        page("community", _("社区"), "location_city"),
        page("imports", _("导入"), "upload_file"),
        page("annual", _("年报"), "summarize"),
        page("draft", _("起草"), "edit_document"),
        page("check", _("报告核对"), "fact_check"),
        page("frozen", _("定稿"), "lock"),
        page("calendar", _("工作日历"), "calendar_month"),
        page("settings", _("设置"), "settings"),
        page("rows", _("明细"), "table_rows", visibility="hidden"),
        page("ticket", _("工单"), "confirmation_number", visibility="hidden"),
        page("unassigned", _("待归属"), "person_pin_circle", visibility="hidden"),
    ]
)

with st.sidebar:
    st.caption(data.setting("office") or _("尚未登记单位名称"))
    st.text_input(
        _("经办人"),
        key="operator",
        persist_state="session",
        placeholder=_("姓名，写入台账"),
        help=_("每一次录入、更正和作废都记下经办人。"),
        max_chars=60,
    )
    pickers.segments(st, _("语言"), KEY, LANGUAGES)
    st.caption(_("本系统只能在这台电脑上使用，暂不需登录。"))

if data.has_sample():
    st.info(_("当前含示例数据（合成，非真实）。正式使用前请在“设置”中移除。"), icon=":material/science:")
if st.session_state.get("page") != current.url_path:
    st.session_state["page"] = current.url_path
    close()
try:
    current.run()
finally:
    pickers.write_address()
