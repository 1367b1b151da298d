"""The words official reports round numbers with (200余, 近100, 10万余, 不少于30), written and read back.

What each word means is this office's convention, printed wherever a number is judged by it:

    N余, N多        more than N, by less than one unit of N's last place: 200余 is 201–299, 8000余 8001–8999; after
                    万 and 亿 the place is theirs: 10万余 is 100001–109999, while 10余万 is 11万 to less than 20万
    近N             from nine tenths of N up to less than N
    约N, N左右      within a tenth of N
    N以上 不少于N 上N   N or more; 逾N 超N 突破N: more than N; 不足N: less; 不超过N N以内: N or less
    数十, 几百      from two to less than ten of them; 三五次, 七、八次, 3—5次: from the first to the second
    N, 达N          N itself
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import NamedTuple

# What things are counted in, the longer first where one begins like another.
MEASURES = (
    "人次 户次 家次 车次 件次 批次 场次 台次 条次 课时 学时 小时 分钟 平方公里 平方千米 平方米 万元 "
    "亿元 公里 千米 公斤 个百分点 个月 人 名 件 起 宗 例 场 次 份 册 本 张 幅 条 篇 期 项 个 家 户 处 "
    "所 部 卷 位 台 辆 批 组 支 对 段 类 种 套 块 间 栋 座 面 封 轮 堂 节 届 级 站 天 日 周 年 岁 元 "
    "米 亩 吨 株 棵 字 页 版 倍 成 % ‰"
).split()
POINTS = "个百分点"  # by which a rate changes
TEN_THOUSAND, HUNDRED_MILLION = 10**4, 10**8
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": TEN_THOUSAND, "亿": HUNDRED_MILLION}
DIGITS = {"零": 0, "〇": 0, "两": 2} | {letter: n for n, letter in enumerate("一二三四五六七八九", 1)}
_WIDE = str.maketrans("０１２３４５６７８９％．", "0123456789%.")

_BEFORE = {
    "less": "不足 不到 未满 不满 低于 少于",
    "at_most": "不超过 不多于 至多 最多 不高于",
    "at_least": "不少于 不低于 至少 最少 不下",
    "more": "逾 超过 超 突破 多于 高于 大于",
    "near": "近 将近 接近",
    "about": "约 大约 大概",
    "exactly": "达到 多达 高达 达",
}
_AFTER = {"at_least": "以上 及以上", "at_most": "以下 以内 之内", "about": "左右 上下"}
_MEANT = {side: {word: sort for sort, some in table.items() for word in some.split()} for side, table in
          (("before", _BEFORE), ("after", _AFTER))}  # fmt: skip


def _any(words) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_PART_OF_WORD = "(?<=[民公合契违履签预条制节])约|(?<=[附邻临最就靠])近"  # 村规民约32件, 附近3个社区
_NEXT = f"(?:{_any('、'.join(two) for two in pairwise('一二三四五六七八九'))})(?=[次场个件人名份项])"  # 七、八次
_NUMBER = re.compile(
    rf"(?P<before>(?:(?!{_PART_OF_WORD})(?:{_any(_MEANT['before'])}))+|上(?=[百千万亿]))?"
    r"(?P<share>百分(?:之|(?=百)))?"
    rf"(?:(?<![由从\d.])(?P<least>\d{{1,9}}(?:\.\d{{1,4}})?)(?:{_any(MEASURES)})?[-—–~～至到]{{1,2}}(?=\d))?"
    r"(?:(?P<digits>(?<![\d.])(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?)"
    rf"|(?P<words>{_NEXT}|[数几]?[零〇一二两三四五六七八九十百千万亿]{{1,24}}(?:点[零〇一二三四五六七八九]{{1,9}})?"
    r"(?P<some>几)?))"
    r"(?:[ \u3000]?(?P<more>余|多(?!元|样|次|方|种形)|来(?=[个名人件场次项份])))?"
    r"(?:[ \u3000]?(?P<power>(?:[十百千]?[万亿]|[百千](?!分))(?!元|分)))?"
    r"(?:[ \u3000]?(?P<still>余|多(?!元|样|方|种形)))?"
    rf"[ \u3000]?(?P<unit>{_any(MEASURES)})?"
    rf"(?P<after>{_any(_MEANT['after'])})?"
)


# 三五次, 七八十人, 十五六个: two digits side by side are the ends of a guess.
_GUESS = re.compile(
    "(?P<tens>[二三四五六七八九]?十)?(?P<low>[一二两三四五六七八])(?P<high>[两二三四五六七八九])(?P<power>[十百千])?"
)
_WORDS_BEFORE = re.compile(_any(_MEANT["before"]))


class Number(NamedTuple):
    """A number as a text writes it.

    start, end   its place in the text, words and unit of measure included
    value        the number named: 200 of 200余, 100000 of 10万余, 98.5 of 98.5%
    places       the power of ten of its last digit written: 0 of 98, -1 of 98.5, 3 of 1.2万
    low, high    what it may stand for, both included; None where there is no bound. Counts are whole numbers
    exact        whether it stands for itself alone
    unit         what is counted: 人次, 件, %; "" where none is written
    at           where the number itself begins, after 近, 约, 不少于
    """

    start: int
    end: int
    text: str
    value: Decimal
    places: int
    low: Decimal | None
    high: Decimal | None
    exact: bool
    unit: str
    at: int

    def holds(self, quantity: int | Decimal) -> bool:
        """Whether a quantity is one of those that the words may stand for."""
        return (self.low is None or self.low <= quantity) and (self.high is None or quantity <= self.high)

    @property
    def share(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "%"


def rounded(value: int) -> str:
    """A count in official words: 232 → 200余, 98 → 近100, 104300 → 10万余; a round one and one below ten as it is.

    What it says holds of `value`, as `read` reads it.
    """
    step = 10 ** (len(str(value)) - 1)
    above = (value // step + 1) * step
    if value < 10 or value % step == 0:
        return plain(value)
    if 100 * value >= 95 * above:
        return f"近{plain(above)}"
    for power, name in ((HUNDRED_MILLION, "亿"), (TEN_THOUSAND, "万")):
        if value >= power:
            return f"{value // power}{name}余" if value % power else plain(value)
    return f"{value // step * step}余"


def plain(value: int) -> str:
    """A count in digits, whole 万 and 亿 by their names: 9232, 8000, 10万."""
    for power, name in ((HUNDRED_MILLION, "亿"), (TEN_THOUSAND, "万")):
        if value and value % power == 0:
            return f"{value // power}{name}"
    return str(value)


def quantized(exactly: Fraction | int, places: int) -> Decimal:
    """A number rounded half up to its digit of 10**places: -2 keeps two decimals."""
    return truncated(Fraction(exactly) + Fraction(10) ** places / 2, places)


def truncated(exactly: Fraction | int, places: int) -> Decimal:
    """A number of no less than zero cut off after its digit of 10**places."""
    return Decimal(Fraction(exactly) // Fraction(10) ** places).scaleb(places)


def read(text: str) -> Number:
    """The number that a text is, with its words: read("10万余人次"). Raises ValueError for anything else."""
    found = list(find(text.strip()))
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(text.strip())):
        raise ValueError(f"no number: {text!r}")
    return found[0]


def find(text: str) -> Iterator[Number]:
    """Every number of a text, Arabic or Chinese, with the words and the unit of measure that belong to it.

    Takes 统一 for a one and 2024 for two thousand: what is no figure, only its surroundings tell.
    """
    for match in _NUMBER.finditer(text.translate(_WIDE)):
        yield _understood(match, text)


def _understood(match: re.Match, text: str) -> Number:
    words, power = (match["words"] or "").replace("、", ""), match["power"] or ""
    if not set("万亿") & set(words.rstrip("万亿")):  # 三万 is three of 万, as 3万 is; 一亿三千万 is a number of its own
        words, power = words.rstrip("万亿"), words[len(words.rstrip("万亿")) :] + power
    times = prod(_POWERS[letter] for letter in power)
    digits = (match["digits"] or "").replace(",", "") or _digits(words, 1 if power else 0)
    value, places = Decimal(digits), -len(digits.partition(".")[2])
    above, more = match["more"], match["still"] or match["more"]
    guess = _GUESS.fullmatch(words)
    if guess and (ends := (DIGITS[guess["low"]], DIGITS[guess["high"]]))[1] - ends[0] in (1, 2):
        tens = _whole(guess["tens"] or "零")
        low, high = ((tens + end) * Decimal(_POWERS.get(guess["power"], 1)) for end in ends)
        value = low
    elif words[:1] in ("数", "几"):
        low, high = 2 * value, 10 * value - Decimal(1) / times
    elif words[-1:] == "几":
        low, high = value + 1, value + 9
    elif match["least"]:
        low, high = sorted([Decimal(match["least"]), value])
        value = low
    elif match["power"] and above:  # 10余万
        low, high = value + 1, value + _last_place(value)
    else:
        low = high = value
    vague = low != high
    value, low, high = value * times, low * times, high * times
    if match["power"] and above:
        high -= 1
    elif more == "来":
        low, high = value - value / 10, value + value / 10
    elif more and not match["least"]:
        step = times * Decimal(10) ** places if power or places else _last_place(value)
        low, high = value + 1, value + step - 1
    places += len(str(times)) - 1
    unit = match["unit"] or ("%" if match["share"] else "")
    if unit == "成":  # 九成 is 90%
        value, low, high, unit, places = 10 * value, 10 * low, 10 * high, "%", places + 1
    least = Decimal("0.0001") if unit in ("%", "‰") or places < 0 else Decimal(1)
    bounds = {
        "less": (None, value - least),
        "at_most": (None, value),
        "at_least": (value, None),
        "more": (value + least, None),
        "near": (value - value / 10, value - least),
        "about": (value - value / 10, value + value / 10),
    }
    sorts = [_MEANT["before"][word] for word in _WORDS_BEFORE.findall(match["before"] or "")]
    sorts += [_MEANT["after"].get(match["after"], "")] + ["at_least"] * (match["before"] == "上")
    limits = [bounds[sort] for sort in sorts if sort in bounds]
    exact = not (vague or more or limits)
    if limits and not vague and not more:
        low = high = None
    low = max((one for one in (low, *(least for least, _ in limits)) if one is not None), default=None)
    high = min((one for one in (high, *(most for _, most in limits)) if one is not None), default=None)
    at = match.start(next(name for name in ("least", "digits", "words") if match[name]))
    return Number(*match.span(), text[slice(*match.span())], value, places, low, high, exact, unit, at)


def _last_place(value: Decimal) -> Decimal:
    """One unit of the last digit of a whole number that is not zero: 100 for 200, 10 for 120, 1 for 959."""
    digits = str(int(value))
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0"))) if value else Decimal(1)


def _digits(words: str, nothing: int) -> str:
    """A Chinese numeral below 万 in digits, 二十三点五 → 23.5; `nothing` where no digit is written, as in 万余."""
    whole, _, decimals = words.strip("数几").partition("点")
    if whole and not set(whole) & set(_POWERS):
        number = int("".join(str(DIGITS[letter]) for letter in whole))  # 二〇二四
    else:
        number = _whole(whole) if whole else nothing
    return f"{number}." + "".join(str(DIGITS[letter]) for letter in decimals) if decimals else str(number)


def _whole(words: str) -> int:
    """一万二千三百四十五 → 12345. A power without a digit is one of it: 十三, 百."""
    total = section = digit = 0
    for letter in words:
        if letter in DIGITS:
            digit = DIGITS[letter]
        elif (power := _POWERS[letter]) < TEN_THOUSAND:
            section, digit = section + (digit or 1) * power, 0
        elif total >= power:  # 一亿零一万
            total, section, digit = total + (section + digit or 1) * power, 0, 0
        else:
            total, section, digit = (total + section + digit or 1) * power, 0, 0
    return total + section + digit
