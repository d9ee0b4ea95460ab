"""Every word of a hall is said as it should be: one reading for each character, also of those that have several.

Each line was looked at; the readings are those of 现代汉语词典, neutral tones as tone 5.
"""

from __future__ import annotations

import subprocess

import pytest

from drivers.voice.espeak import VOICES
from drivers.voice.pronunciation import pronounced

MISREAD_BEFORE = """
调解 tiao2 jie3, 调整 tiao2 zheng3, 协调 xie2 tiao2, 了解 liao3 jie3, 得到 de2 dao4, 取得 qu3 de2, 着装 zhuo2 zhuang1, 差额 cha1 e2,
藏族 zang4 zu2, 西藏 xi1 zang4, 校验 jiao4 yan4, 校对 jiao4 dui4, 没收 mo4 shou1, 作为 zuo4 wei2, 行为 xing2 wei2, 目的 mu4 di4,
的确 di2 que4, 参与 can1 yu4, 假期 jia4 qi1, 请假 qing3 jia4, 种植 zhong4 zhi2, 部分 bu4 fen4, 应急 ying4 ji2, 响应 xiang3 ying4,
测量 ce4 liang2, 中标 zhong4 biao1, 累计 lei3 ji4, 尽快 jin3 kuai4, 要求 yao1 qiu2, 任务 ren4 wu4, 干部 gan4 bu4, 模板 mu2 ban3,
佣金 yong4 jin1, 首都 shou3 du1, 成长 cheng2 zhang3, 供养 gong4 yang3
"""
"""Words of which espeak-ng takes a wrong reading."""
IN_USE = """
调查 diao4 cha2, 调动 diao4 dong4, 调换 diao4 huan4, 空调 kong1 tiao2, 了结 liao3 jie2, 获得 huo4 de2, 不得 bu4 de2, 所得税 suo3 de2 shui4,
着手 zhuo2 shou3, 着重 zhuo2 zhong4, 出差 chu1 chai1, 收藏 shou1 cang2, 学校 xue2 xiao4, 校长 xiao4 zhang3, 没有 mei2 you3,
认为 ren4 wei2, 因为 yin1 wei4, 为了 wei4 le5, 为您服务 wei4 nin2 fu2 wu4, 为人民服务 wei4 ren2 min2 fu2 wu4, 分为 fen1 wei2,
成为 cheng2 wei2, 参加 can1 jia1, 放假 fang4 jia4, 虚假 xu1 jia3, 种类 zhong3 lei4, 分配 fen1 pei4, 身份 shen1 fen4, 应当 ying1 dang1,
适应 shi4 ying4, 数量 shu4 liang4, 中心 zhong1 xin1, 中奖 zhong4 jiang3, 劳累 lao2 lei4, 尽量 jin3 liang4, 尽管 jin3 guan3,
要件 yao4 jian4, 需要 xu1 yao4, 责任 ze2 ren4, 干净 gan1 jing4, 干预 gan1 yu4, 模式 mo2 shi4, 规模 gui1 mo2, 雇佣 gu4 yong1, 都是 dou1 shi4,
增长 zeng1 zhang3, 市长 shi4 zhang3, 长期 chang2 qi1, 长度 chang2 du4, 提供 ti2 gong1, 供应 gong1 ying4, 银行 yin2 hang2,
行政许可 xing2 zheng4 xu3 ke3, 行业 hang2 ye4, 行号 hang2 hao4, 进行 jin4 xing2, 执行 zhi2 xing2, 重新 chong2 xin1, 重复 chong2 fu4,
重要 zhong4 yao4, 变更 bian4 geng1, 更正 geng1 zheng4, 更新 geng1 xin1, 更改 geng1 gai3, 更加 geng4 jia1, 偿还 chang2 huan2,
归还 gui1 huan2, 还款 huan2 kuan3, 还有 hai2 you3, 处理 chu3 li3, 处罚 chu3 fa2, 办事处 ban4 shi4 chu4, 到处 dao4 chu4, 相片 xiang4 pian4,
相机 xiang4 ji1, 相关 xiang1 guan1, 会计 kuai4 ji4, 会议 hui4 yi4, 给予 ji3 yu3, 供给 gong1 ji3, 交给 jiao1 gei3, 畜牧 xu4 mu4,
牲畜 sheng1 chu4, 子女 zi3 nv3, 电子 dian4 zi3, 孩子 hai2 zi5, 房子 fang2 zi5, 地址 di4 zhi3, 地方 di4 fang1, 所在地 suo3 zai4 di4,
土地 tu3 di4, 服务 fu2 wu4, 税务 shui4 wu4, 政务 zheng4 wu4, 业务 ye4 wu4, 信息 xin4 xi1, 投诉 tou2 su4, 诉讼 su4 song4, 欢迎 huan1 ying2,
起诉 qi3 su4, 便宜 pian2 yi5, 适宜 shi4 yi2, 姓名 xing4 ming2, 姓氏 xing4 shi4, 单位 dan1 wei4, 传真 chuan2 zhen1, 传统 chuan2 tong3,
自传 zi4 zhuan4, 转让 zhuan3 rang4, 转移 zhuan3 yi2, 转账 zhuan3 zhang4, 自转 zi4 zhuan4, 教育 jiao4 yu4, 教师 jiao4 shi1,
教书 jiao1 shu1, 乐意 le4 yi4, 音乐 yin1 yue4, 快乐 kuai4 le4, 率领 shuai4 ling3, 效率 xiao4 lv4, 税率 shui4 lv4, 弹性 tan2 xing4,
子弹 zi3 dan4, 朝阳 zhao1 yang2, 朝向 chao2 xiang4, 曾经 ceng2 jing1, 曾孙 zeng1 sun1, 盛大 sheng4 da4, 石油 shi2 you2, 石头 shi2 tou5,
什么 shen2 me5, 似的 shi4 de5, 似乎 si4 hu1, 宿舍 su4 she4, 住宿 zhu4 su4, 提升 ti2 sheng1, 挑选 tiao1 xuan3, 挑战 tiao3 zhan4,
系统 xi4 tong3, 联系 lian2 xi4, 降低 jiang4 di1, 投降 tou2 xiang2, 下降 xia4 jiang4, 血液 xue4 ye4, 流血 liu2 xie3, 角色 jue2 se4,
角度 jiao3 du4, 直角 zhi2 jiao3, 角落 jiao3 luo4, 载重 zai4 zhong4, 转载 zhuan3 zai3, 记载 ji4 zai3, 下载 xia4 zai4, 扎实 zha1 shi2,
包扎 bao1 za1, 折扣 zhe2 kou4, 折旧 zhe2 jiu4, 曲折 qu1 zhe2, 正常 zheng4 chang2, 正月 zheng1 yue4, 正式 zheng4 shi4, 殖民 zhi2 min2,
中间 zhong1 jian1, 间接 jian4 jie1, 间隔 jian4 ge2, 房间 fang2 jian1, 奔跑 ben1 pao3, 投奔 tou2 ben4, 背景 bei4 jing3, 背包 bei1 bao1,
背面 bei4 mian4, 剥削 bo1 xue1, 绷带 beng1 dai4, 便利 bian4 li4, 便捷 bian4 jie2, 方便 fang1 bian4, 大便 da4 bian4, 别人 bie2 ren2,
并且 bing4 qie3, 薄弱 bo2 ruo4, 单薄 dan1 bo2, 薄膜 bao2 mo2, 颤抖 chan4 dou3, 场所 chang3 suo3, 市场 shi4 chang3, 车辆 che1 liang4,
尘土 chen2 tu3, 称呼 cheng1 hu1, 称职 chen4 zhi2, 名称 ming2 cheng1, 对称 dui4 chen4, 乘坐 cheng2 zuo4, 盛产 sheng4 chan3,
冲突 chong1 tu1, 冲压 chong4 ya1, 创伤 chuang1 shang1, 创建 chuang4 jian4, 创业 chuang4 ye4, 答复 da2 fu4, 回答 hui2 da2, 大小 da4 xiao3,
待遇 dai4 yu4, 等待 deng3 dai4, 当天 dang4 tian1, 当作 dang4 zuo4, 适当 shi4 dang4, 担保 dan1 bao3, 担任 dan1 ren4, 负担 fu4 dan1,
倒闭 dao3 bi4, 颠倒 dian1 dao3, 都市 du1 shi4, 度过 du4 guo4, 测度 ce4 duo2, 恶化 e4 hua4, 厌恶 yan4 wu4, 发展 fa1 zhan3, 头发 tou2 fa4,
理发 li3 fa4, 发票 fa1 piao4, 反倒 fan3 dao4, 丰富 feng1 fu4, 否则 fou3 ze2, 服装 fu2 zhuang1, 复印 fu4 yin4, 夹克 jia2 ke4,
盖章 gai4 zhang1, 高血压 gao1 xue4 ya1, 格式 ge2 shi4, 个人 ge4 ren2, 给水 ji3 shui3, 估计 gu1 ji4, 观看 guan1 kan4, 冠军 guan4 jun1,
衣冠 yi1 guan1, 广大 guang3 da4, 过分 guo4 fen4, 过去 guo4 qu4, 号码 hao4 ma3, 和平 he2 ping2, 附和 fu4 he4, 荷花 he2 hua1, 负荷 fu4 he4,
横向 heng2 xiang4, 划分 hua4 fen1, 计划 ji4 hua4, 划船 hua2 chuan2, 中华 zhong1 hua2, 会员 hui4 yuan2, 几个 ji3 ge4, 几乎 ji1 hu1,
救济 jiu4 ji4, 奇数 ji1 shu4, 奇怪 qi2 guai4, 家具 jia1 ju4, 间断 jian4 duan4, 监督 jian1 du1, 监狱 jian1 yu4, 见面 jian4 mian4,
将来 jiang1 lai2, 将领 jiang4 ling3, 强制 qiang2 zhi4, 强迫 qiang3 po4, 倔强 jue2 jiang4, 结果 jie2 guo3, 结实 jie1 shi2, 禁止 jin4 zhi3,
不禁 bu4 jin1, 经营 jing1 ying2, 据点 ju4 dian3, 拮据 jie2 ju1, 卷宗 juan4 zong1, 卷烟 juan3 yan1, 圈子 quan1 zi5, 觉得 jue2 de5,
睡觉 shui4 jiao4, 卡片 ka3 pian4, 关卡 guan1 qia3, 看守 kan1 shou3, 看见 kan4 jian4, 空白 kong4 bai2, 空气 kong1 qi4, 空缺 kong4 que1,
勒索 le4 suo3, 累积 lei3 ji1, 连累 lian2 lei3, 量力 liang4 li4, 丈量 zhang4 liang2, 露天 lu4 tian1, 露面 lou4 mian4, 率先 shuai4 xian1,
绿色 lv4 se4, 落实 luo4 shi2, 落后 luo4 hou4, 埋怨 man2 yuan4, 埋葬 mai2 zang4, 脉搏 mai4 bo2, 闷热 men1 re4, 蒙古 meng2 gu3, 秘密 mi4 mi4,
磨损 mo2 sun3, 难题 nan2 ti2, 灾难 zai1 nan4, 宁静 ning2 jing4, 宁可 ning4 ke3, 胖子 pang4 zi5, 炮制 pao2 zhi4, 跑步 pao3 bu4,
喷射 pen1 she4, 片面 pian4 mian4, 照片 zhao4 pian4, 漂亮 piao4 liang4, 漂白 piao3 bai2, 铺设 pu1 she4, 店铺 dian4 pu4, 曝光 bao4 guang1,
起居 qi3 ju1, 亲家 qing4 jia5, 亲属 qin1 shu3, 区别 qu1 bie2, 曲线 qu1 xian4, 歌曲 ge1 qu3, 任何 ren4 he2, 散步 san4 bu4, 松散 song1 san3,
丧失 sang4 shi1, 丧葬 sang1 zang4, 色彩 se4 cai3, 大厦 da4 sha4, 扇子 shan4 zi5, 少数 shao3 shu4, 少年 shao4 nian2, 减少 jian3 shao3,
舍弃 she3 qi4, 社会 she4 hui4, 省级 sheng3 ji2, 反省 fan3 xing3, 石材 shi2 cai2, 识别 shi2 bie2, 使用 shi3 yong4, 属于 shu3 yu2,
数据 shu4 ju4, 说服 shuo1 fu2, 提取 ti2 qu3, 体制 ti3 zhi4, 通知 tong1 zhi1, 同意 tong2 yi4, 瓦解 wa3 jie3, 委托 wei3 tuo1, 委员 wei3 yuan2,
唯一 wei2 yi1, 系列 xi4 lie4, 恐吓 kong3 he4, 鲜花 xian1 hua1, 相信 xiang1 xin4, 相貌 xiang4 mao4, 巷子 xiang4 zi5, 校园 xiao4 yuan2,
削减 xue1 jian3, 肖像 xiao4 xiang4, 兴趣 xing4 qu4, 兴旺 xing1 wang4, 兴办 xing1 ban4, 血管 xue4 guan3, 压力 ya1 li4, 要挟 yao1 xie2,
遗失 yi2 shi1, 遗赠 yi2 zeng4, 饮料 yin3 liao4, 应付 ying4 fu4, 应聘 ying4 pin4, 佣工 yong1 gong1, 与会 yu4 hui4, 给与 ji3 yu3,
晕车 yun4 che1, 头晕 tou2 yun1, 载体 zai4 ti3, 暂时 zan4 shi2, 脏乱 zang1 luan4, 内脏 nei4 zang4, 选择 xuan3 ze2, 粘贴 zhan1 tie1,
涨价 zhang3 jia4, 高涨 gao1 zhang3, 着火 zhao2 huo3, 症状 zheng4 zhuang4, 症结 zheng1 jie2, 挣钱 zheng4 qian2, 只有 zhi3 you3,
一只 yi4 zhi1, 只能 zhi3 neng2, 中毒 zhong4 du2, 种子 zhong3 zi5, 轴承 zhou2 cheng2, 转弯 zhuan3 wan1, 转速 zhuan4 su4, 著作 zhu4 zuo4,
作业 zuo4 ye4, 座位 zuo4 wei4, 人民政府 ren2 min2 zheng4 fu3, 政务服务中心 zheng4 wu4 fu2 wu4 zhong1 xin1, 办事指南 ban4 shi4 zhi3 nan2,
窗口 chuang1 kou3, 请取号 qing3 qu3 hao4, 请到窗口 qing3 dao4 chuang1 kou3, 不动产登记 bu2 dong4 chan3 deng1 ji4, 不是 bu2 shi4,
不收费 bu4 shou1 fei4, 不予受理 bu4 yu3 shou4 li3, 不得收取 bu4 de2 shou1 qu3, 社会保障卡 she4 hui4 bao3 zhang4 ka3,
医疗保险 yi1 liao2 bao3 xian3, 养老保险 yang3 lao3 bao3 xian3, 住房公积金 zhu4 fang2 gong1 ji1 jin1, 居民身份证 ju1 min2 shen1 fen4 zheng4,
户口簿 hu4 kou3 bu4, 婚姻登记 hun1 yin1 deng1 ji4, 离婚证 li2 hun1 zheng4, 结婚证 jie2 hun1 zheng4, 出生证明 chu1 sheng1 zheng4 ming2,
遗失补领 yi2 shi1 bu3 ling3, 营业执照 ying2 ye4 zhi2 zhao4, 经营范围 jing1 ying2 fan4 wei2, 注销登记 zhu4 xiao1 deng1 ji4,
法定代表人 fa3 ding4 dai4 biao3 ren2, 委托代理人 wei3 tuo1 dai4 li3 ren2, 授权委托书 shou4 quan2 wei3 tuo1 shu1,
申请材料 shen1 qing3 cai2 liao4, 承诺时限 cheng2 nuo4 shi2 xian4, 法定期限 fa3 ding4 qi1 xian4, 受理条件 shou4 li3 tiao2 jian4,
办理流程 ban4 li3 liu2 cheng2, 收费标准 shou1 fei4 biao1 zhun3, 咨询电话 zi1 xun2 dian4 hua4, 投诉电话 tou2 su4 dian4 hua4,
监督电话 jian1 du1 dian4 hua4, 工作日 gong1 zuo4 ri4, 即办件 ji2 ban4 jian4, 承诺件 cheng2 nuo4 jian4, 容缺受理 rong2 que1 shou4 li3,
一次性告知 yi2 ci4 xing4 gao4 zhi1, 好差评 hao3 cha4 ping2, 满意度 man3 yi4 du4, 反映 fan3 ying4, 绿色通道 lv4 se4 tong1 dao4,
军人优先 jun1 ren2 you1 xian1, 退役军人 tui4 yi4 jun1 ren2, 残疾人 can2 ji2 ren2, 老年人 lao3 nian2 ren2, 孕妇 yun4 fu4, 儿童 er2 tong2,
低保 di1 bao3, 特困人员 te4 kun4 ren2 yuan2, 救助供养 jiu4 zhu4 gong4 yang3, 行政处罚 xing2 zheng4 chu3 fa2,
行政强制 xing2 zheng4 qiang2 zhi4, 行政征收 xing2 zheng4 zheng1 shou1, 税费减免 shui4 fei4 jian3 mian3, 纳税人 na4 shui4 ren2,
发票领用 fa1 piao4 ling3 yong4, 契税 qi4 shui4, 增值税 zeng1 zhi2 shui4, 个人所得税 ge4 ren2 suo3 de2 shui4,
车辆购置税 che1 liang4 gou4 zhi4 shui4, 驾驶证 jia4 shi3 zheng4, 行驶证 xing2 shi3 zheng4, 机动车 ji1 dong4 che1,
道路运输 dao4 lu4 yun4 shu1, 食品经营 shi2 pin3 jing1 ying2, 卫生许可 wei4 sheng1 xu3 ke3, 建设工程 jian4 she4 gong1 cheng2,
施工许可 shi1 gong1 xu3 ke3, 土地使用权 tu3 di4 shi3 yong4 quan2, 宅基地 zhai2 ji1 di4, 林权 lin2 quan2, 水电气 shui3 dian4 qi4,
供水 gong1 shui3, 供电 gong1 dian4, 燃气 ran2 qi4, 有线电视 you3 xian4 dian4 shi4, 邮寄送达 you2 ji4 song4 da2, 快递 kuai4 di4,
银行卡 yin2 hang2 ka3, 银行行长 yin2 hang2 hang2 zhang3, 支行 zhi1 hang2, 分行 fen1 hang2, 行长 hang2 zhang3, 会计师 kuai4 ji4 shi1,
校长室 xiao4 zhang3 shi4, 院长 yuan4 zhang3, 局长 ju2 zhang3, 处长 chu4 zhang3, 科长 ke1 zhang3, 县长 xian4 zhang3, 村长 cun1 zhang3,
家长 jia1 zhang3, 市长热线 shi4 zhang3 re4 xian4, 长期护理 chang2 qi1 hu4 li3, 期限较长 qi1 xian4 jiao4 chang2,
重新办理 chong2 xin1 ban4 li3, 重建 chong2 jian4, 重复提交 chong2 fu4 ti2 jiao1, 变更登记 bian4 geng1 deng1 ji4, 更名 geng1 ming2,
更正登记 geng1 zheng4 deng1 ji4, 退还 tui4 huan2, 返还 fan3 huan2, 偿还贷款 chang2 huan2 dai4 kuan3, 给付 ji3 fu4,
给予补贴 ji3 yu3 bu3 tie1, 处理结果 chu3 li3 jie2 guo3, 从轻处罚 cong2 qing1 chu3 fa2, 证件相片 zheng4 jian4 xiang4 pian4,
畜牧业 xu4 mu4 ye4, 子女教育 zi3 nv3 jiao4 yu4, 独生子女 du2 sheng1 zi3 nv3, 电子证照 dian4 zi3 zheng4 zhao4, 电子签名 dian4 zi3 qian1 ming2,
转移登记 zhuan3 yi2 deng1 ji4, 调取档案 diao4 qu3 dang4 an4, 调档 diao4 dang4, 着力 zhuo2 li4, 沿着 yan2 zhe5, 藏书 cang2 shu1,
校正 jiao4 zheng4, 为全面推进 wei4 quan2 mian4 tui1 jin4, 分为三类 fen1 wei2 san1 lei4, 以人为本 yi3 ren2 wei2 ben3, 都要带 dou1 yao4 dai4,
得知 de2 zhi1, 所得 suo3 de2, 种植业 zhong4 zhi2 ye4, 参数 can1 shu4, 传承 chuan2 cheng2, 答卷 da2 juan4, 当场 dang1 chang3,
背书 bei4 shu1, 便民 bian4 min2, 发放 fa1 fang4, 积累 ji1 lei3, 模具 mu2 ju4, 模型 mo2 xing2, 曝光台 bao4 guang1 tai2,
丧葬费 sang1 zang4 fei4, 少数民族 shao3 shu4 min2 zu2, 暂住 zan4 zhu4, 转换 zhuan3 huan4, 著作权 zhu4 zuo4 quan2, 公务员 gong1 wu4 yuan2,
债务 zhai4 wu4, 财务 cai2 wu4, 商务 shang1 wu4, 利息 li4 xi1, 休息 xiu1 xi1, 欢迎光临 huan1 ying2 guang1 lin2, 清楚 qing1 chu3,
行政事务 xing2 zheng4 shi4 wu4, 伍军人 wu3 jun1 ren2, 报酬 bao4 chou2, 编辑 bian1 ji2, 早晨 zao3 chen2, 酬金 chou2 jin1, 缀合 zhui4 he2,
进行业务办理 jin4 xing2 ye4 wu4 ban4 li3, 执行业务 zhi2 xing2 ye4 wu4, 银行业务 yin2 hang2 ye4 wu4,
进行长期护理 jin4 xing2 chang2 qi1 hu4 li3, 全部长度 quan2 bu4 chang2 du4, 分为居民 fen1 wei2 ju1 min2, 严重复发 yan2 zhong4 fu4 fa1,
还给予补贴 hai2 ji3 yu3 bu3 tie1, 还给本人 huan2 gei3 ben3 ren2, 图片 tu2 pian4, 证件照片 zheng4 jian4 zhao4 pian4, 调阅 diao4 yue4,
加重办理 jia1 zhong4 ban4 li3, 认真地办理 ren4 zhen1 de5 ban4 li3, 不服务 bu4 fu2 wu4, 不必 bu2 bi4, 不能 bu4 neng2, 不可以 bu4 ke3 yi3,
不再 bu2 zai4, 不予 bu4 yu3, 申请调整 shen1 qing3 tiao2 zheng3, 条件的当场登记 tiao2 jian4 de5 dang1 chang3 deng1 ji4,
自然人为居民 zi4 ran2 ren2 wei2 ju1 min2, 当地 dang1 di4, 当事人 dang1 shi4 ren2, 来不了 lai2 bu4 liao3, 目的地 mu4 di4 di4
"""


def words(block: str) -> list[tuple[str, str]]:
    pairs = [entry.split(maxsplit=1) for entry in block.replace("\n", " ").split(",")]
    return [(word, reading.strip()) for word, reading in pairs]


@pytest.mark.parametrize(("word", "reading"), words(MISREAD_BEFORE))
def test_a_word_is_said_with_the_reading_that_it_has(word: str, reading: str) -> None:
    assert pronounced(word) == reading
    assert pronounced(f"请{word}。") == f"qing3 {reading} 。" or len(word) == 1


def test_the_words_of_a_hall_are_said_with_the_readings_that_they_have() -> None:
    wrong = {word: pronounced(word) for word, reading in words(IN_USE) if pronounced(word) != reading}
    assert not wrong and len(words(IN_USE)) > 500


def test_what_is_no_chinese_character_stays_as_it_is() -> None:
    assert pronounced("请A零一二号, 到3F ok。") == "qing3 A ling2 yi1 er4 hao4 , dao4 3F ok。"
    assert pronounced("") == "" and pronounced("abc") == "abc"


def phonemes(text: str) -> str:
    command = ["espeak-ng", "-v", VOICES["zh"], "-x", "-q", "--stdin"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode().strip()


def test_espeak_says_pinyin_like_the_character_itself() -> None:
    for character in "请到窗口三号零办理":
        assert phonemes(pronounced(character)) == phonemes(character)


def test_espeak_gives_service_and_welcome_their_tones() -> None:
    assert phonemes(pronounced("服务")).endswith("w'u51_|") and not phonemes("服务").endswith("w'u51_|")
    assert phonemes(pronounced("欢迎")).startswith("X'ua55n_|")
