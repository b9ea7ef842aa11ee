"""Transcripts that are not English: their language, sentences, labels, dates, and words as they are searched."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import transcript

from rag.archive import open_archive
from rag.config import load_settings
from rag.doctor import examine
from rag.passages import passages_of
from rag.storage.lexical import LexicalIndex
from rag.text.dates import find_date
from rag.text.sentences import split_sentences
from rag.text.terms import content_words, terms_of
from rag.transcript import parse
from rag.types import Passage, Scope

ANSWERS = {
    "en": ("Why was the harbour closed?", "The harbour was closed because the old wall had fallen into the sea that night."),
    "de": ("Warum wurde der Hafen geschlossen?", "Der Hafen wurde geschlossen, weil die alte Mauer in jener Nacht ins Meer gefallen war."),
    "fr": ("Pourquoi le port était-il fermé ?", "Le port était fermé parce que le vieux mur était tombé dans la mer cette nuit-là."),
    "es": ("¿Por qué se cerró el puerto?", "El puerto se cerró porque aquella noche el viejo muro se había caído al mar."),
    "pt": ("Por que o porto foi fechado?", "O porto foi fechado porque naquela noite o velho muro tinha caído no mar, não é?"),
    "ru": ("Почему закрыли гавань?", "Гавань закрыли, потому что в ту ночь старая стена обрушилась в море."),
    "uk": ("Чому закрили гавань?", "Гавань закрили, бо тієї ночі стара стіна впала в море, і її ще не відбудували."),
    "zh": ("港口为什么关闭？", "港口关闭了。那天夜里旧墙倒进了海里。我们都看见了，谁也没有办法，只好等到天亮再去看一看究竟发生了什么事情。"),
}  # fmt: skip
LABELS = {
    "en": ("Question", "Ann Reed"), "de": ("Frage", "Anna Müller"), "fr": ("Question", "M. Dupré"), "es": ("Pregunta", "Ana Peña"),
    "pt": ("Pergunta", "João Leão"), "ru": ("Вопрос", "Анна Рид"), "uk": ("Запитання", "Ганна Їжак"), "zh": ("记者", "王部长"),
}  # fmt: skip


@pytest.mark.parametrize("language", ANSWERS)
def test_a_conversation_in_any_language_has_its_language_its_speaker_and_its_question(language: str) -> None:
    question, answer = ANSWERS[language]
    asks, answers = LABELS[language]
    colon = {"fr": " :", "zh": "："}.get(language, ":")
    text = "".join(f"{asks}{colon} {question}\n\n{answers}{colon} {answer}\n\n" for _ in range(2))
    document = parse(text, source="talk.txt")
    assert document.language == language
    passages = passages_of(document, count_tokens=len, max_tokens=500)
    assert [(p.speaker, p.asked, p.text, p.language) for p in passages] == [(answers, question, answer, language)] * 2


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("zh", "港口关闭了。谁去看？没有人！", ["港口关闭了。", "谁去看？", "没有人！"]),
        (
            "de",
            "Das war am 3. Mai. Dr. Reed kam z. B. nicht. Schade.",
            ["Das war am 3. Mai.", "Dr. Reed kam z. B. nicht.", "Schade."],
        ),
        ("fr", "M. Dupré est venu. Il a parlé.", ["M. Dupré est venu.", "Il a parlé."]),
        ("es", "¿Quién fue? El Sr. Peña vino.", ["¿Quién fue?", "El Sr. Peña vino."]),
        ("ru", "Это было в 1902 г. в городе. Все ушли.", ["Это было в 1902 г. в городе.", "Все ушли."]),
    ],
)
def test_sentences_end_where_the_language_ends_them(language: str, text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text, language)] == sentences


@pytest.mark.parametrize(
    "written",
    [
        "3 May 2024", "3. Mai 2024", "3 mai 2024", "1er mai 2024 (le 3 mai 2024)", "3 de mayo de 2024", "3 de mayo del 2024", "3 de maio de 2024",
        "3 мая 2024 года", "3 травня 2024 року", "2024年5月3日", "2024 年 5 月 3 日", "二〇二四年五月三日",
    ],
)  # fmt: skip
def test_months_are_read_in_eight_languages(written: str) -> None:
    found = find_date(written.replace("1er mai 2024 (le ", ""))
    assert found is not None
    assert found[0] == "2024-05-03"


def test_the_first_of_a_month_is_read_in_french() -> None:
    assert find_date("Paris, le 1er mai 2024") == ("2024-05-01", 10, 22)


def index_of(folder: Path, *languages: str) -> LexicalIndex:
    index = LexicalIndex(folder)
    passages = [
        Passage(str(row), str(row), "a.txt", "", "other", "", 0, 1, ANSWERS[language][1], language=language)
        for row, language in enumerate(languages)
    ]
    index.write(enumerate(passages))
    return index


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("en", "harbours"), ("de", "alten Mauern"), ("fr", "les murs tombés"), ("es", "puertos cerrados"), ("pt", "portos fechados"),
        ("ru", "старые стены"), ("uk", "старої стіни"), ("zh", "旧墙"),
    ],
)  # fmt: skip
def test_other_forms_of_a_word_find_it_in_its_own_language(tmp_path: Path, language: str, query: str) -> None:
    languages = list(ANSWERS)
    index = index_of(tmp_path, *languages)
    best = index.search(query, k=1, scope=Scope())
    assert [languages[row] for row, _ in best] == [language]


def test_an_english_archive_scores_the_same_whatever_other_languages_could_be_there(tmp_path: Path) -> None:
    index = index_of(tmp_path, "en")
    assert index.languages == ("en",)
    assert index.analyze("The harbours were closed") == ["the", "harbour", "were", "close"]
    assert index.content_words("Was the harbour closed?") == ["harbour", "closed"]


def test_small_words_are_those_of_the_questions_own_language() -> None:
    assert content_words("Who did die in the war?", ["en", "de"]) == ["die", "war"]
    assert content_words("Wer hat die Mauer gesehen?", ["en", "de"]) == ["mauer", "gesehen"]


def test_chinese_is_indexed_by_pairs_of_characters_and_its_latin_words_by_stems() -> None:
    assert terms_of("港口 harbours", "zh") == ["港口", "harbour"]


def test_an_english_transcript_with_an_english_question_keeps_its_language() -> None:
    text = transcript(*[("Question", ANSWERS["en"][0]), ("Ann Reed", ANSWERS["en"][1])] * 2)
    assert parse(text, source="a.txt").language == "en"


@pytest.mark.parametrize(("languages", "recommended"), [(["de", "ru", "en"], True), (["en", "en", "de"], False)])
def test_doctor_recommends_a_multilingual_model_where_most_documents_are_not_english(
    tmp_path: Path, languages: list[str], recommended: bool
) -> None:
    for number, language in enumerate(languages):
        question, answer = ANSWERS[language]
        text = transcript(*[(LABELS[language][0], question), (LABELS[language][1], f"{answer} ({number})")] * 2)
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    open_archive(tmp_path / "archive").ingest([tmp_path])
    found = next(
        each for each in examine(load_settings(archive=str(tmp_path / "archive"))) if each.subject == "archive"
    )
    assert found.works
    assert ("--encoder" in found.remedy) is recommended


INTERVIEWS = {  # a date, who asks and who answers, a question and its answer
    "it": (
        "12 aprile 2031",
        "Domanda",
        "Risposta",
        "Quando apre il ponte?",
        "Il ponte apre a maggio, se il fiume scende.",
    ),
    "nl": (
        "12 maart 2031",
        "Vraag",
        "Antwoord",
        "Wanneer gaat de brug open?",
        "De brug gaat open zodra het water zakt.",
    ),
    "pl": ("12 września 2031", "Pytanie", "Odpowiedź", "Kiedy otworzą most?", "Most otworzą w maju, gdy woda opadnie."),
    "tr": ("12 Mayıs 2031", "Soru", "Cevap", "Köprü ne zaman açılıyor?", "Köprü sular çekilince açılıyor."),
    "ar": ("12 أبريل 2031", "س", "ج", "متى يفتح الجسر؟", "يفتح الجسر حين ينخفض ماء النهر."),
    "he": ("12 באפריל 2031", "ש", "ת", "מתי ייפתח הגשר?", "הגשר ייפתח כשהמים ירדו."),
    "ja": ("2031年4月12日", "問", "答", "橋はいつ開きますか。", "水が引いたら橋は開きます。"),
    "ko": ("2031년 4월 12일", "질문", "답변", "다리는 언제 열립니까?", "물이 빠지면 다리가 열립니다."),
    "hi": ("12 मई 2031", "प्रश्न", "उत्तर", "पुल कब खुलेगा?", "पानी उतरने पर पुल खुलेगा।"),
}


@pytest.mark.parametrize("language", INTERVIEWS)
def test_the_words_for_question_and_answer_give_the_roles_in_any_script(language: str) -> None:
    day, asks, answers, question, answer = INTERVIEWS[language]
    text = f"{day}\n\n" + "".join(f"{asks}: {question}\n\n{answers}: {answer}\n\n" for _ in range(3))
    document = parse(text, source="talk.txt")
    said = [(turn.speaker, turn.role, document.text[turn.start : turn.end].strip()) for turn in document.turns]
    assert said == [(asks, "interviewer", question), (answers, "respondent", answer)] * 3
    assert document.date == find_date(day)[0]  # type: ignore[index]
    assert all(text[turn.start : turn.end] == document.text[turn.start : turn.end] for turn in document.turns)


@pytest.mark.parametrize(
    ("language", "name"), [("ar", "ندى بركات"), ("he", "נועה ברק"), ("ja", "川島"), ("ko", "김하늘"), ("hi", "मीरा सेन")]
)
def test_names_in_scripts_without_capitals_are_read(language: str, name: str) -> None:
    _, asks, _, question, answer = INTERVIEWS[language]
    document = parse("".join(f"{asks}: {question}\n\n{name}: {answer}\n\n" for _ in range(3)), source="talk.txt")
    assert [(turn.speaker, turn.role) for turn in document.turns] == [(asks, "interviewer"), (name, "respondent")] * 3
