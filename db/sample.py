"""The sample year: 2024 of an invented office on 30 real community names. Synthetic, deterministic, removable.

Its totals at the cut-off 2024-12-18 are the published figures of such an office (README); how they fall on days
and communities is drawn from a fixed seed. Titles and counts are invented.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from chinese_calendar import get_workdays
from sqlalchemy import Connection, Engine, Select, delete, func, insert, or_, select, union

from db import ledger, sample_tickets, settings, tickets, totals, units
from db.definitions import catalogue
from db.engine import now, writing
from db.language import Refusal
from db.ledger import Draft
from db.schema import alias, batch, coverage, entry, ticket, unit, value

TOKEN = "sample-2024"
YEAR, CUT_OFF = 2024, date(2024, 12, 18)
BY = "示例数据"
COMMUNITIES = Path(__file__).parent / "sample_communities.csv"
OFFICE = "120114001000"

TICKETS = 9232  # received up to the cut-off
# What the daily counts add up to at the cut-off.
DAILY = {
    "consultation.in_person": 232,
    "consultation.phone": 98,
    "adviser.petition": 168,
    "adviser.dispute": 97,
    "adviser.review": 173,
    "adviser.advice": 73,
    "mediation.received": 386,
    "legal_aid.referrals": 64,
    "media.posts": 412,
}
# Made from the receipts, some working days later.
FOLLOWS = {"mediation.resolved": ("mediation.received", 9)}
MONTH_WEIGHT = (0.8, 0.6, 1.1, 1.1, 1.2, 1.1, 1.0, 1.0, 1.0, 0.9, 1.1, 1.2)
UNFILED = 0.004  # share of community-days on which nobody filed

# (day, title, materials, reach, how many communities it covered); the last one is after the cut-off.
PUBLICITY = [
    ("01-18", "春节前法律进社区集市", 420, 4200, 6),
    ("02-28", "开学第一课：未成年人保护", 360, 3100, 5),
    ("03-08", "妇女权益保障法宣传", 510, 5600, 8),
    ("03-15", "消费者权益日集中宣传", 620, 7800, 10),
    ("04-15", "全民国家安全教育日宣传", 700, 9400, 12),
    ("04-26", "知识产权宣传周", 330, 2900, 4),
    ("05-10", "民法典宣传月启动", 880, 12600, 30),
    ("05-24", "民法典进小区", 560, 6300, 9),
    ("06-14", "安全生产月法治宣传", 430, 5200, 7),
    ("06-26", "禁毒日宣传", 480, 6100, 8),
    ("07-19", "暑期青少年法治夏令营", 240, 1800, 3),
    ("08-16", "防范电信诈骗专场", 650, 8700, 11),
    ("09-13", "信访法治化宣传", 520, 5900, 6),
    ("10-25", "敬老月老年人权益保障", 390, 4300, 5),
    ("11-15", "物业管理条例宣讲", 410, 4900, 6),
    ("12-04", "国家宪法日集中宣传", 912, 15500, 30),
    ("12-27", "元旦前农民工工资支付宣传", 260, 2100, 4),
]
STUDY = ("01-12", "03-22", "05-17", "06-28", "08-23", "10-18", "11-29")
TRAINING = [
    ("02-23", "行政执法人员岗前培训", 64),
    ("03-29", "社区法律明白人培训", 132),
    ("04-19", "网格员调解实务培训", 118),
    ("05-31", "民法典专题宣讲", 141),
    ("07-12", "信访工作条例培训", 77),
    ("09-06", "合同审核实务培训", 58),
    ("10-11", "行政复议法宣讲", 96),
    ("11-08", "宪法专题宣讲", 137),
]
EXAMS = [("06-21", "上半年学法用法考试", 154), ("11-22", "年度学法用法考试", 158)]
KEY_TASKS = """
    党政主要负责人述法 重大决策合法性审查 行政规范性文件清理 行政执法三项制度落实 综合执法队伍培训
    公共法律服务站建设 人民调解组织规范化 法律顾问全覆盖 法治宣传教育规划落实 信访法治化推进
    12345热线办理提质 法律明白人培养 法治督察问题整改
""".split()
MUST_KNOW = """
    宪法 民法典 行政处罚法 行政强制法 行政许可法 行政复议法 行政诉讼法 国家赔偿法 信访工作条例
    人民调解法 保密法 国家安全法 安全生产法 突发事件应对法 统计法 中国共产党章程 中国共产党纪律处分条例
""".split()


def load(store: Engine) -> bool:
    """Load the sample year; False where it is loaded already. Raises Refusal where the store holds real data."""
    with writing(store) as conn:
        if loaded(conn):
            return False
        if conn.scalar(select(entry.c.no).limit(1)) or conn.scalar(select(ticket.c.version).limit(1)):
            raise Refusal("库中已有真实数据，不能再载入示例数据")
        communities = _communities(conn)
        act = conn.execute(
            insert(batch).values(
                token=TOKEN,
                source="sample",
                recorded_at=now(),
                recorded_by=BY,
                file_name=None,
                sample=True,
            )
        ).inserted_primary_key[0]
        known = catalogue(store, conn)
        draw = random.Random(YEAR + 4)
        size = {c: draw.uniform(0.5, 1.6) for c in communities}
        drafts = _daily(size) + _records(communities)
        by_instant: dict[datetime, list[Draft]] = {}
        for filed_at, draft in drafts:
            by_instant.setdefault(filed_at, []).append(draft)
        for filed_at in sorted(by_instant):
            steps = [ledger.Step(draft, None, dict(draft.values), draft.covers or ()) for draft in by_instant[filed_at]]
            ledger.apply(conn, known, steps, act, BY, "", filed_at, sample=True)
        draw = random.Random(YEAR + 2)
        tickets.add(conn, sample_tickets.drawn(draw, TICKETS, CUT_OFF, size, MONTH_WEIGHT, OFFICE), act, BY)
        totals.rebuild(conn)
        settings.put(conn, "sample_removed", False)
        settings.put(
            conn, "replaced_by_sample", {key: settings.get(conn, key) for key in ("reporting_since", "cut_offs")}
        )
        settings.put(conn, "reporting_since", f"{YEAR}-01-01")
        settings.put(conn, "cut_offs", {**settings.get(conn, "cut_offs"), str(YEAR): CUT_OFF.isoformat()})
    return True


def loaded(conn: Connection) -> bool:
    """Whether the sample is in the store: a look at its batch, however many entries there are."""
    return conn.scalar(select(batch.c.id).where(batch.c.token == TOKEN)) is not None


def count(conn: Connection) -> int:
    """How many entries and tickets of the store are the sample's, later versions included; reads them all."""
    entries = conn.scalar(select(func.count()).select_from(entry).where(entry.c.sample))
    return entries + conn.scalar(select(func.count()).select_from(ticket).where(ticket.c.number.in_(_numbers())))


def _numbers() -> Select:
    """The numbers of the sample's tickets, whoever wrote their later versions."""
    return select(ticket.c.number).join(batch, ticket.c.batch == batch.c.id).where(batch.c.sample)


def remove(store: Engine) -> int:
    """Take the sample out, with every later version of it and the communities only it used; say how much was there.

    The one deletion there is: a sample is not a fact.
    """
    with writing(store) as conn:
        if not loaded(conn):
            return 0
        removed = count(conn)
        ours = select(entry.c.unit, entry.c.no).where(entry.c.sample).subquery()
        for table in (value, coverage):
            mine = (table.c.unit == ours.c.unit) & (table.c.no == ours.c.no)
            conn.execute(delete(table).where(select(ours.c.no).where(mine).exists()))
        conn.execute(delete(entry).where(entry.c.sample))
        _remove_tickets(conn)
        conn.execute(delete(batch).where(batch.c.sample))
        totals.rebuild(conn)
        places = (entry.c.unit, coverage.c.covered, ticket.c.unit, alias.c.unit)
        used = set(conn.scalars(union(*map(select, places))))
        here = units.units(conn)
        used |= {one.code for one in here if not one.sample}
        kept = used | {code[:9] + "000" for code in used}  # a street stays with its communities
        gone = [one.code for one in here if one.code not in kept]
        conn.execute(delete(unit).where(unit.c.code.in_(gone)))
        earlier = settings.get(conn, "replaced_by_sample")
        if settings.get(conn, "reporting_since") == f"{YEAR}-01-01":
            settings.put(conn, "reporting_since", earlier.get("reporting_since"))
        cut_offs = settings.get(conn, "cut_offs")
        if cut_offs.get(str(YEAR)) == CUT_OFF.isoformat():
            del cut_offs[str(YEAR)]
        settings.put(conn, "cut_offs", {**earlier.get("cut_offs", {}), **cut_offs})
        settings.put(conn, "sample_removed", True)
        settings.put(conn, "units_saved", "")
        if len(gone) == len(here):
            settings.put(conn, "office", "")
    return removed


def _remove_tickets(conn: Connection) -> None:
    """Take the sample's tickets out, and the batches that wrote nothing else."""
    mine = ticket.c.number.in_(_numbers())
    acts = set(conn.scalars(union(*(select(act).where(mine) for act in (ticket.c.batch, ticket.c.retired_batch)))))
    conn.execute(delete(ticket).where(mine))
    wrote = [
        select(table.c.batch).where(or_(table.c.batch == batch.c.id, table.c.retired_batch == batch.c.id)).exists()
        for table in (entry, ticket)
    ]
    conn.execute(delete(batch).where(batch.c.id.in_(acts - {None}), ~or_(*wrote)))


def _communities(conn: Connection) -> list[str]:
    """The 30 communities, marked as sample where the store did not have them."""
    known = {one.code for one in units.units(conn)}
    wanted = units.from_csv(COMMUNITIES.read_bytes())
    units.save(
        conn,
        [units.Unit(u.code, u.name, u.level, sample=True) for u in wanted if u.code not in known],
    )
    if not settings.get(conn, "office"):
        settings.put(conn, "office", next(u.name for u in wanted if u.code == OFFICE))
    return [u.code for u in wanted if u.level == "community"]


def _daily(size: dict[str, float]) -> list[tuple[datetime, Draft]]:
    """Every community's daily forms of the year's workdays, with a few days unfiled and a few filed late."""
    draw = random.Random(YEAR)
    days = get_workdays(date(YEAR, 1, 1), date(YEAR, 12, 31))
    slots = [(c, d) for d in days for c in size if draw.random() >= UNFILED]
    before = [slot for slot in slots if slot[1] <= CUT_OFF]
    after = [slot for slot in slots if slot[1] > CUT_OFF]

    def spread(total: int, among: list[tuple[str, date]]) -> Counter:
        weights = [size[c] * MONTH_WEIGHT[d.month - 1] for c, d in among]
        return Counter(draw.choices(among, weights, k=total))

    counts = {
        code: spread(total, before) + spread(total * len(after) // len(before), after) for code, total in DAILY.items()
    }
    filed = set(slots)
    for code, (origin, most) in FOLLOWS.items():
        counts[code] = Counter()
        for (community, day), number in counts[origin].items():
            here = days.index(day)
            for _ in range(number):
                lag = min(int(draw.expovariate(0.9)), most)
                done = next((d for d in days[here + lag :] if (community, d) in filed), None)
                if done:
                    counts[code][community, done] += 1
    made = []
    for community, day in slots:
        late = timedelta(days=draw.randint(2, 6) if draw.random() < 0.02 else 0)
        at = datetime.combine(day + late, time(9, 30), UTC)  # 17:30 in China
        forms: dict[str, dict[str, int]] = {}
        for code, of in counts.items():
            forms.setdefault(code.partition(".")[0], {})[code] = of[community, day]
        made += [(at, Draft(kind, community, day, values)) for kind, values in forms.items()]
    return made


def _records(communities: list[str]) -> list[tuple[datetime, Draft]]:
    """The street's own records and the communities' profiles."""
    draw = random.Random(YEAR + 1)

    def street(kind: str, day: str, title: str, values: dict, covers: tuple[str, ...] = ()) -> tuple:
        held = date.fromisoformat(f"{YEAR}-{day}")
        at = datetime.combine(held, time(9, 0), UTC)
        return at, Draft(kind, OFFICE, held, values, title, tuple(sorted(covers)))

    made = []
    for day, title, materials, reach, covered in PUBLICITY:
        numbers = {"publicity.activities": 1, "publicity.materials": materials, "publicity.reach": reach}
        made.append(street("publicity", day, title, numbers, tuple(draw.sample(communities, covered))))
    for n, day in enumerate(STUDY, 1):
        made.append(street("study", day, f"中心组第{n}次集中学法", {"study.sessions": 1}))
    for day, title, people in TRAINING:
        made.append(street("training", day, title, {"training.sessions": 1, "training.attendance": people}))
    for day, title, people in EXAMS:
        made.append(street("exam", day, title, {"exam.takers": people, "exam.passed": people}))
    made += [street("list", "01-10", f"重点任务：{title}", {"list.key_tasks": 1}) for title in KEY_TASKS]
    made += [street("list", "01-10", f"应知应会：{title}", {"list.must_know": 1}) for title in MUST_KNOW]
    compounds = Counter(dict.fromkeys(communities, 1))
    compounds.update(draw.choices(communities, k=111 - len(communities)))
    first = date(YEAR, 1, 2)
    at = datetime.combine(first, time(9, 0), UTC)
    for community in communities:
        profile = {"community.compounds": compounds[community], "community.with_adviser": 1}
        made.append((at, Draft("community", community, first, profile)))
    return made
