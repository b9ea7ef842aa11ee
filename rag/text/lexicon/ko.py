"""Korean: what labels, header lines and dates need."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

KOREAN = Lexicon(
    code="ko",
    life_words=(r"출생|생년월일|사망",),
    hour_words=("시간",),
    minute_words=("분",),
    second_words=("초",),
    titles=words("씨 의원 장관 대통령 교수 박사 위원장"),
    question_labels=words("문 질문 질의 기자 진행자 사회자 인터뷰어"),
    answer_labels=words("답 답변 대답"),
    question_initials=(("문", "답"),),
    conduct_labels=words("통역 통역사"),
    voice_labels=words("청중 관객 방청객 청취자"),
    not_labels=words("주 출처 날짜 일시 장소 제목 사진 주제"),
    asks_keys=words("진행 진행자 사회자 인터뷰어"),
    answers_keys=words("게스트 출연자"),
    present_keys=words("참석자 참가자"),
    date_keys=words("날짜 일시"),
    place_keys=words("장소"),
    title_keys=words("제목"),
    text_columns=words("내용 발언"),
    speaker_columns=words("발언자 화자"),
    start_columns=words("시간"),
    stage_words=(r"박수|웃음|음악",),
    courtesies=words("감사합니다 안녕하세요 네"),
)
