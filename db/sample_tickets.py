"""The sample year's 12345 tickets: synthetic, deterministic, none of them late.

The clock of the pages (metrics.hotline) would set each of them exactly as it is written here: five working days by
the State Council's notice, first contact by the end of the next working day.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from chinese_calendar import get_workdays

from db.engine import CHINA
from db.schema import day_of, number_of
from db.tickets import INQUIRY, REQUEST, Ticket, seconds

LIMIT, RULE = 5, "2000-01-01 一般事项"
FREE_DAY = 0.45  # tickets of a day off, of those of a working day
HOURS = (2, 1, 1, 1, 1, 2, 6, 14, 30, 38, 36, 28, 18, 20, 30, 32, 30, 26, 22, 20, 18, 14, 8, 4)
DAY = 86400
OPENS, LAST_CONTACT, LATE_AFTERNOON, SHUTS = 510 * 60, 990 * 60, 1005 * 60, 1050 * 60  # 8:30, 16:30, 16:45, 17:30
# Shares of all tickets, then of the requests.
INQUIRIES, UNPLACED = 0.38, 0.005
RETURNED, SUSPENDED, LATE_CONTACT, SAME_DAY, CALLED_BACK = 0.003, 0.001, 0.015, 0.5, 0.7
CLOSED_AFTER = (3, 27, 30, 21, 13, 6)  # weights of 0 to 5 working days
NO_ANSWER, CONTACTED, RESOLVED = 0.12, 0.98, 0.94
OPINIONS = ("satisfied", "basically", "dissatisfied")
SATISFACTION = {True: (92, 6.3, 1.7), False: (25, 35, 40)}  # by whether the matter was resolved: 88, 8 and 4 in all

CHANNELS = {"12345热线电话": 70, "微信小程序": 14, "网络平台": 11, "市长信箱": 5}
AT_ONCE = {"12345热线电话": 90, "微信小程序": 6, "网络平台": 4}  # the channels of a question answered at once
SPOTS = """
    小区东门外 小区西门附近 小区主路旁 居民楼前 菜市场周边 沿街底商门前 小学门口 公交站旁 社区广场周边 小区北侧便道
    小区停车场旁 公园入口处
""".split()
WHEN = "近期 近一周以来 近半个月以来 连日来 前几日起".split()
HOURS_OF_DAY = "早晚高峰时段 夜间 周末 傍晚时分".split()
# Roads and compounds that no community bears.
PLACES = """
    迎宾大道中段 滨河东路桥下 锦绣新苑三期 康达商贸城 翠湖佳园 工业园横三路 建国北路公交首末站 万顺批发市场
    城际铁路站前广场 凤凰公馆 京华道与振业路交口 体育公园南门
""".split()


class Topic(NamedTuple):
    """What people call about. `share` is its weight, `months` when it is a matter at all (none: all year)."""

    subject: str
    body: str
    share: int
    titles: tuple[str, ...]
    replies: tuple[str, ...]
    months: tuple[int, ...] = ()


WINTER = (11, 12, 1, 2, 3)
REQUESTS = [
    Topic(
        "城市管理->占道经营->流动摊贩",
        "综合执法队",
        12,
        ("{hours}{at}有流动摊贩占道经营，影响行人通行，请协调处理。", "{at}流动摊贩聚集，收摊后遗留垃圾，请加强管理。"),
        (
            "经现场核查，{at}确有流动摊贩占道经营。执法人员已对摊主批评教育并劝离，后续将加密巡查频次。",
            "执法人员已到{at}清理占道摊位，并安排错时值守，防止反弹。",
        ),
    ),
    Topic(
        "城市管理->占道经营->店外经营",
        "综合执法队",
        8,
        ("{at}商户将货物摆放在便道上，请予以清理。", "{hours}{at}餐饮店在店外摆放桌椅，占用便道，请予以规范。"),
        ("经核查情况属实，已责令{at}商户当场将店外物品收回店内，并告知其落实门前责任。",),
    ),
    Topic(
        "城市管理->市政设施->路灯不亮",
        "公共管理办",
        6,
        ("{at}路灯{when}不亮，居民夜间出行不便，请尽快维修。",),
        ("已联系养护单位对{at}路灯线路进行检修，现已恢复照明。",),
    ),
    Topic(
        "城市管理->市政设施->井盖破损",
        "公共管理办",
        5,
        ("{at}井盖松动破损，存在安全隐患，请尽快更换。",),
        ("接单后立即在{at}设置警示标志，并联系权属单位更换井盖，现已完成。",),
    ),
    Topic(
        "物业管理->公共设施->电梯故障",
        "物业办",
        9,
        ("{when}小区电梯频繁停运，老年人出行困难，请督促物业维修。",),
        ("已督促物业服务企业联系维保单位检修电梯，更换老化部件，目前运行正常，并要求其加强日常维护保养。",),
    ),
    Topic(
        "物业管理->公共设施->门禁损坏",
        "物业办",
        7,
        ("小区单元门禁损坏，{when}无人维修，请协调解决。", "{at}道闸故障，外来车辆随意进出，请督促物业修复。"),
        ("经核实情况属实，物业服务企业已完成维修，现可正常使用。",),
    ),
    Topic(
        "物业管理->服务质量->信息公示",
        "物业办",
        5,
        ("物业未按规定公示公共收益收支情况，请督促公开。",),
        ("已约谈物业服务企业项目负责人，要求其在小区公告栏公示公共收益收支情况，现已张贴。",),
    ),
    Topic(
        "环境卫生->垃圾清运->垃圾堆放",
        "社区居委会",
        11,
        ("{at}垃圾桶满溢，{when}未及时清运，请处理。", "{at}堆放装修垃圾，无人清理，请协调清运。"),
        ("已组织人员将{at}堆放的垃圾清运完毕，并要求保洁人员增加清运次数。",),
    ),
    Topic(
        "环境卫生->楼道清洁->杂物堆放",
        "社区居委会",
        7,
        ("居民楼楼道内堆放杂物，占用疏散通道，请予以清理。",),
        ("社区工作人员已上门劝导，楼道内杂物已清理完毕，并张贴了安全提示。",),
    ),
    Topic(
        "环境卫生->绿化养护->树木修剪",
        "公共管理办",
        5,
        ("{at}树木枝叶遮挡低层住户采光，请安排修剪。",),
        ("已协调绿化养护人员对{at}树木进行修剪，枝叶已清运。",),
        (3, 4, 5, 6, 7, 8, 9, 10),
    ),
    Topic(
        "噪声扰民->社会生活噪声->广场活动",
        "社区居委会",
        6,
        ("{at}广场活动音响音量过大，影响居民休息，请协调。",),
        ("已与{at}活动组织者沟通，约定活动时间并调低音量，社区将持续关注。",),
        (4, 5, 6, 7, 8, 9, 10),
    ),
    Topic(
        "噪声扰民->施工噪声->夜间施工",
        "综合执法队",
        6,
        ("夜间{at}施工噪声扰民，请制止。", "{at}装修施工占用休息时段，请予以管理。"),
        ("执法人员已到场核查，责令施工单位停止在休息时段施工，并加强夜间巡查。",),
    ),
    Topic(
        "停车秩序->乱停乱放->占用消防通道",
        "公共安全办",
        9,
        ("{at}车辆乱停乱放，占用消防通道，请处理。",),
        ("已联合物业服务企业对{at}占用消防通道的车辆逐一劝离，并重新施划禁停标线。",),
    ),
    Topic(
        "停车秩序->非机动车->电动自行车进楼",
        "公共安全办",
        6,
        ("有居民将电动自行车推入楼道停放充电，存在火灾隐患，请处理。",),
        ("社区网格员已上门宣传，劝导居民将电动自行车移至集中充电处，并开展了入户检查。",),
    ),
    Topic(
        "供水供热->供热->室温不达标",
        "公共管理办",
        16,
        ("{when}家中暖气不热，室温偏低，请协调供热单位解决。",),
        ("已协调供热单位上门测温并排气调试，目前室温已达标，居民表示认可。",),
        WINTER,
    ),
    Topic(
        "供水供热->供水->水压不足",
        "公共管理办",
        5,
        ("{when}居民家中水压不足，高层住户用水困难，请协调处理。",),
        ("已联系供水单位检修二次供水设备，水压现已恢复正常。",),
    ),
    Topic(
        "违法建设->私搭乱建->楼顶搭建",
        "综合执法队",
        5,
        ("有住户在楼顶搭建阳光房，请核查处理。", "{at}有人私自搭建棚屋，请依法处理。"),
        ("经现场勘查，已向当事人送达限期改正通知，当事人现已自行拆除。",),
    ),
    Topic(
        "违法建设->侵占绿地->圈占种菜",
        "综合执法队",
        4,
        ("{at}公共绿地被圈占种菜，请予以清理。",),
        ("已会同社区对{at}被圈占的绿地进行清理，恢复原貌。",),
        (3, 4, 5, 6, 7, 8, 9, 10, 11),
    ),
    Topic(
        "劳动报酬->拖欠工资->服务行业",
        "司法所",
        5,
        ("在沿街餐饮店务工，用人单位未按时发放工资，请协调解决。", "离职后用人单位未结清工资，请帮助追讨。"),
        ("司法所已组织双方调解，用人单位已将拖欠的工资结清，并告知了劳动仲裁和法律援助的申请途径。",),
    ),
    Topic(
        "邻里纠纷->房屋漏水->楼上渗漏",
        "司法所",
        7,
        ("楼上住户卫生间渗漏，造成自家屋顶受损，双方协商不成，请调解。",),
        ("人民调解员已组织双方现场查看并达成一致，由楼上住户负责维修并恢复受损部位。",),
    ),
    Topic(
        "邻里纠纷->饲养宠物->犬吠扰民",
        "社区居委会",
        4,
        ("邻居饲养的犬只夜间吠叫，影响休息，请协调。",),
        ("社区工作人员已上门与养犬居民沟通，其承诺加强管束，并按规定办理养犬登记。",),
    ),
]
QUESTIONS = [
    Topic(
        "政策咨询->民政服务->高龄老人津贴",
        "公共服务办",
        6,
        ("咨询高龄老人津贴的申领条件和所需材料。",),
        ("已当场告知申领条件、所需材料和办理地点。",),
    ),
    Topic(
        "政策咨询->住房保障->公租房申请",
        "公共服务办",
        5,
        ("咨询公共租赁住房的申请条件和办理流程。",),
        ("已当场说明申请条件、办理流程和受理窗口。",),
    ),
    Topic(
        "政策咨询->义务教育->入学登记",
        "公共服务办",
        6,
        ("咨询适龄儿童入学登记的时间和所需材料。",),
        ("已当场告知登记时间、所需材料和咨询渠道。",),
        (3, 4, 5, 6, 7, 8),
    ),
    Topic(
        "政策咨询->法律服务->法律援助",
        "司法所",
        5,
        ("咨询申请法律援助需要哪些条件。", "咨询人民调解的申请方式。"),
        ("已当场解答，并告知公共法律服务站的地址和接待时间。",),
    ),
    Topic(
        "社保咨询->养老保险->待遇资格认证",
        "公共服务办",
        8,
        ("咨询养老保险待遇领取资格认证的办理方式。",),
        ("已当场告知线上认证方法和社区代办地点。",),
    ),
    Topic(
        "社保咨询->医疗保险->居民参保缴费",
        "公共服务办",
        8,
        ("咨询城乡居民医疗保险的参保缴费时间和方式。", "咨询新生儿参加居民医疗保险的办理流程。"),
        ("已当场告知参保缴费的时间、渠道和注意事项。",),
    ),
    Topic(
        "供水供热->供热->报停手续",
        "公共管理办",
        6,
        ("咨询房屋空置办理停热的手续。",),
        ("已当场告知停热的办理时限和供热单位的受理方式。",),
        (9, 10, 11, 12),
    ),
    Topic(
        "物业管理->业主大会->成立流程",
        "物业办",
        4,
        ("咨询小区成立业主大会、选举业主委员会的流程。",),
        ("已当场说明成立条件和筹备流程，并告知社区居委会的指导职责。",),
    ),
]
SENT_BACK = "经核实，该事项不属于本街道职责范围，已说明理由并退回，建议转有管辖权的单位办理。"


def drawn(
    draw: random.Random, total: int, cut_off: date, size: Mapping[str, float], by_month: Sequence[float], office: str
) -> list[tuple[Ticket, datetime]]:
    """`total` tickets received in the year up to its cut-off and as many in proportion until its end, by number.

    `size`, `by_month`: what a community and a month weigh. `office`: the street of those that are of no community
    yet. Each with the instant it is recorded: the end of the day of receipt, so that a question as of a day finds
    them all.
    """
    work = _Workdays(cut_off.year)
    first, last = date(cut_off.year, 1, 1), date(cut_off.year, 12, 31)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    before, after = ([day for day in days if (day <= cut_off) is early] for early in (True, False))
    received = []
    for among, count in ((before, total), (after, total * len(after) // len(before))):
        weights = [by_month[day.month - 1] * (1 if day in work else FREE_DAY) for day in among]
        for day in draw.choices(among, weights, k=count):
            (hour,) = draw.choices(range(24), HOURS)
            received.append((_midnight(day) + 3600 * hour + draw.randrange(1, 3600), day))
    made = []
    for day, of_day in groupby(sorted(received), lambda one: one[1]):
        for n, (at, _) in enumerate(of_day, 1):
            one = _asked(draw, f"SL{number_of(day)}{n:04d}", at, day, size, office)
            if one.kind == REQUEST:
                one = _called_back(draw, _handled(draw, one, day, work))
            ends = _midnight(day) + DAY - 1
            made.append((one, datetime.fromtimestamp(ends, UTC)))
    return made


class _Workdays:
    """The working days around a year, by the State Council's notices."""

    def __init__(self, year: int):
        self.days = get_workdays(date(year - 1, 12, 1), date(year + 1, 2, 28))
        self.known = set(self.days)

    def __contains__(self, day: date) -> bool:
        return day in self.known

    def after(self, day: date, number: int) -> date:
        """The `number`-th working day after a day; the day itself for 0."""
        return self.days[bisect_right(self.days, day) + number - 1] if number else day

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to `last`."""
        return bisect_right(self.days, last) - bisect_right(self.days, first)


def _asked(draw: random.Random, number: str, at: int, day: date, size: Mapping[str, float], office: str) -> Ticket:
    """A ticket as it came in; an inquiry is answered and closed at once."""
    (unit,) = draw.choices(list(size), list(size.values()))
    place = ""
    if draw.random() < UNPLACED:
        unit, place = office, draw.choice(PLACES)
    asked = draw.random() < INQUIRIES
    topics = [one for one in (QUESTIONS if asked else REQUESTS) if not one.months or day.month in one.months]
    (topic,) = draw.choices(topics, [one.share for one in topics])
    channels = AT_ONCE if asked else CHANNELS
    (channel,) = draw.choices(list(channels), list(channels.values()))
    words = {"at": place or draw.choice(SPOTS), "when": draw.choice(WHEN), "hours": draw.choice(HOURS_OF_DAY)}
    title, reply = draw.choice(topic.titles).format(**words), draw.choice(topic.replies).format(**words)
    one = Ticket(
        *(number, unit, INQUIRY if asked else REQUEST, channel, topic.subject, topic.body),
        *(f"【示例】{title}", f"您好，{reply}感谢您对我们工作的支持。", place, at, number_of(day)),
    )
    return one._replace(replied_at=at, closed_at=at, closed_on=one.received_on) if asked else one


def _handled(draw: random.Random, one: Ticket, day: date, work: _Workdays) -> Ticket:
    """A request on its way: contacted, then closed in time, sent back or suspended."""
    due = work.after(day, LIMIT)
    one = one._replace(
        limit_days=LIMIT,
        rule=RULE,
        due_on=number_of(due),
        contact_due=_midnight(work.after(day, 1)) + DAY - 1,
    )
    end = draw.random()
    at_once = day in work and draw.random() < SAME_DAY and one.received_at + 1800 < _midnight(day) + LAST_CONTACT
    reached = 0 if at_once else 2 if draw.random() < LATE_CONTACT / (1 - SAME_DAY / 2) else 1
    contacted = _instant(draw, work.after(day, reached), one.received_at + 600, last=LAST_CONTACT)

    def replied(after: int, *, afternoon: bool = False) -> int:
        first = LATE_AFTERNOON if afternoon else OPENS
        return _instant(draw, work.after(day, after), contacted + 600, first, SHUTS - 60)

    if end < RETURNED:
        back = max(reached, draw.randint(1, 2))
        return one._replace(
            **_contact(contacted),
            reply=f"您好，{SENT_BACK}",
            replied_at=replied(back),
            returned_on=number_of(work.after(day, back)),
        )
    if end < RETURNED + SUSPENDED:
        stands = draw.randint(max(reached, 1), 3)
        one = one._replace(suspended_on=number_of(work.after(day, stands)))
        if draw.random() < 0.5:
            return one._replace(**_contact(contacted), reply="")
        one = one._replace(resumed_on=number_of(work.after(day, stands + 1)))
        after = draw.randint(stands + 1, LIMIT)
    else:
        (after,) = draw.choices(range(LIMIT + 1), CLOSED_AFTER)
        after = max(after, reached, 0 if day in work else 1)
    reply = replied(after, afternoon=after == LIMIT and draw.random() < 0.3)
    closed = work.after(day, after)
    left = _midnight(closed) + SHUTS - reply
    return one._replace(
        **_contact(contacted),
        replied_at=reply,
        closed_at=reply + draw.randrange(min(left, 1500)),
        closed_on=number_of(closed),
        days_used=work.between(day, closed) - (1 if one.resumed_on else 0),  # it stood for one working day
        days_left=work.between(closed, due),
    )


def _called_back(draw: random.Random, one: Ticket) -> Ticket:
    """Most closed requests are called back; not everyone answers."""
    if one.closed_on is None or draw.random() >= CALLED_BACK:
        return one
    one = one._replace(called_back_on=number_of(day_of(one.closed_on) + timedelta(draw.randint(1, 10))))
    if draw.random() < NO_ANSWER:
        return one
    resolved = draw.random() < RESOLVED
    (opinion,) = draw.choices(OPINIONS, SATISFACTION[resolved])
    return one._replace(contacted=draw.random() < CONTACTED, resolved=resolved, satisfaction=opinion)


def _contact(at: int) -> dict[str, int]:
    return {"contacted_at": at, "contacted_on": number_of(datetime.fromtimestamp(at, CHINA).date())}


def _instant(draw: random.Random, day: date, after: int, first: int = OPENS, last: int = SHUTS) -> int:
    """An instant in the office hours of a day, not before `after`."""
    midnight = _midnight(day)
    return draw.randrange(max(midnight + first, after), midnight + last)


@lru_cache(maxsize=512)
def _midnight(day: date) -> int:
    """The first second of a day in China, in stored form."""
    return seconds(datetime(day.year, day.month, day.day, tzinfo=CHINA))
