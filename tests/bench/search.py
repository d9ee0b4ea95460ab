"""Key press to ranked results over 100,000 service items, beside SQLite's LIKE and FTS5 (trigram) in the same run.

Queries are what people type: cut out of the names as characters, initials, whole or unfinished pinyin, mixed, and with a slip.
`answered` is the share of queries with all their items found, judged by a plain look at every name (slips: the meant item is
among the first twenty). The engines beside ours know characters only, so they get the character queries alone.
"""

from __future__ import annotations

import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pypinyin import lazy_pinyin

from contract.guides.guide_file import FORMAT, SCHEMA, Guides, open_guides
from queue_server.catalogue.index import Row as Searched
from queue_server.catalogue.index import write_index
from tests.bench import search_page
from tests.bench.report import Row, percentile

SUBJECTS = [
    "公司", "企业", "个体工商户", "合作社", "食品经营", "餐饮服务", "药品零售", "医疗器械", "特种设备", "公共场所", "道路货运", "道路客运",
    "出租汽车", "机动车", "驾驶证", "居民身份证", "户口", "居住证", "护照", "社会保障卡", "养老保险", "失业保险", "工伤保险", "生育保险",
    "医疗保险", "异地就医", "慢性病", "低保", "特困人员", "临时救助", "高龄津贴", "残疾人证", "残疾人补贴", "退役军人", "优待证", "法律援助",
    "教师资格", "助学贷款", "义务教育", "幼儿园", "不动产", "抵押权", "宅基地", "施工", "公租房", "契税", "增值税", "发票", "公积金",
    "种子生产", "农药经营", "动物防疫", "拖拉机", "林木采伐", "取水", "排污", "户外广告", "烟花爆竹", "印刷经营", "出版物", "娱乐场所",
]  # fmt: skip
ACTIONS = [
    "申领", "申请", "登记", "设立登记", "变更登记", "注销登记", "许可", "延续", "补办", "换发", "备案", "年审", "查询", "认定", "核准",
    "审批", "发放", "缴费", "报销", "转移",
]  # fmt: skip
QUALIFIERS = [
    "首次", "跨省", "本市", "县级", "乡镇", "个人", "单位", "外籍", "未成年人", "老年人", "农村", "城镇", "临时", "特殊", "重大",
    "小型", "一般", "紧急", "网上", "现场",
]  # fmt: skip


def names(count: int, seed: int = 7) -> list[str]:
    """`count` different names built like those of real lists."""
    dice = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        parts = [dice.choice(QUALIFIERS) for _ in range(dice.randint(0, 2))]
        parts += [dice.choice(SUBJECTS) for _ in range(dice.randint(1, 2))] + [dice.choice(ACTIONS)]
        if dice.random() < 0.3:
            parts.append(f"({dice.choice(QUALIFIERS)}{dice.choice(ACTIONS)})")
        made["".join(parts)] = None
    return list(made)


def queries(rows: list[str], count: int, seed: int = 8) -> list[tuple[str, str, str]]:
    """(kind, what is typed, the characters meant)."""
    dice = random.Random(seed)
    made = []
    kinds = ("characters", "two characters", "initials", "pinyin", "unfinished", "mixed", "slip")
    while len(made) < count:
        name, kind = dice.choice(rows), kinds[len(made) % len(kinds)]
        size = 2 if kind == "two characters" else dice.randint(2, 5)
        start = dice.randint(0, max(0, len(name) - size))
        meant = name[start : start + size]
        if "(" in meant or ")" in meant or len(meant) < 2 or (kind == "slip" and len(meant) < 3):
            continue
        made.append((kind, _typed(kind, meant, dice), meant))
    return made


def _typed(kind: str, meant: str, dice: random.Random) -> str:
    sounds = lazy_pinyin(meant)
    letters = "".join(sounds)
    place = dice.randrange(1, len(letters))
    return {
        "characters": meant,
        "two characters": meant,
        "initials": "".join(s[0] for s in sounds),
        "pinyin": letters,
        "unfinished": letters[: max(2, len(letters) - dice.randint(1, 2))],
        "mixed": meant[0] + "".join(sounds[1:]),
        "slip": letters[:place] + dice.choice("abcdefghijklmnopqrstuwxyz") + letters[place + 1 :],
    }[kind]


def build(path: Path, rows: list[str]) -> float:
    """Write a guide file of bare names; return the seconds it took."""
    began = time.perf_counter()
    file = sqlite3.connect(path)
    file.executescript(SCHEMA)
    file.executemany(
        "INSERT INTO item VALUES (?,?,?,'','','','','person',x'')", ((no, f"i{no}", name) for no, name in enumerate(rows))
    )
    shared = {"format": FORMAT, "version": "1", "shared": "{}"}
    file.executemany("INSERT INTO meta VALUES (?,?)", [(k, v.encode()) for k, v in shared.items()])
    write_index(file, [Searched(f"i{no}", name, (), ()) for no, name in enumerate(rows)])
    file.commit()
    file.close()
    return time.perf_counter() - began


def timed(ask: Callable[[str], object], asked: list[str]) -> tuple[float, float]:
    """p50 and p99 in milliseconds of processor time: what other programs take of the machine does not count."""
    took = []
    for text in asked:
        began = time.process_time()
        ask(text)
        took.append((time.process_time() - began) * 1e3)
    return percentile(took, 0.5), percentile(took, 0.99)


def peers(items: list[str]) -> dict[str, Callable[[str], list[int]]]:
    """SQLite's own ways over the same names, twenty results in rank order."""
    file = sqlite3.connect(":memory:")
    file.execute("CREATE TABLE plain (name TEXT)")
    file.execute("CREATE VIRTUAL TABLE three USING fts5(name, tokenize='trigram')")
    for table in ("plain", "three"):
        file.executemany(f"INSERT INTO {table}(rowid, name) VALUES (?,?)", enumerate(items))
    like = "SELECT rowid FROM plain WHERE name LIKE '%'||?||'%' ORDER BY length(name), name LIMIT 20"
    match = "SELECT rowid FROM three WHERE name MATCH ? ORDER BY rank LIMIT 20"
    return {
        "LIKE": lambda text: [r[0] for r in file.execute(like, (text,))],
        "FTS5 trigram": lambda text: [r[0] for r in file.execute(match, (f'"{text}"',))],
    }


def rows(count: int = 100_000, asking: int = 2_100) -> Iterator[Row]:
    """Build the index, ask, and set it beside SQLite's own ways."""
    items = names(count)
    asked = queries(items, asking)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guide.db"
        took = build(path, items)
        yield Row(f"search: index of {count:,} items built", f"{took:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        began, before = time.perf_counter(), resident_mb()
        guides = open_guides(path)
        try:
            opened = (time.perf_counter() - began) * 1e3
            yield Row("search: index opened", f"{opened:.0f} ms, {resident_mb() - before:.0f} MB more memory")
            yield from _figures(guides, items, asked)
        finally:
            guides.close()
        yield from search_page.rows(path)


def _figures(guides: Guides, items: list[str], asked: list[tuple[str, str, str]]) -> Iterator[Row]:
    characters = [typed for kind, typed, _ in asked if kind.endswith("characters")]
    p50, p99 = timed(guides.search, characters)
    for name, ask in peers(items).items():
        theirs = timed(ask, characters)
        found = sum(bool(ask(text)) for text in characters) / len(characters)
        beside = f"{name} {theirs[0]:.1f} / {theirs[1]:.1f} ms, answers {found:.0%}"
        yield Row("search: characters, p50 / p99", f"{p50:.1f} / {p99:.1f} ms", beside, p99 / theirs[1])
    for kind in dict.fromkeys(kind for kind, _, _ in asked):
        mine = [(typed, meant) for k, typed, meant in asked if k == kind]
        p50, p99 = timed(guides.search, [typed for typed, _ in mine])
        share = sum(_answered(guides, items, kind, typed, meant) for typed, meant in mine[:25]) / len(mine[:25])
        met = None if kind == "slip" else share == 1
        yield Row(
            f"search: {kind}, p50 / p99",
            f"{p50:.1f} / {p99:.1f} ms, in full {share:.0%}",
            aim="" if met is None else "100%",
            met=met,
        )
    p50, p99 = timed(guides.search, [typed for _, typed, _ in asked])
    yield Row("search: all kinds, p50 / p99", f"{p50:.1f} / {p99:.1f} ms", aim="p99 under 5 ms", met=p99 < 5)


def _answered(guides: Guides, items: list[str], kind: str, typed: str, meant: str) -> bool:
    if kind == "slip":
        return any(meant in entry.name.zh for entry in guides.search(typed))
    found = {entry.id for entry in guides.search(typed, limit=len(items))}
    return {f"i{no}" for no, name in enumerate(items) if meant in name} <= found


def resident_mb() -> float:
    """The memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
