"""Spanish."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

SPANISH = Lexicon(
    code="es",
    stemmer="spanish",
    hyphen_prefixes=words("ex"),
    function_words=words(
        "a al como con cómo cuando cuándo cual cuál cuáles de del dijo dice donde dónde el ella en era es esta este esto",
        "fue ha han hay la las le lo los más me mi no nos o para pero por porque qué que quién quien se ser si sin sobre",
        "son su sus también un una uno usted y ya",
    ),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    weekdays=words("lunes martes miércoles jueves viernes sábado domingo"),
    before_dates=words("el"),
    date_phrases=(r"(?:esta |la )?entrevista\b.{0,60}\bel\b",),
    titles=words(
        "senor senora sr sra presidente presidenta ministro ministra senador senadora don dona diputado diputada"
    ),
    ranks=words("vice adjunto adjunta suplente interino interina"),
    offices=words("secretario secretaria director directora gobernador gobernadora testigo juez jueza fiscal"),
    female_titles=words("senora sra"),
    male_titles=words("senor sr"),
    name_particles=words("las los y"),
    question_labels=words(
        "pregunta moderador moderadora entrevistador entrevistadora periodista presentador presentadora preguntas",
        "interlocutor interlocutora interlocutores intervencion reportero reportera conductor conductora",
    ),
    hosting_phrases=(
        r"bienvenid[oa]s? a",
        r"gracias por (?:acompañarnos|estar|venir|su tiempo)",
        r"nuestr[oa] invitad[oa]",
    ),
    question_signs=words("pregunta preguntas"),
    answer_labels=words("respuesta invitado entrevistado entrevistada"),
    question_initials=(("P", "R"),),
    conduct_labels=words("interprete traductor"),
    voice_labels=words("asistente publico voz voces"),
    voice_context=words("hombre mujer desconocido desconocida"),
    not_labels=words("nota fuente fecha lugar tema titulo imagen ejemplo"),
    sentence_words=tuple("que es son pero".split()),
    asks_keys=words("entrevistador moderador"),
    answers_keys=words("invitado"),
    present_keys=words("participantes"),
    date_keys=words("fecha"),
    place_keys=words("lugar"),
    title_keys=words("título"),
    text_columns=words("texto"),
    speaker_columns=words("hablante orador"),
    start_columns=words("inicio tiempo"),
    boilerplate_openers=(
        r"publicidad|lea también|lee también|le puede interesar|noticias relacionadas|artículos relacionados|etiquetas",
    ),
    credit_keys=("fuentes?", "créditos?"),
    credit_links=("de",),
    bracketed_ends=("fin",),
    capital_ends=("FIN",),
    stage_words=(r"aplausos|risas|rumores|música",),
    stage_qualifiers=("aplausos?",),
    dependent_openers=words(
        "él ella ello ellos ellas eso esto ese esa este esta estos estas su sus entonces así pero y también o"
    ),
    saying_verbs=("dijo", "dice", "afirmo", "declaro"),
    saying_phrases=("segun",),
    by_words=("por",),
    denials=(r"nunca|jamás|ning[uú]n\w*|nadie|nada|tampoco|ni",),
    doubts=(
        r"fals[oa]s?|mentiras?|niegan?|nieg[oa]|neg(?:ó|aron|ar)|dud\w+|quizás?|tal vez|apenas|supuest\w+|rumor(?:es)?",
    ),
    conditions=(r"si|a menos que|siempre que|en caso de",),
    contrasts=("pero", "sino", "sin embargo"),
    person_pronouns=("el", "ella"),
)
