"""Ukrainian."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

UKRAINIAN = Lexicon(
    code="uk",
    # Endings of nouns, adjectives and verbs; Tantivy has no stemmer for Ukrainian.
    endings=tuple(
        "ами ями ові еві єві ого ому ими іми ами ість ості істю ах ях ів їв ам ям ою ею єю ий ій їй их іх ати ити ють уть "
        "ать ять ить ала ила али или ав ив є а я у ю і ї и е о ь".split()
    ),
    function_words=words(
        "а без був була були було в вам вас ви все всі де для до його її же за з зі і із їх й як яка яке які який коли ми",
        "мені на не ні але о об він вона вони від по при про сказав сказала так також там те тільки у хто це цей чи чим",
        "чому що щоб я та",
    ),
    months=(
        "січня",
        "лютого",
        "березня",
        "квітня",
        "травня",
        "червня",
        "липня",
        "серпня",
        "вересня",
        "жовтня",
        "листопада",
        "грудня",
    ),
    weekdays=words("понеділок вівторок середа четвер п'ятниця субота неділя"),
    life_words=(r"народ(?:ив|ил|жен)\w*|помер\w*",),
    note_words=("примітка",),
    hour_words=("годин[аи]?",),
    minute_words=("хвилин[аи]?",),
    second_words=("секунд[аи]?",),
    titles=words("міністр пан пані голова"),
    name_particles=words("та"),
    question_labels=words("запитання питання кореспондент журналіст ведучии інтервюер"),
    question_signs=words("запитання питання"),
    answer_labels=words("відповідь вiдповiдь відповідь"),
    question_initials=(("З", "В"), ("П", "В")),
    conduct_labels=words("перекладач"),
    not_labels=words("примітка джерело"),
    asks_keys=words("ведучий"),
    answers_keys=words("гості"),
    present_keys=words("учасники"),
    place_keys=words("місце"),
    title_keys=words("назва"),
    occasion_words=words(
        "інтерв'ю розмова бесіда зустріч засідання прес-конференція промова виступ слухання дебати стенограма протокол"
    ),
    boilerplate_openers=(r"читайте також|дивіться також|за темою|підписуйтесь",),
    credit_keys=("джерело", "ілюстрація"),
    bracketed_ends=("кінець",),
    capital_ends=("КІНЕЦЬ",),
    stage_words=(r"оплески|сміх|сміється|музика",),
    dependent_openers=words("він вона воно вони це цей ця ці то той його її їх тоді там так але а і й також або тому"),
    saying_verbs=("сказав", "заявив", "заявила"),
    saying_phrases=("за словами",),
    denials=(r"не|ні|ані|немає|нема|ніколи|ніхто|нічого|без",),
    doubts=(r"брехн\w+|неправд\w*|хибн\w+|запереч\w+|сумнів\w*|нібито|можливо|мабуть|ледве|чутк\w+",),
    conditions=(r"якщо|якби|чи|за умови|доки|поки",),
    contrasts=("але", "однак", "проте", "а"),
    person_pronouns=("він", "вона"),
    courtesies=words("дякую вітаю добрий день ранку вечір привіт будь ласка так добре"),
)
