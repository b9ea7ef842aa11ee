"""What English pages print beside a conversation, and nobody says."""

from __future__ import annotations

from rag.text.lexicon.model import words

BOILERPLATE = (
    r"(?:see|read|watch|listen|check|look) (?:also|more|next|too|on)",
    r"also (?:read|see|on|in)\b.*",
    r"you (?:may|might) (?:also )?(?:like|enjoy).*",
    r"(?:related|recommended|similar|further|other|latest|popular|trending) (?:\w+ )?(?:articles?|posts?|stories|news"
    r"|episodes?|links|content|topics|reading|videos?|interviews?|transcripts?)",
    r"related|recommended",
    r"more (?:from|on|stories|news|articles|posts|about|episodes|interviews)\b.*",
    r"(?:next|previous) (?:articles?|posts?|episodes?|story|page)\b.*",
    r"share(?: (?:this|on|via)\b.*)?",
    r"follow us\b.*",
    r"subscribe(?: (?:to|now|for|here)\b.*)?",
    r"(?:our )?newsletter|sign up\b.*|leave a (?:reply|comment).*|post a comment|(?:\d+ )?comments?|tags?\b.*",
    r"filed under\b.*|categor(?:y|ies)\b.*|advertisements?|sponsored(?: content)?",
    r"about the (?:authors?|show|podcast|host|interviewer)|show notes|credits|support (?:us|the show)",
    r"in this (?:episode|issue)|all rights reserved.*|(?:©|\(c\)|copyright)\s.*|(?:#\w+\s*)+",
)
NOT_LABELS = words(
    "note notes source sources photo photos image video audio tags tag date time place location topic topics subject",
    "title author update updated published by via re ps nb first second third fourth firstly secondly thirdly",
    "finally example remember warning summary abstract introduction conclusion contents chapter part section figure",
    "table http https www email tel phone fax editor copyright keywords category categories link links download read",
    "see also more transcript recorded duration length episode season look listen well yes okay right now answer",
    "break music intro outro applause laughter imagine fact truth result problem reminder disclaimer correction",
    "correct meaning attention caution",
)
STAGE_WORDS = (
    r"applause|laughter|laughs?|laughing|chuckles?|chuckling|cheers?|cheering|music|silence|pause|crosstalk",
    r"cross-talk|cross talk|inaudible|indiscernible|unintelligible|phonetic|sic|sighs?|coughs?|off[- ]mic",
    r"no response|no audible response|as interpreted|translated|through interpreter|speaking [\w ]+",
    r"in (?:english|french|spanish|german|russian|chinese|ukrainian|portuguese)|begin video ?(?:clip|tape)",
    r"end video ?(?:clip|tape)|video ?(?:clip|tape)|commercial break|break|ad break|recess|theme music|intro music",
)
CLERK_REMARKS = (
    r"There being no objection, the [^\n]*(?:was|were)",
    r"The (?:assistant )?(?:bill |legislative )?clerk (?:read|proceeded|called|will)\b",
    r"The (?:motion|amendment|resolution|bill|nomination)s? (?:was|were) "
    r"(?:agreed|rejected|ordered|read|laid|passed|confirmed)\b",
)
PROCEDURE_VERBS = (
    r"divided|agreed|adjourned|suspended|resumed|read|presented|put|negatived|carried|passed|rejected|withdrawn|granted",
    r"ordered|laid|marked|sworn|recessed|concluded|excused|called|taken|took|referred|moved|seconded|approved|adopted",
    r"debated|deferred|announced|reconvened|convened|opened|closed|rose|met|left|received|tabled|accordingly|proceeded",
)
SITTING_WORDS = (
    r"house|senate|committee|chamber|sitting|session|hearing|parliament|assembly|council|congress|court|jury|witness",
    r"motions?|bills?|amendments?|questions?|resolutions?|divisions?|debate|clause|leave|exhibits?|clerk|recess|petitions?",
    r"proceedings|order|votes?|speaker|deputy|president|chair(?:man|woman|person)?|members?|ordinance|minutes",
)
