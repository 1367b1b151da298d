"""设置: we have a new community; we count something new."""

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from db import definitions, sample, settings
from db import units as places
from db.definitions import Indicator
from db.engine import reading, writing
from db.language import LANGUAGES, Refusal
from db.units import Unit
from pages.shell import data, pickers
from pages.shell.entries import done, flash, operator
from pages.shell.language import _, language, said

st.title(_("设置"))
flash()
store = data.the_store()


def write(change, message: str) -> None:
    """One change in one transaction, or the reason why not."""
    try:
        if not operator():
            raise Refusal("请先填写经办人姓名")
        with writing(store) as conn:
            change(conn)
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        done("settings", message)


communities, indicators, office, sample_tab = st.tabs([_("社区"), _("指标"), _("本单位"), _("示例数据")])

with communities:
    listed = data.all_units()
    levels = {"street": _("街道"), "community": _("社区")}
    columns = [_("编码"), _("名称"), _("级别"), _("设立日"), _("撤销日")]
    frame = pd.DataFrame(
        [[u.code, u.name, levels.get(u.level, u.level), u.opened_on, u.closed_on] for u in listed], columns=columns
    )
    st.caption(_("名称、设立日、撤销日可直接改。撤销的社区不能再填报，以前的数保留。"))
    edited = st.data_editor(
        frame,
        hide_index=True,
        disabled=[_("编码"), _("级别")],
        key="units",
        placeholder="—",
        column_config={
            column: st.column_config.DateColumn(format="YYYY-MM-DD", min_value=date(1949, 10, 1))
            for column in columns[3:]
        },
    )
    if st.button(_("保存社区"), type="primary", icon=":material/save:"):

        def day(cell) -> date | None:
            return None if pd.isna(cell) else pd.Timestamp(cell).date()

        wanted = [
            Unit(old.code, (line[1] or "").strip(), old.level, day(line[3]), day(line[4]), old.sample)
            for old, line in zip(listed, edited.itertuples(index=False), strict=True)
        ]
        write(lambda conn: places.save(conn, wanted), _("社区已保存。"))
    with st.form("new_unit"):
        st.markdown(_("**新增社区或街道**"))
        one, two, three = st.columns([1, 2, 1])
        code = one.text_input(_("统计用区划代码（12 位）"), max_chars=12)
        title = two.text_input(_("名称"), placeholder=_("如：文华巷社区居委会"))
        opened = three.date_input(_("设立日（可空）"), None, format="YYYY-MM-DD", min_value=date(1949, 10, 1))
        if st.form_submit_button(_("新增")):

            def add(conn):
                new = Unit(code.strip(), title.strip(), "", opened)
                places.check(new)
                if any(one.code == new.code for one in listed):
                    raise Refusal("编码 {code} 已登记", code=new.code)
                places.save(conn, [Unit(new.code, new.name, places.level_of(new.code), opened)])

            write(add, _("已新增 {name}。", name=title))

with indicators:
    known = data.known()
    st.dataframe(
        pd.DataFrame(
            [
                {
                    _("表单"): known.kinds[one.kind].name[language()],
                    _("指标"): one.name[language()],
                    _("单位"): one.unit[language()],
                    _("口径"): one.meaning[language()],
                    _("上限"): one.upper,
                    _("生效日"): one.effective_from,
                    _("指标编码"): one.code,
                }
                for versions in known.versions.values()
                for one in versions
            ]
        ),
        hide_index=True,
        placeholder="—",
    )
    with st.form("new_indicator"):
        st.markdown(_("**新增指标，或为已有指标定新口径**"))
        st.caption(_("新口径自生效日起使用，以前各期仍按旧口径。指标加好后，录入表、图表和导出里就有它。"))
        one, two, three = st.columns(3)
        kind = one.selectbox(
            _("表单"),
            list(known.kinds),
            format_func=lambda code: known.kinds[code].name[language()],
            placeholder=_("请选择"),
        )
        measure = two.text_input(_("编码（小写英文，如 visits）"), max_chars=20)
        since = three.date_input(_("生效日"), definitions.FIRST_DAY, format="YYYY-MM-DD", min_value=date(2000, 1, 1))
        texts = {}
        for key, title in (("name", _("名称")), ("unit", _("单位")), ("meaning", _("口径"))):
            texts[key] = {
                spoken: place.text_input(f"{title} · {LANGUAGES[spoken]}", key=f"new/{key}/{spoken}").strip()
                for spoken, place in zip(LANGUAGES, st.columns(2), strict=True)
            }
            texts[key]["en"] = texts[key]["en"] or texts[key]["zh"]
        upper = st.number_input(
            _("单次上限"), min_value=1, value=None, step=1, placeholder=_("空：新指标 1000，已有指标不变")
        )
        if st.form_submit_button(_("保存指标")):
            code = f"{kind}.{measure.strip()}"
            adds = "standing" if known.kinds[kind].grain == "standing" else "sum"
            old = known.indicators.get(code)
            old = old or Indicator(code, kind, len(known.versions), since, **texts, adds=adds, upper=1000)
            new = replace(old, effective_from=since, **texts, upper=upper or old.upper)
            write(lambda conn: definitions.define(conn, new, operator()), _("指标 {code} 已保存。", code=code))

with office, st.form("office"):
    title = st.text_input(_("单位名称"), data.setting("office"), help=_("用于标题和导出的文件名。"))
    since = data.setting("reporting_since")
    begins = st.date_input(
        _("自何日起应填日报"),
        date.fromisoformat(since) if since else pickers.today(),
        format="YYYY-MM-DD",
        help=_("自此日起（含当日）的每个工作日，各社区的日报未填即为缺报。"),
    )
    if st.form_submit_button(_("保存"), type="primary"):

        def change(conn):
            settings.put(conn, "office", title.strip())
            settings.put(conn, "reporting_since", begins.isoformat())

        write(change, _("已保存。"))

with sample_tab:
    if data.has_sample():
        with reading(store) as conn:
            count = sample.count(conn)
        st.write(_("库中有 {n} 条示例记录，含在示例上所做的更正。", n=count))
        st.caption(_("移除时，只被示例用到的社区一并移除；真实数据不受影响。"))
        if st.button(_("移除示例数据"), type="primary", icon=":material/delete:"):
            sample.remove(store)
            done("settings", _("示例数据已移除。"))
    else:
        st.write(_("库中没有示例数据。库为空时，可载入一年合成数据看一看。"))
        if st.button(_("载入 2024 示例年"), icon=":material/science:"):
            try:
                sample.load(store)
            except Refusal as refusal:
                st.error(said(refusal))
            else:
                done("settings", _("已载入示例年。"))
