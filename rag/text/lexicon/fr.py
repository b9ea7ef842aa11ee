"""French."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

FRENCH = Lexicon(
    code="fr",
    stemmer="french",
    function_words=words(
        "au aux avec ce ces cette comme comment dans de des dit dire du elle en est et être eu il ils je la le les leur",
        "lui mais me même mon ne nous on ou où par pas pour pourquoi qu quand que quel quelle quelles quels qui sa sans",
        "se ses son sont sur te un une vous à été avait avez",
    ),
    months=(
        "janvier",
        "février fevrier",
        "mars",
        "avril",
        "",
        "juin",
        "juillet",
        "août aout",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    weekdays=words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    before_dates=words("le"),
    date_phrases=(r"(?:cet |l')?entretien\b.{0,60}\ble\b",),
    titles=words("madame monsieur mme mlle m depute deputee ministre presidente senateur senatrice docteur professeur"),
    ranks=words("vice adjoint adjointe suppleant suppleante"),
    offices=words("rapporteur rapporteure juge temoin avocat avocate greffier greffiere"),
    female_titles=words("madame mme mlle"),
    male_titles=words("monsieur"),
    name_particles=words("et"),
    joining_words=("et",),
    question_labels=words(
        "intervieweur intervieweuse journaliste animateur animatrice presentateur presentatrice moderateur moderatrice"
    ),
    hosting_phrases=(r"bienvenue (?:à|dans|sur)", r"merci d[’']avoir", r"(?:mon|notre) invitée?"),
    answer_labels=words("reponse invite"),
    question_initials=(("D", "R"),),
    conduct_labels=words("interprete traductor"),
    voice_labels=words("voix intervenant intervenante"),
    voice_context=words("inconnu inconnue homme femme dans la salle"),
    not_labels=words("remarque objet lieu titre sujet exemple"),
    sentence_words=tuple("je vous nous est sont c'est que".split()),
    asks_keys=words("animateur"),
    answers_keys=words("invité"),
    place_keys=words("lieu"),
    title_keys=words("titre"),
    no_titles=("sans titre",),
    text_columns=words("texte"),
    speaker_columns=words("orateur intervenant locuteur"),
    start_columns=words("début"),
    boilerplate_openers=(
        r"publicité|à lire aussi|lire aussi|lire la suite|articles? liés|sur le même sujet|mots[- ]clés",
    ),
    credit_keys=("crédits?",),
    credit_links=("de", "par"),
    end_marks=(r"fin (?:du|de la) (?:the )?(?:transcript|interview|audio|entretien)\.?",),
    bracketed_ends=("fin",),
    capital_ends=("FIN",),
    stage_words=(r"applaudissements|rires|sourires|exclamations|brouhaha|mouvements divers",),
    stage_qualifiers=("vifs",),
    dependent_openers=words(
        "il elle ils elles cela ça ce c cet cette ces celui celle son sa leur alors donc mais et aussi ou"
    ),
    saying_verbs=("dit", "declare", "affirme", "explique"),
    saying_phrases=("selon",),
    by_words=("par",),
    denials=(r"pas|jamais|aucune?|rien|ne|n'\w+|ni|non(?!-)|sans",),
    doubts=(r"faux|fausse|mensonges?|nie[nrsz]*|démen\w+|dout\w+|prétend\w*|peut-être|à peine|rumeurs?|soi-disant",),
    conditions=(r"si|s'ils?|à condition|pourvu|à moins|au cas où",),
    contrasts=("mais", "cependant", "pourtant"),
    person_pronouns=("il", "elle"),
)
