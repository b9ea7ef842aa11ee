"""Chinese. Words are not set apart, so it is indexed as pairs of characters."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

CHINESE = Lexicon(
    code="zh",
    function_words=words("的 了 是 在 吗 呢 什么 怎么 如何 为什么 谁 哪 和 与 他 她 我 你 说"),
    eras=(("民國", 1912), ("民国", 1912)),
    life_words=(r"出生|生于|生於|逝世",),
    hour_words=("小时|小時",),
    minute_words=("分钟|分鐘|分",),
    second_words=("秒",),
    question_labels=words("问 问题 提问 记者 记者问 采访者 主持人 記者 記者問 採訪者 訪問者"),
    question_signs=words("问 问题 提问 問 問題 提問"),
    answer_labels=words("答 回答 答复 受訪者 受访者 回應"),
    conduct_labels=words("翻译"),
    voice_labels=words("观众 听众 学生"),
    not_labels=words("注 注意 来源 时间 地点 主题 位置 题 标题 图 幻灯片 日期 编辑 责任编辑"),
    asks_keys=words("采访者 主持人"),
    answers_keys=words("嘉宾"),
    present_keys=words("出席"),
    date_keys=words("日期 时间"),
    place_keys=words("地点 位置"),
    title_keys=words("标题"),
    text_columns=words("文本 内容 发言"),
    speaker_columns=words("发言人 说话人"),
    start_columns=words("时间 开始"),
    boilerplate=(r"(?:相关阅读|相关新闻|延伸阅读|更多阅读|广告|推荐阅读|分享到).*",),
    credit_keys=("图片?", "来源", "责任编辑", "编辑"),
    question_ends=("吗",),
    denials=(r"\w*(?:没有|沒有|从未|從未|从不|不是|不会|不會|不能|并非|並非|未曾|绝不|絕不)\w*",),
    doubts=(r"\w*(?:否认|否認|假的|谎|謊|怀疑|懷疑|可能|也许|也許|据说|據說)\w*",),
    conditions=(r"\w*(?:如果|假如|要是|除非|只要|倘若)\w*",),
    end_marks=(r"（?完）?",),
    bracketed_ends=("结束", "完"),
    stage_words=(r"掌声|笑|笑声|鼓掌|音乐|丢失",),
    courtesies=words("谢谢 您好 你好 早上好 晚上好 欢迎"),
)
