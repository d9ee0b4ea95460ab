"""What people say for the words of the lists: an item with 驾驶证 in its name is found by 驾照 too, in every hall.

The words go into the guide file beside the item's own, so that phones and kiosks find the same, by characters, pinyin and
initials. Words that only one item has stand with the item (`words`), not here.
"""

from __future__ import annotations

from collections.abc import Sequence

SAID_FOR: Sequence[tuple[str, str, str]] = (
    # words of the lists; what people say; the same in English
    ("补领 补证 补办 补换 挂失 换领", "丢了 丢失 遗失 不见了 掉了 找不到了 补办", "lost replace"),
    ("换证 换领 换发 期满 到期", "过期 过期了 到期 换证 换新证", "renew expired"),
    ("证申领 证办理 证签发", "办证", ""),
    ("身份证", "身份证 补办身份证 办身份证", "identity card"),
    ("户口 落户", "户口本 户口簿 户籍", "household registration"),
    ("出生 新生儿", "生孩子 生小孩 小孩 孩子 娃娃 宝宝 婴儿 上户口 小孩上户口", "baby birth newborn"),
    ("死亡 去世 身后", "死人 死了 去世 过世 不在了 办后事 亲人去世 母亲去世 父亲去世", "death died funeral"),
    ("转移登记 继承", "遗产 继承 遗嘱", "inheritance"),
    ("驾驶证", "驾照 驾驶本 驾驶证", "driving license driver"),
    ("机动车", "汽车 车子 车辆", "car vehicle"),
    ("检验合格标志 机动车检验", "年审 年检 审车 验车", "inspection"),
    ("食品经营 餐饮", "饭店 饭馆 餐馆 餐厅 面馆 小吃 小吃店 早餐店 奶茶店 食堂 开饭店 开面馆", "restaurant cafe snack bar"),
    ("食品经营 个体工商户", "超市 小卖部 便利店 商店", "shop supermarket"),
    ("公司设立 个体工商户设立 企业设立", "营业执照 办执照 开店 做生意 工商登记", "business license"),
    ("企业注销 公司注销 清税", "关店 不干了 注销执照", "close business"),
    ("义务教育 入学 转学 学籍", "上学 小学 初中 孩子上学 小孩上学 转学校", "school pupil"),
    ("幼儿园 学前教育", "幼儿园 上幼儿园", "kindergarten"),
    ("助学贷款", "上大学 学费 大学生", "student loan"),
    ("法律援助", "打官司 请律师", "lawyer"),
    ("法律援助 劳动 欠薪", "欠薪 讨薪 拖欠工资 工资 老板不给钱", "wages unpaid salary"),
    ("最低生活保障", "低保 吃低保 低保户 困难补助", "poor allowance"),
    ("临时救助 特困", "没钱 困难 救济", "poverty"),
    ("医疗保险 医保 就医 医疗费用", "医保 看病 住院 医药费", "medical insurance hospital"),
    ("异地就医", "医保异地 外地看病 外省看病", "other province"),
    ("社会保障卡挂失", "补卡", ""),
    ("社会保障卡", "社保卡 医保卡 社保", "social security card"),
    ("社会保险 养老保险", "社保 交社保 查社保", "social insurance"),
    ("养老 退休", "养老金 退休金 退休", "pension"),
    ("失业", "没工作 下岗", "unemployed"),
    ("就业 创业", "找工作", "job"),
    ("残疾", "残疾证 残疾人", "disabled"),
    ("老年 高龄", "老人 老年人 老年卡", "elderly senior"),
    ("不动产 房屋", "房产证 房本 房子 房产", "house property flat"),
    ("公积金", "公积金", "provident fund"),
    ("公共租赁住房 住房保障", "公租房 廉租房 租房", "rent housing"),
    ("宅基地", "盖房子 建房 自建房", "village house"),
    ("结婚 婚姻", "领证 结婚 结婚证", "marry wedding"),
    ("离婚", "离婚 离婚证", "divorced"),
    ("护照 出入境", "出国 护照", "abroad"),
    ("居住证", "暂住证", ""),
    ("教师资格", "教师证 当老师", "teacher"),
    ("退役 优抚", "当兵 退伍 部队", "army soldier"),
    ("办不成事", "投诉 举报 提意见", "complaint complain"),
    ("发票", "开发票", "invoice receipt"),
    ("许可证", "办许可证", "license permit"),
)


def everyday(lines: Sequence[str]) -> list[str]:
    """What people say for an item whose name and words are `lines`; it may hold what stands there already."""
    said: dict[str, None] = {}
    for listed, chinese, english in SAID_FOR:
        if any(word in line for word in listed.split() for line in lines):
            said |= dict.fromkeys([*chinese.split(), *english.split()])
    return list(said)
