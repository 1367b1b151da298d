"""设置: we have a new community; we count something new."""

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from db import definitions, limits, sample, settings
from db import units as places
from db.definitions import Indicator
from db.engine import reading, writing
from db.language import LANGUAGES, Refusal
from db.limits import Limit
from db.units import Unit
from metrics import clocks
from metrics.catalogue import parse_weights
from pages.shell import data, pickers
from pages.shell.entries import done, flash, operator, token
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


names = [_("社区"), _("指标"), _("12345 时限"), _("本单位"), _("示例数据")]
communities, indicators, hotline, office, sample_tab = st.tabs(names)

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
        one, two, three = st.columns(3)
        upper = one.number_input(
            _("单次上限"), min_value=1, value=None, step=1, placeholder=_("空：新指标 1000，已有指标不变")
        )
        weights = two.text_input(
            _("比率的权重"), placeholder=_("如 1, 0.8；空：不变"), help=_("分子各项依次的权重，如满意、基本满意。")
        )
        windows = {None: _("不变"), "": _("回访日"), "closed": _("办结日"), "received": _("受理日")}
        window = three.selectbox(_("回访按哪一天统计"), list(windows), format_func=windows.get)
        if st.form_submit_button(_("保存指标")):
            code = f"{kind}.{measure.strip()}"
            adds = "standing" if known.kinds[kind].grain == "standing" else "sum"
            old = known.indicators.get(code)
            old = old or Indicator(code, kind, len(known.versions), since, **texts, adds=adds, upper=1000)
            new = replace(old, effective_from=since, **texts, upper=upper or old.upper)
            if window is not None:
                new = replace(new, counted_on=window)

            def save_definition(conn):
                shares = parse_weights(weights) or new.weights
                definitions.define(conn, replace(new, weights=shares), operator())

            write(save_definition, _("指标 {code} 已保存。", code=code))

with hotline:
    st.markdown(_("**12345 数字从哪里来**"))
    since = data.setting("tickets_since")
    month = date.fromisoformat(since) if since not in (None, settings.NEVER) else None
    ways = {
        None: _("自首件工单的月份起由工单计算"),
        "since": _("自指定月份起由工单计算"),
        settings.NEVER: _("一直用日报数"),
    }
    with st.form("source"):
        way = st.radio(_("来源"), list(ways), list(ways).index("since" if month else since), format_func=ways.get)
        begins = st.date_input(_("自何月起（取当月 1 日）"), month, format="YYYY-MM-DD", min_value=date(2000, 1, 1))
        if st.form_submit_button(_("保存来源"), type="primary"):

            def choose(conn):
                if way == "since" and begins is None:
                    raise Refusal("请选择自何月起由工单计算")
                settings.put(conn, "tickets_since", begins.replace(day=1).isoformat() if way == "since" else way)

            write(choose, _("已保存。"))
    st.markdown(_("**“无延期工单”的意思**"))
    meanings = {
        ("overdue", "extended"): _("既没有超期，也没有批准延期"),
        ("extended",): _("没有批准延期"),
        ("overdue",): _("没有超期"),
    }
    with st.form("none_extended"):
        chosen = list(meanings).index(tuple(data.setting("none_extended")))
        denied = st.radio(_("意思"), list(meanings), chosen, format_func=meanings.get, label_visibility="collapsed")
        if st.form_submit_button(_("保存意思"), type="primary"):
            write(lambda conn: settings.put(conn, "none_extended", list(denied)), _("已保存。"))
    st.markdown(_("**办理时限**"))
    st.caption(_("按受理当天有效的规则定时限。新增规则不改已定的时限；要改，在下面重算，重算记入台账。"))
    with reading(store) as conn:
        rules = limits.read(conn)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    _("生效日"): rule.effective_from,
                    _("适用事项"): rule.name,
                    _("分类中的字词"): "、".join(rule.words) or None,
                    _("办理时限（工作日）"): rule.handling_days,
                    _("首次联系"): _("{n} 分钟", n=rule.contact_minutes)
                    if rule.contact_minutes
                    else _("{n} 个工作日", n=rule.contact_days),
                    _("依据"): rule.document,
                }
                for rule in rules
            ]
        ),
        hide_index=True,
        placeholder="—",
        column_config={
            _("分类中的字词"): st.column_config.Column(width=180),
            _("依据"): st.column_config.Column(width=420),
        },
    )
    with st.form("new_limit"):
        st.markdown(_("**新增时限规则**"))
        one, two, three = st.columns(3)
        effective = one.date_input(_("自何日受理起"), pickers.today(), format="YYYY-MM-DD", min_value=date(2000, 1, 1))
        title = two.text_input(_("适用事项"), placeholder=_("如：一般事项"))
        words = three.text_input(_("分类中的字词"), placeholder=_("空：其余全部；多个用空格分开"))
        handling = one.number_input(_("办理时限（工作日）"), min_value=1, max_value=365, value=5, step=1)
        minutes = two.number_input(
            _("首次联系（分钟）"), min_value=1, value=None, step=1, placeholder=_("空：按工作日")
        )
        contact = three.number_input(_("首次联系（工作日）"), min_value=1, value=1, step=1)
        document = st.text_input(_("依据文件"), placeholder=_("文件名称和文号"))
        if st.form_submit_button(_("新增规则")):
            told = Limit(effective, title.strip(), tuple(words.split()), handling, minutes, contact, document.strip())
            write(lambda conn: limits.add(conn, told, operator()), _("时限规则已新增。"))
    st.markdown(_("**按现行规则重算时限**"))
    begins = st.date_input(
        _("自何日受理的工单"), None, format="YYYY-MM-DD", key="recompute", min_value=date(2000, 1, 1)
    )
    if begins:
        try:
            changes = clocks.moved(store, begins)
        except Refusal as refusal:
            st.error(said(refusal))
            changes = {}
        st.write(_("将有 {n} 件工单的时限改变。随文件给定的和已延期的不变。", n=len(changes)))
        if changes:
            st.dataframe(clocks.listed(changes, language()), hide_index=True, placeholder="—")
            why = st.text_input(_("重算原因"), placeholder=_("必填，写入台账"))
            if st.button(_("重算时限"), icon=":material/restart_alt:"):
                try:
                    clocks.recompute(store, begins, by=operator(), reason=why, token=token("recompute"))
                except Refusal as refusal:
                    st.error(said(refusal))
                else:
                    done("recompute", _("已重算 {n} 件工单的时限。", n=len(changes)))

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
