"""Hindi: what labels, header lines and dates need."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

HINDI = Lexicon(
    code="hi",
    months=(
        "जनवरी",
        "फरवरी फ़रवरी",
        "मार्च",
        "अप्रैल",
        "मई",
        "जून",
        "जुलाई",
        "अगस्त",
        "सितंबर सितम्बर",
        "अक्टूबर अक्तूबर",
        "नवंबर नवम्बर",
        "दिसंबर दिसम्बर",
    ),
    weekdays=words("सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार"),
    life_words=(r"जन्म",),
    hour_words=("घंटे|घंटा",),
    minute_words=("मिनट",),
    second_words=("सेकंड",),
    titles=words("श्री श्रीमती सुश्री डॉ प्रो मंत्री"),
    female_titles=words("श्रीमती सुश्री"),
    male_titles=words("श्री"),
    question_labels=words("प्र प्रश्न सवाल पत्रकार संवाददाता एंकर"),
    answer_labels=words("उ उत्तर जवाब"),
    question_initials=(("प्र", "उ"),),
    conduct_labels=words("अनुवादक दुभाषिया"),
    voice_labels=words("दर्शक श्रोता"),
    not_labels=words("नोट स्रोत तारीख दिनांक स्थान विषय शीर्षक चित्र"),
    asks_keys=words("पत्रकार एंकर"),
    answers_keys=words("अतिथि मेहमान"),
    present_keys=words("उपस्थित"),
    date_keys=words("दिनांक तारीख"),
    place_keys=words("स्थान"),
    title_keys=words("शीर्षक"),
    text_columns=words("पाठ"),
    speaker_columns=words("वक्ता"),
    start_columns=words("समय"),
    stage_words=(r"तालियां|हंसी|संगीत",),
    courtesies=words("धन्यवाद नमस्ते नमस्कार शुभ प्रभात हाँ स्वागत"),
)
