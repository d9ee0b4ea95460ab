"""What people ask in their own words, and names with all their marks, lead to the items that they mean."""

from pathlib import Path

import pytest

from contract.guides.guide_file import open_guides
from contract.guides.texts import bare
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load

CATALOGUE = load(Path(__file__).parents[4] / "assets/halls/wushan")
ASKED = {
    "身份证丢了": "居民身份证申领、换领、补领",
    "丢了身份证": "居民身份证申领、换领、补领",
    "补办身份证": "居民身份证申领、换领、补领",
    "我的身份证不见了怎么办": "居民身份证申领、换领、补领",
    "身份证过期了": "居民身份证申领、换领、补领",
    "社保卡丢了怎么办": "社会保障卡挂失和补换",
    "低保怎么申请": "最低生活保障",
    "怎么才能吃低保": "最低生活保障",
    "驾照换证": "机动车驾驶证期满换证",
    "驾照到期了": "机动车驾驶证期满换证",
    "驾照丢了去哪里补": "机动车驾驶证补证",
    "医保异地": "异地就医备案",
    "在兰州看病医保能报吗，异地就医怎么办": "异地就医备案",
    "我要开饭店": "食品经营许可证核发",
    "想开个面馆": "食品经营许可证核发",
    "面馆": "食品经营许可证核发",
    "餐馆": "食品经营许可证核发",
    "小吃": "食品经营许可证核发",
    "超市": "食品经营许可证核发",
    "mianguan": "食品经营许可证核发",
    "kaimianguan": "食品经营许可证核发",
    "canguan": "食品经营许可证核发",
    "小孩上户口": "出生登记（新生儿落户）",
    "新生儿上户口": "出生登记（新生儿落户）",
    "生孩子": "出生登记（新生儿落户）",
    "死人": "死亡注销户口",
    "死了": "死亡注销户口",
    "母亲去世": "死亡注销户口",
    "我妈去世了": "死亡注销户口",
    "身后事": "死亡注销户口",
    "遗产": "国有建设用地使用权及房屋所有权转移登记",
    "房子继承要什么材料": "国有建设用地使用权及房屋所有权转移登记",
    "老板拖欠工资": "法律援助申请",
    "欠薪": "法律援助申请",
    "工资": "法律援助申请",
    "上学": "义务教育阶段学生转学",
    "小孩上学": "义务教育阶段学生转学",
    "hkb": "出生登记（新生儿落户）",
    "buka": "社会保障卡挂失和补换",
    "营业执照": "个体工商户设立登记",
    "办个营业执照": "公司设立登记",
    "开餐饮店": "食品经营许可证核发",
    "结婚证丢了怎么补": "补领婚姻登记证",
    "我想离婚": "离婚登记",
    "restaurant": "食品经营许可证核发",
    "open a restaurant": "食品经营许可证核发",
    "business license": "公司设立登记",
    "complaint": "“办不成事”反映",
    "id": "居民身份证申领、换领、补领",
    "I lost my identity card": "居民身份证申领、换领、补领",
    "renew my driving license": "机动车驾驶证期满换证",
}
FIRST_PAGE = 8


@pytest.fixture(scope="module")
def guides(tmp_path_factory):
    path = tmp_path_factory.mktemp("guide") / "guide.db"
    build(CATALOGUE, path, "7")
    opened = open_guides(path)
    yield opened
    opened.close()


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_in_everyday_words_finds_the_item(guides, asked):
    assert ASKED[asked] in [entry.name.zh for entry in guides.search(asked, FIRST_PAGE)]


@pytest.mark.parametrize("name", [item.name for item in CATALOGUE.items], ids=lambda name: name.zh)
def test_every_item_is_found_by_its_own_name_with_and_without_marks(guides, name):
    for typed in (name.zh, bare(name.zh), f"“{name.zh}”", f"{name.zh}怎么办", name.zh.replace("、", " "), name.en):
        assert guides.search(typed, 1)[0].name == name, typed


def test_the_matched_part_of_a_name_with_marks_is_marked_as_it_is_written(guides):
    entry = guides.search("换领补领", 1)[0]
    assert entry.matched[entry.start : entry.start + entry.length] == "换领、补领"
    entry = guides.search("登记新生儿落户怎么办", 1)[0]
    assert entry.matched[entry.start : entry.start + entry.length] == "登记（新生儿落户"


def test_what_has_more_of_the_sentence_comes_first(guides):
    found = [entry.name.zh for entry in guides.search("身份证丢了", 20)]
    assert found.index("居民身份证申领、换领、补领") < found.index("临时居民身份证")


def test_a_sentence_of_which_nothing_is_known_finds_nothing(guides):
    assert guides.search("今天天气真不错呀") == []
    assert guides.search("what a lovely sunny morning") == []
