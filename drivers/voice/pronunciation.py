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
OWN = (
    (re.compile("(?<=[银分支])行(?!长[期久])|(?<![进执])行(?=号)"), "hang2"),
    (re.compile("(?<=[进执履推实施举运现自试])行"), "xing2"),
    (re.compile("(?<=行)号"), "hao4"),
    (re.compile("(?<![严体尊注侧慎加])重(?=[新复办建做填报])"), "chong2"),
    (re.compile("(?<=变)更|更(?=[改正换名新])"), "geng1"),
    (re.compile("(?<=[偿退归返交发])还|还(?=[款贷清本]|给(?!予))"), "huan2"),
    (re.compile("还(?=给予)"), "hai2"),
    (re.compile("(?<=[校院家村镇县局市省厅处科所站队组会班部])长(?![期久度远途达])"), "zhang3"),
    (re.compile("长(?=[度期短久远途达])"), "chang2"),
    (re.compile("处(?=[理置罚分方])"), "chu3"),
    (re.compile("(?<=[照相图])片"), "pian4"),
    (re.compile("相(?=[片机])"), "xiang4"),
    (re.compile("会(?=计)"), "kuai4"),
    (re.compile("给(?=[予付])"), "ji3"),
    (re.compile("畜(?=牧)"), "xu4"),
    (re.compile("脏(?=[乱水物])"), "zang1"),
    (re.compile("调(?=[档取阅])"), "diao4"),
    (re.compile("调(?=[整解节剂和停休试控])"), "tiao2"),
    (re.compile("当(?=[场地事选代前])"), "dang1"),
    (re.compile("(?<!目)的(?![确士])"), "de5"),
    (re.compile("(?<=所)得"), "de2"),
    (re.compile("(?<=因)为|(?<![成分作认称改变视列定转设是])为(?=[您你我他她了此何]|人民|群众)|^为(?=[全深进加])"), "wei4"),
    (re.compile("(?<=认真|积极|及时|有效|主动|自觉|依法|妥善)地"), "de5"),
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
    return found
