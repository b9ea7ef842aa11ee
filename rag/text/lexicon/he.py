"""Hebrew: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

HEBREW = Lexicon(
    code="he",
    months=(
        "ינואר בינואר",
        "פברואר בפברואר",
        "מרץ במרץ",
        "אפריל באפריל",
        "מאי במאי",
        "יוני ביוני",
        "יולי ביולי",
        "אוגוסט באוגוסט",
        "ספטמבר בספטמבר",
        "אוקטובר באוקטובר",
        "נובמבר בנובמבר",
        "דצמבר בדצמבר",
    ),
    life_words=(r"נולד[הו]?|תאריך לידה",),
    hour_words=("שעות|שעה",),
    minute_words=("דקות|דקה",),
    second_words=("שניות|שנייה",),
    titles=words("מר גברת גב השר השרה הנשיא פרופ פרופסור"),
    female_titles=words("גברת השרה"),
    male_titles=words("מר"),
    question_labels=words("ש שאלה כתב כתבת עיתונאי עיתונאית מראיין מראיינת המראיין המראיינת מנחה"),
    answer_labels=words("ת תשובה"),
    question_initials=(("ש", "ת"),),
    conduct_labels=words("מתורגמן מתורגמנית"),
    voice_labels=words("קול קהל"),
    voice_context=words("מהקהל לא מזוהה"),
    not_labels=words("הערה מקור תאריך מקום נושא כותרת צילום תמונה"),
    asks_keys=words("מראיין מראיינת מנחה"),
    answers_keys=words("אורח אורחת"),
    present_keys=words("נוכחים משתתפים"),
    date_keys=words("תאריך"),
    place_keys=words("מקום"),
    title_keys=words("כותרת"),
    text_columns=words("טקסט"),
    speaker_columns=words("דובר דוברת"),
    start_columns=words("זמן"),
    stage_words=(r"מחיאות כפיים|צחוק|מוזיקה",),
    courtesies=words("תודה שלום בוקר ערב טוב כן ברוך הבא"),
)
