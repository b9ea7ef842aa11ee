"""Questions and answers under labels in languages that are not indexed as their own: words, initials and names."""

from __future__ import annotations

import pytest

from rag.text.sentences import has_question, split_sentences
from rag.transcript import parse

# language → words for question and answer, their initials, two names, what is said, a date
TALKS = {
    "it": (("Domanda", "Risposta"), ("D", "R"), ("Anna Verdi", "Marco Neri"), ["Quando è bruciato il mulino?", "È bruciato nell'anno del gelo.", "Chi lo ha visto?", "Mia zia lo ha visto dal ponte."], "12 aprile 2031"),
    "pl": (("Pytanie", "Odpowiedź"), ("P", "O"), ("Anna Łącka", "Jan Żak"), ["Kiedy spłonął młyn?", "Spłonął w roku wielkiego mrozu.", "Kto to widział?", "Moja ciotka widziała to z mostu."], "12 kwietnia 2031 r."),
    "nl": (("Vraag", "Antwoord"), ("V", "A"), ("Anna de Wit", "Jan van Dijk"), ["Wanneer brandde de molen af?", "Hij brandde af in het jaar van de vorst.", "Wie zag het?", "Mijn tante zag het vanaf de brug."], "12 april 2031"),
    "sv": (("Fråga", "Svar"), ("F", "S"), ("Anna Åberg", "Per Öst"), ["När brann kvarnen?", "Den brann frostens år.", "Vem såg det?", "Min moster såg det från bron."], "12 april 2031"),
    "tr": (("Soru", "Cevap"), ("S", "C"), ("Ayşe Yılmaz", "İsmail Çelik"), ["Değirmen ne zaman yandı?", "Don yılında yandı.", "Kim gördü?", "Teyzem köprüden gördü."], "12 Nisan 2031"),
    "ar": (("سؤال", "جواب"), ("س", "ج"), ("ليلى حداد", "عمر ناصر"), ["متى احترقت الطاحونة؟", "احترقت في سنة الصقيع.", "من رآها؟", "رأتها خالتي من الجسر."], "12 أبريل 2031"),
    "he": (("שאלה", "תשובה"), ("ש", "ת"), ("רות לוי", "דן כהן"), ["מתי נשרפה הטחנה?", "היא נשרפה בשנת הכפור.", "מי ראה?", "דודתי ראתה מהגשר."], "12 באפריל 2031"),
    "ja": (("質問", "回答"), ("問", "答"), ("田中", "佐藤"), ["水車はいつ焼けましたか。", "霜の年に焼けました。", "誰が見ましたか。", "叔母が橋から見ました。"], "2031年4月12日"),
    "ko": (("질문", "답변"), ("문", "답"), ("김민수", "이영희"), ["물레방아는 언제 탔습니까?", "서리가 내린 해에 탔습니다.", "누가 보았습니까?", "이모가 다리에서 보았습니다."], "2031년 4월 12일"),
    "hi": (("प्रश्न", "उत्तर"), ("प्र", "उ"), ("आशा वर्मा", "रवि शर्मा"), ["चक्की कब जली?", "वह पाले के साल जली।", "किसने देखा?", "मेरी मौसी ने पुल से देखा।"], "12 अप्रैल 2031"),
}  # fmt: skip


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("sign", [":", ".", "：", ".-"])
@pytest.mark.parametrize("kind", [0, 1], ids=["words", "initials"])
def test_a_word_or_a_letter_for_the_question_asks_and_the_other_one_answers(
    language: str, sign: str, kind: int
) -> None:
    words, initials, _, said, date = TALKS[language]
    labels = (words, initials)[kind]
    text = f"{date}\n\n" + "\n\n".join(f"{labels[n % 2]}{sign} {each}" for n, each in enumerate(said)) + "\n"
    document = parse(text, source="talk.txt")
    assert [(turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        ("interviewer", said[0]), ("respondent", said[1]), ("interviewer", said[2]), ("respondent", said[3]),
    ]  # fmt: skip
    assert document.date == "2031-04-12"


@pytest.mark.parametrize("language", TALKS)
def test_names_in_any_script_are_speakers_and_who_asks_is_the_interviewer(language: str) -> None:
    _, _, names, said, _ = TALKS[language]
    text = "\n\n".join(f"{names[n % 2]}: {each}" for n, each in enumerate(said)) + "\n"
    document = parse(text, source="talk.txt")
    assert [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        (names[0], "interviewer", said[0]), (names[1], "respondent", said[1]),
        (names[0], "interviewer", said[2]), (names[1], "respondent", said[3]),
    ]  # fmt: skip
    assert document.language == language


@pytest.mark.parametrize("language", TALKS)
def test_sentences_end_and_questions_ask_in_every_script(language: str) -> None:
    said = TALKS[language][3]
    text = " ".join(said)
    assert [text[start:end] for start, end in split_sentences(text, language)] == said
    assert [has_question(each) for each in said] == [True, False, True, False]


def test_text_from_right_to_left_keeps_its_places_among_marks_of_direction() -> None:
    text = "\u200fرات ليفي: متى\u200f؟\n\n\u202bعمر ناصر\u202c: في الشتاء.\n\nرات ليفي: أين؟\n\nعمر ناصر: \u200fهنا (Port 7)."
    document = parse(text, source="talk.txt")
    assert [(turn.speaker, text[turn.start : turn.end].strip("\u200f")) for turn in document.turns] == [
        ("رات ليفي", "متى\u200f؟"), ("عمر ناصر", "في الشتاء."), ("رات ليفي", "أين؟"), ("عمر ناصر", "هنا (Port 7)."),
    ]  # fmt: skip
