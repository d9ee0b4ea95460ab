"""What stands in a Chinese text in digits and signs, as it is said: every kind of number by its kind.

Years, telephone and room numbers digit by digit, dates and times, money, shares, measures and quantities as such: espeak-ng
says 10000 as 十千, and a speech chip cannot know that 110 is a telephone. Sources: GB/T 15835 (numerals), and use.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from drivers.voice.numerals import counted, dialled, spelt

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_NUMBER = r"\d+(?:\.\d+)?"
_MEASURE = (
    "个份样张次天年名人寸种位条项周套户倍元块角分钟小公米件本枚处间家只台辆座所栋幢头株棵页册盒袋瓶支步亩吨斤升岁批者门厘毫千"
)
"""Characters before which two is 两. Floors and ranks are numbered: 2层 and 2级 are 二层 and 二级."""
_COUNTED = rf"[{_MEASURE}万亿余多千厘毫克顷日月时秒度字款笔期届层级]|平方|立方|以[上下内]|左右|\((?:元|人)"
"""What stands behind a quantity, however many digits it has."""
_DIALLED = (
    r"(?:拨打?|致电|来电|电话|热线|传真|手机|分机|总机|转|报警|火警|匪警|急救|救援|打)(?:号码|号)?(?:请|为|是|:|,)?(?:拨打?)?"
)
"""What stands before a telephone number."""
_NAMES = (
    r"(?:房间|房|尾|卡|账|帐|学|工|证|文|编|单|流水|订单|受理|业务|登记|注册|准考证|座机|批)号(?:码)?"
    r"|密码|验证码|取件码|编码|代码|[后末前][三四六]位"
)
"""What stands before the digits of a name that is no quantity."""
_UNITS = {
    "km/h": "公里每小时",
    "dB": "分贝",
    "MB": "兆",
    "km2": "平方公里",
    "cm2": "平方厘米",
    "m2": "平方米",
    "m3": "立方米",
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "m": "米",
    "kg": "公斤",
    "mg": "毫克",
    "g": "克",
    "ml": "毫升",
    "L": "升",
    "kW": "千瓦",
    "h": "小时",
    "min": "分钟",
}
_SIGNS = {
    "℃": "摄氏度",
    "°C": "摄氏度",
    "≥": "大于等于",
    "≤": "小于等于",
    "±": "正负",
    "≈": "约",
    "㎡": "平方米",
    "㎥": "立方米",
}
_SIGNS |= {
    "∶": ":",
    "㎏": "公斤",
    "㎞": "公里",
    "㎝": "厘米",
    "㎜": "毫米",
    "²": "2",
    "³": "3",
    "＞": "大于",
    "＜": "小于",
    "№": "编号",
}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PLACES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SAID = "零一二三四五六七八九十百千万亿"


def signs_in_words(text: str) -> str:
    """Signs that would lose their meaning when the text is made plain: ① is a place in a list, ㎡ a measure, ‰ a share."""
    text = re.sub(rf"[{_PLACES}]", lambda m: f",第{counted(str(_PLACES.index(m[0]) + 1))},", text)
    text = re.sub(rf"({_NUMBER})\s*‰", lambda m: f"千分之{counted(m[1])}", text)
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    text = re.sub(r"(?<=[\w%])\s*[~～〜]\s*(?=[\w-])", "-", text)
    text = re.sub(r"(?:(?<=[\u4e00-\u9fff\d])|^)\s*([<>])\s*(?=\d)", lambda m: "小于" if m[1] == "<" else "大于", text)
    return text.lstrip(",")


def in_words(text: str) -> str:
    """A plain text with every number in words."""
    text = _THOUSANDS.sub("", text)
    for pattern, say in RULES:
        text = pattern.sub(say, text)
    return re.sub(r"(?<=[,，;；、。!！?？]),+", "", text).strip(",")


def two(digits: str, unit: str) -> str:
    """A quantity; two of something is 两, and so are two thousand and more."""
    if digits.lstrip("0") == "2" and unit and unit in _MEASURE + "点万亿":
        return "两"
    return re.sub("^二(?=[千万亿])", "两", counted(digits))


def _share(number: str) -> str:
    return "百" if number == "100" else counted(number)


def _parts(match: re.Match[str]) -> str:
    """The parts of a telephone number."""
    return ",".join(map(dialled, match.groups()))


def _masked(match: re.Match[str]) -> str:
    """A number of which the middle or the end is hidden."""
    return ",".join(filter(None, (dialled(match[1]), "星号", dialled(match[2]))))


def _door(match: re.Match[str]) -> str:
    """Building, entrance and flat: 3-2-501."""
    return "杠".join(dialled(part) if len(part) > 2 else counted(part) for part in match[0].split("-"))


def _joined(match: re.Match[str]) -> str:
    """Numbers parted by points, as in an address of a machine or a version: each by itself."""
    return "点".join(dialled(part) if len(part) == 3 or part.startswith("0") else counted(part) for part in match[0].split("."))


def _release(match: re.Match[str]) -> str:
    """The number of a version, whose zeros count."""
    whole, part = match[0].split(".")
    return f"{counted(whole)}点{spelt(part)}"


def _clock(match: re.Match[str]) -> str:
    hour, minute = match[1], match[2]
    past = "" if minute == "00" else f"{'零' if minute[0] == '0' else ''}{counted(minute)}分"
    return f"{two(hour, '点')}点{past}"


def _day(match: re.Match[str]) -> str:
    year, month, day = match[1], match[3], match[4]
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match[0]
    return f"{spelt(year)}年{counted(month)}月{counted(day)}日"


def _calls(match: re.Match[str]) -> str:
    """Telephone numbers behind the word that says so, one or several."""
    return match[1] + re.sub(r"\d+", lambda digits: dialled(digits[0]), re.sub(r"(?<=\d)[- ]+(?=\d)", ",", match[2]))


def _quantity(match: re.Match[str]) -> str:
    ordinal, digits, behind = match[1], match[2], match[3]
    if digits.startswith("0") and "." not in digits and len(digits) > 1:
        return ordinal + spelt(digits)
    if len(digits) > 4 and "." not in digits and not re.match(_COUNTED, behind):
        return ordinal + dialled(digits)
    return ordinal + (counted(digits) if ordinal else two(digits, behind[:1]))


def _rooms(match: re.Match[str]) -> str:
    """The numbers of rooms behind their floor."""
    return re.sub(r"\d+", lambda digits: dialled(digits[0]), match[0]).replace("-", "到")


def _windows(match: re.Match[str]) -> str:
    return re.sub(r"\d+", lambda digits: window(digits[0]), match[0])


def window(digits: str) -> str:
    """The number of a window is a number, not a name: 12号窗口 is 十二号窗口; only long ones are spelt."""
    return counted(digits) if len(digits.lstrip("0")) <= 3 else spelt(digits)


PLACE = r"(?:号)?(?:窗口|窗|柜台|柜|服务台|台席)"
"""What stands behind the number of a window."""
_BEGIN, _END = r"(?<![\d.])", r"(?![\d.]*\d)"
RULES: list[Rule] = [
    (re.compile(r"https?://\S+?(?=[\s,。;)》]|$)"), "网址请看屏幕"),
    (re.compile(r"^\s*(\d{1,2})\.(?!\d)\s*"), lambda m: f"第{counted(m[1])},"),
    (re.compile(r"\((\d{1,2})\)(?=\D)"), lambda m: f",第{counted(m[1])},"),
    # names: telephones, rooms, windows, years
    (re.compile(r"\+86[- ]?(?=1\d{2})"), "加八六,"),
    (re.compile(rf"({_DIALLED})(\d[\d -]*\d(?:(?:[、,/]|或者?|和)\d[\d -]*\d)*)(?!\d*[{_MEASURE}])"), _calls),
    (re.compile(rf"{_BEGIN}(0\d{{2,3}})(?:[- ]?(?=\d{{7,8}}{_END})|-(?=\d{{5,6}}{_END}))(\d+)"), _parts),
    (re.compile(r"(?<![\d.])(\d+)\*{2,}(\d*)"), _masked),
    (
        re.compile(rf"{_BEGIN}([48]00|1[3-9]\d)[- ](\d{{3,4}})[- ](\d{{3,4}}){_END}"),
        _parts,
    ),
    (re.compile(rf"{_BEGIN}(\d{{3}})-(\d{{3,4}})-(\d{{3,4}}){_END}"), _parts),
    (re.compile(rf"((?:{_NAMES})(?:为|是|:)?\s*)(\d{{3,}})(?!\d|\.\d)"), lambda m: m[1] + dialled(m[2])),
    (re.compile(r"(?<!\d)(\d{3})(?=(?:国道|省道|县道|路(?:公交|车|[、,。;]|$)))"), lambda m: dialled(m[1])),
    (re.compile(rf"{_BEGIN}(110|114|119|120|122)(?=[、,。;!或和]|查号|报警|$)"), lambda m: dialled(m[1])),
    (re.compile(r"(?<!\d)(\d{3,4})(?=(?:号)?(?:室|房间|房|病房|诊室|办公室|会议室|教室))"), lambda m: dialled(m[1])),
    (re.compile(rf"(?<=[楼层])\d{{3,4}}(?:[、,和至到-]\d{{3,4}})*(?!\d|[.:]\d|\s*(?:{_COUNTED}|[{_MEASURE}]))"), _rooms),
    (re.compile(rf"(?<![\dA-Za-z.])\d{{1,4}}(?:(?:号)?[、,和至到-]\d{{1,4}})*(?={PLACE})"), _windows),
    (re.compile(rf"{_BEGIN}(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_END}"), _day),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-–—~至到/]+\s*((?:19|20)\d\d)(?!\d)"), lambda m: f"{spelt(m[1])}到{spelt(m[2])}"),
    (
        re.compile(rf"(?<![\dA-Za-z.-])((?:19|20)\d\d)[-.](0[1-9]|1[0-2])(?![-.\d])(?!\s*(?:[{_MEASURE}万亿%]|平方|立方))"),
        lambda m: f"{spelt(m[1])}年{counted(m[2])}月",
    ),
    (re.compile(r"(?<!\d)0([1-9])(?=月|日)"), lambda m: m[1]),
    (re.compile(r"(?<!\d)(\d{4})(?=年)"), lambda m: spelt(m[1])),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)(?=修[正订]|版|级|届|学年)"), lambda m: spelt(m[1])),
    (re.compile(r"[〔\[【](\d{4})[〕\]】]"), lambda m: f",{spelt(m[1])}年,"),
    (re.compile(r"\(((?:19|20)\d\d)\)"), lambda m: f",{spelt(m[1])}年,"),
    (re.compile(r"\bN[Oo]\. ?(?=\d)"), "编号"),
    (re.compile(r"(?<=[A-Za-z])-(\d{2,})-(\d{2,})(?![-\d])"), lambda m: f",{spelt(m[1])},{spelt(m[2])}"),
    (re.compile(rf"{_BEGIN}\d{{1,3}}(?:\.\d{{1,3}}){{2,}}{_END}"), _joined),
    (re.compile(r"(?<=[Vv])\d+\.\d+(?![.\d])|(?<![\d.])\d+\.\d+(?=版)"), _release),
    (re.compile(r"(?<=[A-Z] )(\d{3,6})[-—–](\d{4})(?!\d)"), lambda m: f"{spelt(m[1])},{spelt(m[2])}"),
    (re.compile(r"(?<=ISO )\d+"), lambda m: spelt(m[0])),
    (re.compile(rf"{_BEGIN}\d{{1,4}}(?:-\d{{1,4}}){{2,}}(?![-\d])"), _door),
    (re.compile(r"(?<=\d)-(?=[A-Z]\d)"), "到"),
    # times, money, shares, measures
    (re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)"), _clock),
    (re.compile(r"(?<!\d)(\d+):(\d+)(?!\d)"), lambda m: f"{counted(m[1])}比{counted(m[2])}"),
    (re.compile(r"(?<=\d)\s*[xX*]\s*(?=\d)|(?<=[\dA-Za-z米])\s*×\s*(?=\d)|(?<=[\dm米])\s*\*\s*(?=\d)"), "乘"),
    (re.compile(rf"([¥$])\s*({_NUMBER}\s*[万亿]?)(?:元|美元)?"), lambda m: m[2] + ("元" if m[1] == "¥" else "美元")),
    (
        re.compile(r"(?<=[元角分])/(?=[年月日天周次人份本件张个页户辆亩度吨斤套台块]|平方|立方|千瓦时|千克|小时|公里|公斤|季)"),
        "每",
    ),
    (re.compile("人·次"), "人次"),
    (re.compile(rf"(?<![\d度A-Za-z])-({_NUMBER})(?=\s*摄氏度)"), lambda m: f"零下{m[1]}"),
    (re.compile(rf"({_NUMBER})\s*[-–—~]\s*({_NUMBER})\s*%"), lambda m: f"百分之{_share(m[1])}到百分之{_share(m[2])}"),
    (re.compile(rf"({_NUMBER})\s*%"), lambda m: f"百分之{_share(m[1])}"),
    (
        re.compile(rf"({_NUMBER})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![A-Za-z0-9])"),
        lambda m: m[1] + _UNITS[m[2]],
    ),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), lambda m: f"{counted(m[2])}分之{counted(m[1])}"),
    (
        re.compile(
            rf"(?<=[\d{_SAID}{_MEASURE}点日月号楼吨岁斤克升里亩%度])\s*[-–—~]+\s*(?=(?:\d|[{_SAID}两]|百分之|千分之|零下|周|星期|[次当翌]日|[上下]午))"
            r"|(?<=周[一二三四五六日天])\s*[-–—~]+\s*(?=周)"
        ),
        "到",
    ),
    (re.compile(r"(?<![\w)%.-])-(?=\d)|(?<=[\u4e00-\u9fff])-(?=\d[层楼])"), "负"),
    (re.compile(r"(?<=\w)\+(?=\w)"), "加"),
    (re.compile(r"(?<=\d)\+"), "以上"),
    # everything else
    (re.compile(r"([A-Za-z])(\d+)(?![\d.])"), lambda m: m[1] + spelt(m[2])),
    (re.compile(rf"(第?)\s*({_NUMBER})\s*(?=(\D{{0,2}}))"), _quantity),
    (re.compile(r"\s*[()—–/·•]+\s*"), ","),
    (re.compile(r"[《》〔〕【】“”‘’\"]"), ""),
]
"""One after another; what one rule has put into words the later ones leave alone."""
