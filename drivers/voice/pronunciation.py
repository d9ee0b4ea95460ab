"""Chinese characters as pinyin, so that each is said as its word wants it.

espeak-ng takes one reading for every character, and for some a wrong one: 行 of 银行 as in 进行, 务 and 欢 without their tone.
pypinyin's dictionary of 47,000 phrases knows better; what it lacks or has wrong for a hall is here. espeak-ng says pinyin like
the characters themselves, and joins third tones by itself.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

_HANZI = re.compile(r"[\u3400-\u9fff]+")
ALONE = {
    **{"长": "chang2", "子": "zi3", "得": "de2", "地": "di4", "为": "wei2", "尽": "jin4", "干": "gan4", "更": "geng4"},
    **{"似": "si4", "甸": "dian4", "侗": "dong4", "掺": "chan1", "囤": "tun2", "娩": "mian3", "肋": "lei4", "行": "xing2"},
    **{"处": "chu4", "数": "shu4", "调": "diao4", "重": "zhong4", "还": "hai2", "种": "zhong3", "只": "zhi3", "都": "dou1"},
    **{"量": "liang4", "间": "jian1", "应": "ying1", "当": "dang1", "中": "zhong1", "分": "fen1", "好": "hao3", "会": "hui4"},
}
"""Characters that are no part of a phrase of the dictionary, where its first reading is not the usual one of a hall."""
COUNTED = "个次下份张天年名位种项条家米元些百千万亿套件周辆间段点批户只把口遍式笔届站边"
"""Behind 一 these are counted, and 一 takes its tone from theirs; as a digit and behind 第 it keeps its own."""
NUMBERED = "月日号楼层"
NUMERALS = "第十百千万亿零幺一二三四五六七八九两"
WORDS_IN_ONE = "统唯逐专单"
"""Characters that 一 ends a word with."""
OWN = (
    (re.compile("(?<=[银分支])行(?!长[期久])|(?<![进执])行(?=号)"), "hang2"),
    (re.compile("(?<=[进执履推实施举运现自试])行"), "xing2"),
    (re.compile("(?<=同)行(?=人)"), "xing2"),
    (re.compile("(?<=行)号"), "hao4"),
    (re.compile("(?<![严体尊注侧慎加])重(?=[新复办建做填报名置组审返录印])"), "chong2"),
    (re.compile("(?<=变)更|更(?=[改正换名新])"), "geng1"),
    (re.compile("(?<=[偿退归返交发])还|还(?=[款贷清本]|给(?!予))"), "huan2"),
    (re.compile("还(?=给予)"), "hai2"),
    (re.compile("(?<=[校院家村镇乡县区州局市省厅处科所站队组会班部书园事店股庭])长(?![期久度远途达])"), "zhang3"),
    (re.compile("长(?=[度期短久远途达])"), "chang2"),
    (re.compile("处(?=[理置罚分方])"), "chu3"),
    (re.compile("(?<=[照相图])片"), "pian4"),
    (re.compile("相(?=[片机])"), "xiang4"),
    (re.compile("会(?=计)"), "kuai4"),
    (re.compile("给(?=[予付]|排水)"), "ji3"),
    (re.compile("畜(?=牧)"), "xu4"),
    (re.compile("脏(?=[乱水物])"), "zang1"),
    (re.compile("调(?=[档取阅])"), "diao4"),
    (re.compile("调(?=[整解节剂和停休试控])"), "tiao2"),
    (re.compile("(?<=[上下])调(?![查动取阅档研用配度解节试整])"), "tiao2"),
    (re.compile("当(?=[场地事选代前])"), "dang1"),
    (re.compile("当(?=[日天月晚])|(?<=正)当"), "dang4"),
    (re.compile("应(?=诉)"), "ying4"),
    (re.compile("(?<=接)种|(?<![各这那一二两三四几多品某此该何本])种(?=[粮养田地菜树花草果茶])"), "zhong4"),
    (re.compile("(?<=[缘职])分"), "fen4"),
    (re.compile("(?<=证件)相(?![关应同符互似比近对])"), "xiang4"),
    (re.compile("(?<=散)发"), "fa1"),
    (re.compile("系(?=安全带|鞋|好安全)"), "ji4"),
    (re.compile("量(?=身高|身定)"), "liang2"),
    (re.compile("数(?=清楚|一遍|一数)"), "shu3"),
    (re.compile("(?<=呕)吐"), "tu4"),
    (re.compile("曾(?=姓|某|先生|女士)"), "zeng1"),
    (re.compile("单(?=先生|女士)"), "shan4"),
    (re.compile("解(?=先生|女士)"), "xie4"),
    (re.compile("朴(?=先生|女士)"), "piao2"),
    (re.compile("仇(?=先生|女士)"), "qiu2"),
    (re.compile("(?<!目)的(?![确士])"), "de5"),
    (re.compile("(?<=[办说做写填看听读走跑等解])得(?=[很快好清太比更慢多完怎])"), "de5"),
    (re.compile("(?<=还)得(?=[去来要带办交等填先])"), "dei3"),
    (re.compile("(?<=所)得"), "de2"),
    (re.compile("(?<=因)为|(?<![成分作认称改变视列定转设是])为(?=[您你我他她了此何]|人民|群众)|^为(?=[全深进加])"), "wei4"),
    (
        re.compile(
            "(?<=认真|积极|及时|有效|主动|自觉|依法|妥善|快速|顺利|耐心|仔细|如实|准确|完整|逐一|热情|详细|清楚|全面|严格|合理|迅速|高效|更好)地"
            "(?![带区点方址段])"
        ),
        "de5",
    ),
)
"""By their surroundings: these count more than the dictionary."""


def pronounced(text: str) -> str:
    """Chinese text with its characters as pinyin, tones as numbers; whatever is no Chinese character stays."""
    return re.sub(r" {2,}", " ", _HANZI.sub(lambda run: f" {' '.join(syllables(run[0]))} ", text)).strip()


def syllables(run: str) -> list[str]:
    """The pinyin of Chinese characters that follow each other, one for each; a character that nobody knows stays."""
    found: list[str] = []
    for word in seg.cut(run):
        if len(word) == 1 and word in ALONE:
            found.append(ALONE[word])
        else:
            readings = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
            found += readings if len(readings) == len(word) else list(word)
    for pattern, pinyin in OWN:
        for match in pattern.finditer(run):
            found[match.start()] = pinyin
    for place, (character, (_, after)) in enumerate(zip(run, pairwise(found), strict=False)):
        if character == "不" and after.endswith("4"):
            found[place] = "bu2"
        if character == "一":
            found[place] = _one(run, place, after) or found[place]
    return found


def _one(run: str, place: int, after: str) -> str | None:
    """The pinyin of the 一 at `place`, before a syllable `after`; None where it is as the dictionary says."""
    before, behind = run[place - 1 : place] or " ", run[place + 1]
    if behind not in COUNTED + NUMBERED:
        return None
    if behind in NUMBERED or before in NUMERALS + WORDS_IN_ONE:
        return "yi1"
    return "yi2" if after.endswith("4") else "yi4"
