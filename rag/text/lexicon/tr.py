"""Turkish: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

TURKISH = Lexicon(
    code="tr",
    months=(
        "ocak",
        "şubat",
        "mart",
        "nisan",
        "mayıs",
        "haziran",
        "temmuz",
        "ağustos",
        "eylül",
        "ekim",
        "kasım",
        "aralık",
    ),
    weekdays=words("pazartesi salı çarşamba perşembe cuma cumartesi pazar"),
    life_words=(r"doğum|doğdu|ölüm",),
    hour_words=("saat",),
    minute_words=("dakika",),
    second_words=("saniye",),
    titles=words("sayın doktor profesör başbakan cumhurbaşkanı milletvekili"),
    question_labels=words("soru sorular muhabir gazeteci sunucu"),
    answer_labels=words("cevap yanıt"),
    question_initials=(("S", "CY"),),
    conduct_labels=words("tercüman çevirmen"),
    voice_labels=words("izleyici dinleyici seyirci"),
    voice_context=words("bilinmeyen salondan bir"),
    not_labels=words("kaynak tarih konu başlık fotoğraf örnek"),
    asks_keys=words("sunucu röportaj söyleşi"),
    answers_keys=words("konuk konuklar"),
    present_keys=words("katılımcılar katılanlar"),
    date_keys=words("tarih"),
    place_keys=words("yer"),
    title_keys=words("başlık"),
    text_columns=words("metin"),
    speaker_columns=words("konuşmacı konuşan"),
    start_columns=words("zaman başlangıç"),
    occasion_words=words("roportaj soylesi gorusme toplanti oturum konusma durusma tutanak tutanagi"),
    stage_words=(r"alkışlar|gülüşmeler|müzik",),
    courtesies=words("teşekkürler teşekkür günaydın merhaba hoş geldiniz iyi akşamlar günler evet"),
)
