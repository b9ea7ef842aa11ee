"""Arabic: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

ARABIC = Lexicon(
    code="ar",
    months=(
        "يناير",
        "فبراير",
        "مارس",
        "أبريل إبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    weekdays=words("الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"),
    life_words=(r"ولد[ت]?|تاريخ الميلاد",),
    hour_words=("ساعات|ساعة",),
    minute_words=("دقائق|دقيقة",),
    second_words=("ثوان(?:ي)?|ثانية",),
    titles=words("السيد السيدة الدكتور الدكتورة الأستاذ الأستاذة المهندس المهندسة الرئيس الوزير الوزيرة"),
    female_titles=words("السيدة الدكتورة الأستاذة المهندسة الوزيرة"),
    male_titles=words("السيد"),
    question_labels=words("س سؤال السؤال الصحفي الصحفية الصحافي الصحافية المذيع المذيعة المحاور المحاورة"),
    answer_labels=words("ج جواب الجواب إجابة الإجابة"),
    question_initials=(("س", "ج"),),
    conduct_labels=words("المترجم المترجمة"),
    voice_labels=words("صوت الجمهور مستمع متفرج"),
    voice_context=words("مجهول من القاعة"),
    not_labels=words("ملاحظة المصدر التاريخ المكان الموضوع العنوان صورة الصورة"),
    asks_keys=words("حاوره حاورها أجرى المحاور المحاورة"),
    answers_keys=words("الضيف الضيفة"),
    present_keys=words("الحضور المشاركون"),
    date_keys=words("التاريخ"),
    place_keys=words("المكان"),
    title_keys=words("العنوان"),
    text_columns=words("النص"),
    speaker_columns=words("المتحدث"),
    start_columns=words("الوقت"),
    stage_words=(r"تصفيق|ضحك|موسيقى",),
    courtesies=words("شكرا شكراً مرحبا مرحباً السلام عليكم صباح مساء الخير نعم"),
)
