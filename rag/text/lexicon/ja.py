"""Japanese. Words are not set apart, so it is indexed as pairs of characters."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

JAPANESE = Lexicon(
    code="ja",
    eras=(("令和", 2019), ("平成", 1989), ("昭和", 1926), ("大正", 1912)),
    life_words=(r"生まれ|生年月日|没",),
    hour_words=("時間",),
    minute_words=("分",),
    second_words=("秒",),
    question_labels=words("問 質問 記者 聞き手 インタビュアー 司会 司会者"),
    answer_labels=words("答 答え 回答"),
    question_initials=(("問", "答"),),
    conduct_labels=words("通訳"),
    voice_labels=words("会場 観客 聴衆"),
    not_labels=words("注 注意 出典 日時 日付 場所 写真 題名 撮影 構成"),
    asks_keys=words("聞き手 司会 インタビュアー"),
    answers_keys=words("ゲスト 語り手 話し手"),
    present_keys=words("出席者 参加者 出席"),
    date_keys=words("日付 日時 収録日 取材日"),
    place_keys=words("場所 会場"),
    title_keys=words("題名 タイトル"),
    text_columns=words("本文 発言 内容"),
    speaker_columns=words("話者 発言者"),
    question_ends=("か",),
    stage_words=(r"拍手|笑い|笑",),
    courtesies=words("ありがとうございます こんにちは こんばんは おはようございます はい"),
)
