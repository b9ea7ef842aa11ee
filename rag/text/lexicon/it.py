"""Italian: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

ITALIAN = Lexicon(
    code="it",
    months=(
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ),
    weekdays=words("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
    before_dates=words("il"),
    chat_from_words=("da",),
    chat_to_words=("a",),
    life_words=(r"nat[oa]|nascita|mort[oa]",),
    note_words=("nota",),
    articles=words("il lo la gli le un uno una"),
    other_columns=words("tema lingua categoria stato sezione fonte file"),
    hour_words=("or[ae]",),
    minute_words=("minut[io]",),
    second_words=("second[io]",),
    titles=words(
        "dott dottore dottoressa signor signora onorevole senatore senatrice avvocato professore professoressa"
    ),
    bare_titles=words("signor signora sig"),
    female_titles=words("signora dottoressa professoressa"),
    question_labels=words(
        "domanda domande giornalista intervistatore intervistatrice conduttore conduttrice moderatore"
    ),
    answer_labels=words("risposta risposte intervistato intervistata"),
    question_initials=(("D", "R"),),
    conduct_labels=words("interprete traduttore traduttrice"),
    voice_labels=words("voce pubblico spettatore spettatrice ascoltatore ascoltatrice"),
    voice_context=words("sconosciuto sconosciuta dalla sala dal"),
    language_names=words("italiano inglese"),
    not_labels=words("nota fonte fonti luogo tema titolo oggetto esempio immagine"),
    asks_keys=words("intervistatore intervistatrice moderatore conduttore conduttrice"),
    answers_keys=words("ospite ospiti intervistato intervistata"),
    present_keys=words("partecipanti presenti"),
    date_keys=words("data"),
    place_keys=words("luogo"),
    title_keys=words("titolo"),
    text_columns=words("testo"),
    speaker_columns=words("parlante oratore"),
    start_columns=words("inizio"),
    bracketed_ends=("fine",),
    occasion_words=words(
        "intervista colloquio incontro seduta conferenza stampa discorso dibattito audizione verbale resoconto"
    ),
    stage_words=(r"applausi|risate|musica",),
    courtesies=words("grazie buongiorno buonasera ciao benvenuto benvenuta prego sì arrivederci"),
)
