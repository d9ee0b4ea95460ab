"""Finding items by what people type, judged against a plain look at every name."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from contract.guides.guide_file import BadGuide, open_guides, sha256
from contract.guides.pinyin import Pinyin, one_slip_apart, pieces, plain
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"
CATALOGUE = load(WUSHAN)


@pytest.fixture(scope="module")
def guides(tmp_path_factory):
    path = tmp_path_factory.mktemp("guide") / "guide.db"
    build(CATALOGUE, path, "7")
    opened = open_guides(path)
    yield opened
    opened.close()


def names(guides, query, limit=20):
    return [entry.name.zh for entry in guides.search(query, limit)]


@pytest.mark.parametrize(
    "query", ["社保卡", "社保", "sbk", "SBK", "shebaoka", "she bao ka", "shebk", "sbka", "sheb", "社bao卡", "社bk", "shebaok"]
)
def test_the_social_security_card_is_found_however_it_is_typed(guides, query):
    assert "社会保障卡申领" in names(guides, query)


@pytest.mark.parametrize("query", ["社宝卡", "shebapka", "shebaoak", "shbaoka", "sheebaoka", "舍保卡"])
def test_one_slip_is_put_right(guides, query):
    assert "社会保障卡申领" in names(guides, query)


def test_something_for_old_people_is_found_by_initials(guides):
    assert names(guides, "lnr")[0] == "老年人优待证"
    assert {"高龄津贴", "老年人优待证"} <= set(names(guides, "laoren") + names(guides, "lnr"))


def test_what_people_call_it_leads_to_the_official_name(guides):
    assert names(guides, "低保")[0] == "最低生活保障"
    assert "国有建设用地使用权及房屋所有权转移登记" in names(guides, "过户")


def test_english_words_and_codes_are_found(guides):
    assert "结婚登记" in names(guides, "marriage")
    assert names(guides, "62052400mz-xk-0001") == ["社会团体成立登记"]


def test_the_matched_part_is_marked(guides):
    entry = next(e for e in guides.search("jinti") if e.name.zh == "高龄津贴")
    assert entry.matched[entry.start : entry.start + entry.length] == "津贴"


def test_a_name_that_begins_so_comes_before_one_that_contains_it(guides):
    found = names(guides, "公司")
    assert found.index("公司变更登记") < found.index("企业注销登记")


def test_pages_of_results_follow_each_other(guides):
    whole = names(guides, "dj", 50)
    paged = [e.name.zh for skip in range(0, 50, 7) for e in guides.search("dj", 7, skip)]
    assert paged[: len(whole)] == whole
    assert len(whole) == len(set(whole)) > 7


@pytest.mark.parametrize("query", ["", "   ", "!!", "'", "%", "\n", "\0", "🙂", "qqqqqqqq", "社" * 500, "x" * 10_000])
def test_a_query_that_means_nothing_finds_nothing(guides, query):
    assert guides.search(query) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(query=st.text(alphabet=st.sampled_from("社保卡登记aeinghosz' 1-\n%\0户é"), max_size=12) | st.text(max_size=12))
def test_any_query_gets_an_answer_without_a_twin(guides, query):
    ids = [entry.id for entry in guides.search(query, 100)]
    assert len(ids) == len(set(ids))


LINES = [(item.id, line) for item in CATALOGUE.items for line in (item.name.zh, *item.words)]


def cut(dice, length):
    """Some neighbouring Chinese characters of a line, and their pinyin in that line."""
    while True:
        _, line = dice.choice(LINES)
        start = dice.randint(0, max(0, len(line) - length))
        part = line[start : start + length]
        sounds = lazy_pinyin(line)
        if len(part) == length and len(sounds) == len(line) and all("\u4e00" <= c <= "\u9fff" for c in part):
            return part, sounds[start : start + length]


def test_every_query_of_two_or_more_characters_is_answered_in_full(guides):
    dice = random.Random(3)
    for _ in range(300):
        part, _ = cut(dice, dice.randint(2, 5))
        wanted = {item for item, line in LINES if part in line}
        assert wanted <= {e.id for e in guides.search(part, 1000)}, part


@pytest.mark.parametrize("typed", ["initials", "whole", "unfinished", "mixed", "first in full"])
def test_every_way_of_typing_finds_all_that_it_means(guides, typed):
    dice = random.Random(typed)
    for _ in range(200):
        part, sounds = cut(dice, dice.randint(2, 4))
        query = {
            "initials": "".join(s[0] for s in sounds),
            "whole": "".join(sounds),
            "unfinished": "".join(sounds[:-1]) + sounds[-1][: dice.randint(1, len(sounds[-1]))],
            "mixed": part[0] + "".join(sounds[1:]),
            "first in full": sounds[0] + "".join(s[0] for s in sounds[1:]),
        }[typed]
        wanted = {item for item, line in LINES if part in line}
        assert wanted <= {e.id for e in guides.search(query, 1000)}, (query, part)


def test_nine_of_ten_slips_still_lead_to_the_item_that_was_meant(guides):
    dice = random.Random(5)
    missed = []
    for _ in range(200):
        part, sounds = cut(dice, dice.randint(3, 4))
        letters = "".join(sounds)
        place = dice.randrange(len(letters))
        wrong = letters[:place] + dice.choice("abcdefghjklmnpqrstwxyz") + letters[place + 1 :]
        wanted = {item for item, line in LINES if part in line}
        if not wanted & {e.id for e in guides.search(wrong, 1000)}:
            missed.append((wrong, part))
    assert len(missed) <= 20, missed


def test_lists_by_theme_department_life_event_and_audience(guides):
    assert "高龄津贴" in [e.name.zh for e in guides.of_theme("family")]
    assert len(guides.departments()) == len({item.department for item in CATALOGUE.items})
    assert all(guides.of_department(d.zh) for d in guides.departments())
    assert {e.id for e in guides.of_life_event("newborn")} == {i.id for i in CATALOGUE.items if "newborn" in i.life_events}
    assert {e.id for e in guides.of_audience("enterprise")} == {i.id for i in CATALOGUE.items if "enterprise" in i.audience}


@pytest.mark.parametrize("key", ["%", "_%", "person%", "% %", "", " ", "person enterprise%", "' OR 1=1 --"])
def test_a_key_that_somebody_made_up_lists_nothing(guides, key):
    for listed in (guides.of_theme, guides.of_department, guides.of_life_event, guides.of_audience):
        assert listed(key) == []


def test_pages_of_a_list_are_the_whole_list(guides):
    department = guides.departments()[0].zh
    lists = {guides.of_theme: "family", guides.of_department: department, guides.of_audience: "person"}
    for listed, key in (lists | {guides.of_life_event: "newborn"}).items():
        whole = listed(key)
        pages = [listed(key, skip, 3) for skip in range(0, len(whole) + 3, 3)]
        assert whole and [entry for page in pages for entry in page] == whole
        assert all(len(page) <= 3 for page in pages)


def test_a_guide_comes_back_whole(guides):
    for item in CATALOGUE.items:
        assert guides.item(item.id) == item
    assert guides.item("nothing") is None
    assert guides.version == "7"
    assert guides.shared["example"] is True


def test_a_guide_file_is_known_by_its_digest(tmp_path):
    path = tmp_path / "guide.db"
    digest = build(CATALOGUE, path, "1")
    assert digest == sha256(path)
    open_guides(path, digest).close()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(BadGuide, match="fetch it again"):
        open_guides(path, digest)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look at" * 100])
def test_a_damaged_guide_file_is_refused(tmp_path, content):
    path = tmp_path / "guide.db"
    path.write_bytes(content)
    with pytest.raises(BadGuide):
        open_guides(path)


def test_a_missing_guide_file_and_a_foreign_format_are_refused(tmp_path):
    path = tmp_path / "guide.db"
    with pytest.raises(BadGuide, match="does not exist"):
        open_guides(path)
    build(CATALOGUE, path, "1")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE meta SET value = CAST('jiaohao-guide-9' AS BLOB) WHERE key = 'format'")
    with pytest.raises(BadGuide, match="jiaohao-guide-9"):
        open_guides(path)


def test_pinyin_is_read_as_syllables_initials_and_unfinished_ends():
    pinyin = Pinyin(["she", "bao", "ka", "xi", "an", "xian", "zhang"])
    first = pinyin.readings("shebaoka")[0]
    assert [t.text for t in first] == ["she", "bao", "ka"]
    assert {tuple(t.text for t in r) for r in pinyin.readings("xian")} >= {("xian",), ("xi", "an"), ("x", "i", "a", "n")}
    assert any([t.text for t in r] == ["she", "zha"] and r[1].kind == "part" for r in pinyin.readings("shezha"))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_the_plain_form_keeps_every_place(text):
    assert len(plain(text)) == len(text)
    assert "\n" not in plain(text)
    assert sum(map(len, pieces(text))) <= 40


@settings(deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_slip_is_a_symmetric_relation(one, other):
    assert one_slip_apart(one, other) == one_slip_apart(other, one)
    assert not one_slip_apart(one, one)
