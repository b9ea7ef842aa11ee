"""Polish: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

POLISH = Lexicon(
    code="pl",
    months=(
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ),
    weekdays=words("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
    chat_from_words=("od",),
    chat_to_words=("do",),
    life_words=(r"ur\.|urodz\w+|zm\.|zmarł\w*",),
    note_words=("uwaga|przypis",),
    hour_words=("godzin[ay]?|godz",),
    minute_words=("minut[ay]?",),
    second_words=("sekund[ay]?",),
    titles=words("pani minister prezydent premier poseł posłanka senator profesor doktor"),
    bare_titles=words("pan pani"),
    female_titles=words("pani posłanka"),
    question_labels=words("pytanie pytania dziennikarz dziennikarka prowadzący prowadząca"),
    answer_labels=words("odpowiedź odpowiedzi"),
    question_initials=(("P", "O"),),
    conduct_labels=words("tłumacz tłumaczka"),
    voice_labels=words("głos publiczność słuchacz słuchaczka"),
    voice_context=words("nieznany nieznana z sali"),
    not_labels=words("uwaga źródło miejsce temat tytuł zdjęcie przykład"),
    asks_keys=words("prowadzący prowadząca rozmawiał rozmawiała"),
    answers_keys=words("gość goście"),
    present_keys=words("uczestnicy obecni"),
    date_keys=words("data"),
    place_keys=words("miejsce"),
    title_keys=words("tytuł"),
    text_columns=words("tekst wypowiedź"),
    speaker_columns=words("mówca"),
    start_columns=words("czas początek"),
    bracketed_ends=("koniec",),
    occasion_words=words(
        "wywiad rozmowa spotkanie posiedzenie konferencja prasowa przemowienie debata wysluchanie protokol stenogram"
    ),
    stage_words=(r"oklaski|śmiech|muzyka",),
    denials=("nie|nigdy|nikt|nic|żad(?:en|na|ne)",),
    courtesies=words("dziękuję dzień dobry wieczór witam cześć proszę tak"),
)
