"""Portuguese."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

PORTUGUESE = Lexicon(
    code="pt",
    stemmer="portuguese",
    hyphen_prefixes=words("ex pré pós recém vice"),
    function_words=words(
        "a ao aos as com como da das de disse do dos e ela ele em era essa esse esta este eu foi há isso mais mas na nas",
        "no nas nos não o os ou para pela pelo por porque qual quais quando que quem se sem ser seu sua são também tem um",
        "uma você onde à",
    ),
    months=(
        "janeiro",
        "fevereiro",
        "março",
        "",
        "maio",
        "junho",
        "julho",
        "",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
    weekdays=words("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira"),
    before_dates=words("em"),
    chat_from_words=("de",),
    chat_to_words=("para",),
    life_words=(r"nascid[oa]|nasceu|nascimento|faleci\w+",),
    note_words=("nota",),
    articles=words("o os um uma"),
    other_columns=words("tema idioma categoria estado secção seção fonte arquivo"),
    hour_words=("horas?",),
    minute_words=("minutos?",),
    second_words=("segundos?",),
    titles=words("doutor doutora professora deputado deputada"),
    name_particles=words("do dos das e"),
    question_labels=words(
        "pergunta jornalista perguntas entrevistador entrevistadora apresentador apresentadora mediador mediadora"
    ),
    question_signs=words("pergunta perguntas"),
    answer_labels=words("resposta convidado"),
    conduct_labels=words("tradutor"),
    voice_labels=words("publico"),
    language_names=words("português inglês"),
    not_labels=words("fonte data local exemplo"),
    answers_keys=words("convidado"),
    date_keys=words("data"),
    place_keys=words("local"),
    speaker_columns=words("falante"),
    occasion_words=words(
        "entrevista conversa reuniao sessao conferencia imprensa discurso debate audiencia ata transcricao"
    ),
    boilerplate_openers=(r"publicidade|leia também|leia mais|veja também|notícias relacionadas",),
    credit_keys=("fontes?",),
    credit_links=("de",),
    bracketed_ends=("fim",),
    capital_ends=("FIM",),
    stage_words=(r"risos|palmas",),
    dependent_openers=words(
        "ele ela eles elas isso isto esse essa este esta estes estas seu sua então assim mas e também ou"
    ),
    saying_verbs=("disse", "afirmou", "declarou"),
    saying_phrases=("segundo",),
    by_words=("por",),
    denials=(r"não|nunca|jamais|nem|ninguém|nada|nenhum\w*",),
    doubts=(r"fals[oa]s?|mentiras?|neg(?:a|am|ou|aram|ar)|duvid\w+|dúvidas?|talvez|supost\w+|boatos?",),
    conditions=("a menos que", "desde que"),
    contrasts=("mas", "porém", "contudo"),
    person_pronouns=("ele", "ela"),
    courtesies=words("obrigado obrigada bom boa dia tarde noite olá bem-vindo bem-vinda sim"),
)
