"""English."""

from __future__ import annotations

from rag.text.lexicon import en_answers
from rag.text.lexicon.en_names import COMMON_FIRST_NAMES, COMMON_LAST_NAMES, PLACE_LAST_NAMES
from rag.text.lexicon.en_page import BOILERPLATE, CLERK_REMARKS, NOT_LABELS, PROCEDURE_VERBS, SITTING_WORDS, STAGE_WORDS
from rag.text.lexicon.model import Lexicon, words

_UNIT_ORDINALS = tuple("first second third fourth fifth sixth seventh eighth ninth".split())
_PREFIXES = words("de da di del della der den des du el la le van von zu zur af al ibn ben ter ten")
_ASKING_WORDS = tuple("what when where who whom whose which why how".split())
# Where somebody is said to have said something, and where it is asked what somebody said.
_SAID = tuple(
    "said says told tells stated states added adds argued argues explained explains announced announces denied denies "
    "confirmed confirms promised promises claimed claims noted notes replied replies answered answers warned warns admitted "
    "admits insisted insists recalled recalls described describes called calls mentioned mentions commented comments "
    "responded responds testified testifies believed believes thought thinks suggested suggests".split()
)

ENGLISH = Lexicon(
    code="en",
    stemmer="english",
    hyphen_prefixes=words("self ex well ill non half all cross quasi vice"),
    function_words=words(
        "a about after again all also am an and any are as at be because been before being but by can could did do does",
        "doing don't down during each few for from further had has have having he her here hers him his how i if in into",
        "is it its just me might more most my no nor not now of off on once only or other our out over own said same say",
        "says she should so some such than that the their them then there these they this those through to too under",
        "until up very was we were what when where which while who whom whose why will with would you your tell told",
        "think thinks talk talked anything something doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't",
        "shouldn't haven't hasn't hadn't what's who's where's when's why's how's that's there's here's it's he's she's i'm",
        "i've i'd i'll you're you've you'd you'll we're we've we'd we'll they're they've they'd they'll let's",
    ),
    months=tuple(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|"
        "november nov|december dec".split("|")
    ),
    months_that_are_words=words("may march mar august dec jan"),
    weekdays=words("monday tuesday wednesday thursday friday saturday sunday"),
    before_dates=words("on the"),
    date_phrases=(
        r"(?:this|the|our)?\s?(?:interview|conversation|talk|discussion|hearing|meeting|episode|podcast|press conference"
        r"|transcript)\b.{0,40}\b(?:took place|was|were)?\s?(?:held|recorded|conducted|broadcast|aired|published|on)\b",
    ),
    ordinals=(
        *_UNIT_ORDINALS,
        *"tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        *("twentieth", *(f"twenty-{unit}" for unit in _UNIT_ORDINALS)),
        *("thirtieth", "thirty-first"),
    ),
    units=tuple("one two three four five six seven eight nine".split()),
    teens=tuple("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()),
    tens=tuple("twenty thirty forty fifty sixty seventy eighty ninety".split()),
    scales=(
        *(("thousand", 10**3), ("million", 10**6), ("billion", 10**9), ("trillion", 10**12)),
        *(("mn", 10**6), ("bn", 10**9)),
    ),
    chat_from_words=("from",),
    chat_to_words=("to",),
    life_words=(r"born|birth|birthdate|birthday|died|death|deceased|dob",),
    note_words=("note|remark",),
    articles=words("the a an this no"),
    other_columns=words(
        "topic sentiment emotion language lang category status type section source file media channel confidence"
    ),
    hour_words=("hours?|hrs?|h",),
    minute_words=("minutes?|mins?|m",),
    second_words=("seconds?|secs?|s",),
    titles=words(
        "mr mrs ms miss mx dr prof professor hon honourable honorable rt right sir dame lord lady madam president vice",
        "minister prime secretary general senator representative congressman congresswoman chancellor ambassador judge",
        "justice chief mayor governor commissioner director chair chairman chairwoman chairperson captain colonel major",
        "lieutenant sergeant admiral reverend rev deputy acting state the",
    ),
    ranks=words("deputy vice acting assistant associate under interim former shadow co sub chief junior senior lead"),
    offices=words(
        "administrator engineer officer counsel attorney solicitor prosecutor clerk witness juror court bailiff defendant",
        "plaintiff petitioner respondent applicant treasurer manager analyst nurse teacher principal coach editor producer",
        "inspector superintendent sheriff comptroller auditor registrar delegate observer whip leader spokesperson",
        "spokesman spokeswoman speaker interviewee",
    ),
    courtesy_titles=words(
        "dr prof professor hon honourable honorable rt right sir dame lord lady madam miss mx the vice deputy acting state",
        "chief general reverend rev",
    ),
    office_heads=words(
        "advisor spokesperson communications director coordinator head president premier king queen prince princess pope",
        "chairman chairwoman congressman congresswoman commandant envoy economist correspondent superintendent founder",
        "chief surgeon sheriff treasurer lawyer candidate undersecretary",
    ),
    office_synonyms=frozenset(
        {
            "advisor adviser advisors advisers",
            "spokesperson spokesman spokeswoman communications spokespeople",
            "chair chairman chairwoman chairperson",
            "congressman congresswoman",
            "secretary sec",
            "economic economics",
        }
    ),
    title_joints=words("by with and between featuring interview interviews to meets speaks talks vs versus"),
    bare_titles=words("mr mrs ms miss sir madam hon dr prof rev"),
    female_titles=words("mrs ms miss dame lady madam chairwoman congresswoman"),
    male_titles=words("mr sir lord chairman congressman"),
    name_prefixes=_PREFIXES,
    name_particles=_PREFIXES | words("bin of the and for hon. i"),
    opening_particles=words("the hon."),
    joining_words=("and",),
    ordinary_endings=("ly", "ing", "ed", "tions?", "sions?", "ments?", "ness", "ship", "ism"),
    question_labels=words(
        "question q interviewer reporter journalist correspondent host moderator questions presenter interviewers",
        "reporters journalists press",
    ),
    asking_offices=words("analyst anchor anchorman anchorwoman newscaster"),
    bench_titles=words("justice"),
    hosting_phrases=(
        r"welcome (?:to|back)",
        r"(?:joining|joined|joins?) (?:me|us|by)",
        r"(?:my|our|today[’']s) guests?",
        r"thank(?:s| you)(?: (?:so|very) much)? for (?:joining|coming|being|speaking|talking|taking|your time)",
    ),
    question_signs=words("question questions q"),
    answer_labels=words("answer a interviewee guest"),
    question_initials=(("Q", "AR"),),
    conduct_labels=words(
        "operator clerk moderator translator interpreter speaker staff chair chairman chairperson aide official",
        "announcer narrator recorder",
    ),
    voice_labels=words(
        "member members speaker male female man woman voice voices participant caller student attendee questioner",
        "audience listener viewer panelist reporter journalist",
    ),
    voice_context=words(
        "some hon honourable honorable unidentified unknown unnamed unidentifiable another other several multiple many",
        "off camera offscreen the a an in from of",
    ),
    language_names=words(
        "english french german spanish chinese afrikaans isizulu isixhosa sepedi sesotho setswana xitsonga welsh irish"
    ),
    not_labels=NOT_LABELS,
    sentence_words=tuple(
        "i you we he she it they me my your our this that these is are was were be been will would can do did has have "
        "say said let if what why how when here there not but so because also".split()
    ),
    continuing_marks=("continuing", "continued", r"cont[’'.]?d?\.?"),
    asks_keys=words("interviewer interviewers host hosts moderator presenter")
    | {"interview by", "interviewed by", "conducted by", "interview conducted by"},
    answers_keys=words("guest guests interviewee interviewees speaker witness witnesses narrator respondent name"),
    present_keys=words("participants participant present speakers with attendees attendee attendance absent apologies")
    | {"in attendance", "also present", "those present"},
    date_keys=words("date recorded published broadcast aired")
    | {
        "date transcript",
        "date of transcript",
        "date of interview",
        "interview date",
        "date recorded",
        "recording date",
        "recorded on",
    },
    place_keys=words("place location venue city"),
    title_keys=words("title"),
    occasion_words=words(
        "interview interviews conference conferences press hearing hearings meeting meetings minutes oral history session",
        "sitting transcript transcription transcripts part day episode talk talks speech debate briefing remarks panel webinar",
        "call podcast zoom teams conversation discussion lecture address statement testimony deposition proceedings record",
        "volume chapter edited edition report notes summary draft final version series season question questions answers one two",
        "three four five council plenary board committee senate parliament congress assembly commission cabinet recorded published broadcast spring summer autumn winter morning afternoon evening",
    ),
    place_words=words(
        "hall house city street square hotel university college center centre town county island port harbour court room",
        "palace school church library building park new san santa saint st upper lower north south east west museum theatre",
        "theater castle mount lake beach valley village bridge hill los las station embassy airport",
    ),
    place_prepositions=words("in at from of near to through outside"),
    no_titles=("untitled",),
    numbered_no_titles=("document",),
    text_columns=words(
        "text transcript utterance content speech said statement sentence message line body words dialogue dialog quote"
    ),
    speaker_columns=words(
        "speaker name who person participant author speaker_name speakername label role",
    ),
    start_columns=words(
        "start start_time starttime begin from time timestamp timecode start_s start_ms seconds offset",
    ),
    end_columns=words("end end_time endtime stop to end_s end_ms"),
    boilerplate=BOILERPLATE,
    credit_keys=(
        *("photos?", "photographs?", "pictures?", "images?", "illustrations?", "graphics?", "credits?", "sources?"),
        "videos?",
    ),
    credit_links=("by", "credits?", "courtesy"),
    end_marks=(
        r"-30-",
        r"[^\n.:]{1,60} (?:started|stopped) transcription",
        r"(?:#[^\S\n]?){3,}",
        r"[\[(](?:whereupon|thereupon)\b[^\n]{0,200}[\])]",
        r"[\[(]the (?:hearing|meeting|committee|session|conference|deposition|proceedings?|interview) (?:was |were )?"
        r"(?:adjourned|concluded|ended|closed|rose|recessed)\b[^\n]{0,120}[\])]",
        r"end of (?:the )?(?:transcript|interview|recording|tape|audio)\.?",
    ),
    bracketed_ends=("end", "final"),
    capital_ends=("END", "ENDS"),
    clerk_remarks=CLERK_REMARKS,
    first_and_second_persons=words(
        "i me my mine myself we us our ours ourselves you your yours yourself i'm i've i'll i'd we're we've we'll let's"
    ),
    speaking_persons=words("i i'm i've you your yours yourself you're"),
    record_words=(
        r"(?:interview|conversation|talk|episode|text) (?:has been|was) (?:\w+ly )?(?:edited|condensed|shortened|abridged|recorded)",
        r"transcripts?|transcriptions?|transcribed|transcribers?|transcriber's|recordings?|subtitles|captions",
        r"(?:computer|machine|automatically)[- ]generated|all rights reserved|editor[’']s note|translator[’']s note",
    ),
    sponsor_phrases=(r"(?:is|was) (?:brought to you|sponsored) by",),
    record_makers=(
        r"(?:transcri(?:bed|ption|pt)|captioned|subtitle[sd]|subtitled|generated|exported|edited|reviewed|proofread|translated"
        r"|produced|provided|recorded|approved|checked|typed|prepared|compiled|published|interviewed)"
        r"(?: (?:and|&) \w+)?(?: (?:with|by|from|using|courtesy of|on|at)\b|\s*:)",
    ),
    rights_words=("copyright",),
    certifying_words=("certify", "certifies", "certificate", "certified"),
    session_words=(
        r"transcripts?|transcription|recording|interview|meeting|audio|video|tape|conversation|call|hearing|session|sitting",
        r"conference|proceedings?|deposition|episode|podcast|broadcast|file",
    ),
    end_words=(
        r"starts?|started|begin(?:s|ning)?|resumes?|end|ends|ended|ending|concludes?|concluded|stops|stopped|adjourned|closed|rose",
    ),
    house_words=(
        r"house of \w+|senate|committee|sitting|hearing|parliament|assembly|hansard|court|city council|town council|board",
    ),
    sitting_words=SITTING_WORDS,
    sitting_offices=words(
        "speaker chair chairman chairwoman chairperson senator court judge justice clerk hon honourable"
    ),
    procedure_verbs=PROCEDURE_VERBS,
    auxiliary_words=tuple(
        "was were is are be been being has have had then accordingly thereupon so duly now not stands to".split()
    ),
    vote_words=("ayes", "noes", "yeas", "nays", "tellers(?: for the (?:ayes|noes))?", "abstentions?", "absent"),
    interpreting_words=("interpreter", "interpreted", "interpretation", "translator", "translated", "translation"),
    part_words=("tape", "side", "reel", "cassette", "dis[ck]", "part", "file"),
    chapter_words=("chapter", "part", "section"),
    page_words=("page", "p", "pg"),
    stage_words=STAGE_WORDS,
    stage_qualifiers=("prolonged", "general", "loud", "light", "some", "more"),
    dependent_openers=words(
        "he she it they this that these those his her its their such there then so but and also or"
    ),
    sentence_openers=words(
        "according additionally ah although among another asked based because besides both despite earlier either",
        "everybody everyone everything finally first following furthermore given hence however instead later many",
        "meanwhile moreover most neither nevertheless next nobody none nothing oh ok okay once only others otherwise",
        "overall per regarding second several since someone speaking still then therefore third though thus together",
        "toward towards unless unlike until well whereas whether while within without yes yet",
    ),
    saying_verbs=_SAID,
    saying_phrases=("according to",),
    by_words=("by",),
    denials=(r"not|never|no(?!\.)|nobody|none|nothing|nowhere|nor|neither|cannot|without|\w+n['’]t",),
    doubts=(
        r"den(?:y|ies|ied|ying)|doubt\w*|dispute[sd]?|refute[sd]?|false(?:ly)?|untrue|incorrect|wrong(?:ly)?|lied|lying|an? lie",
        r"myths?|rumou?rs?|nonsense|absurd|hardly|scarcely|barely|rarely|seldom|alleg\w+|suppos\w+|pretend\w*|imagin\w+",
        r"perhaps|maybe|might|possibly|claim(?:s|ed|ing)?|far from|fail(?:s|ed)? to|refuse[sd]? to",
    ),
    conditions=(
        r"if|unless|whether|provided|providing|in case|as long as|so long as|until|except|only when|would have|as though",
    ),
    contrasts=("but", "however", "yet", "though", "although"),
    person_pronouns=("he", "she", "they", "i", "we"),
    quantity_words=tuple("hundred thousand million billion half third quarter dozen twice once".split()),
    time_words=tuple(
        "yesterday today tomorrow spring summer autumn fall winter year years month months week weeks day days hour hours "
        "minutes ago century decade".split()
    ),
    question_words=words(
        *_ASKING_WORDS,
        "do does did is are was were will would can could should has have had",
    ),
    common_last_names=COMMON_LAST_NAMES,
    place_last_names=PLACE_LAST_NAMES,
    common_first_names=COMMON_FIRST_NAMES,
    before_months=words(
        "in since until till last this next early late mid of from by during before after every each to"
    ),
    third_persons=words("he him his she her hers"),
    bound_references=words("his her its their that this there then such same again"),
    references=words("it they them theirs these those one ones other others another else rest former latter too also"),
    continuing_openers=("and", "but", "so", "or", "then", "what about", "how about"),
    degree_words=words("much many long often"),
    asked_auxiliaries=("did", "does", "do", "has", "had", "will", "would"),
    asked_adverbs=("ever", "also", "really"),
    asked_emphases=("actually", "then", "himself", "herself"),
    asked_verbs=(
        *_SAID,
        *"say saying tell think mention claim argue answer explain promise comment deny admit announce respond reply".split(),
        *"testify state describe believe suggest add confirm note warn insist recall".split(),
    ),
    attributions=("according to", "in the words of"),
    opinion_nouns=tuple(
        "view views opinion opinions position answer explanation account reaction response reply comment comments "
        "statement stance words testimony".split()
    ),
    seasons=("spring", "summer", "autumn|fall", "winter"),
    early_words=("early(?: in)?", "(?:beginning|start) of"),
    middle_words=("mid", "middle of"),
    late_words=("late(?: in)?", "end of"),
    part_units=("weeks?", "half", "quarter"),
    part_links=(r"\s+(?:of|in)\s+",),
    year_links=("of", "in"),
    year_words=("years?",),
    month_words=("months?",),
    week_words=("weeks?",),
    day_words=("days?",),
    last_words=("last", "past", "previous"),
    this_words=("this", "the current"),
    one_words=("an?", "one"),
    ago_words=("ago", "back", "earlier"),
    period_articles=("the",),
    within_words=("(?:back )?in", "on", "during", "throughout", "within", "over", "from", "for", "dated"),
    dated_words=("of", "at"),
    since_words=("since", "starting (?:in|on|from)", "ever since"),
    beyond_words=("after", "later than", "following"),
    earlier_words=("before", "prior to", "ahead of", "earlier than"),
    until_words=("until", "till", "up to", "by", "as (?:of|at|per)", "as late as"),
    range_openers=("between", "from"),
    range_links=("and", "to", "until", "till", "through", "up to"),
    occasions=tuple(
        "interviews? briefings? conferences? hearings? meetings? sessions? podcasts? episodes? speech(?:es)? talks? debates? "
        "panels? address lectures? testimony depositions? remarks roundtables? webinars? calls? statements? conversations? "
        "sittings? gaggle pressers? townhalls?".split()
    ),
    asks_number=en_answers.ASKS_NUMBER,
    asks_time=en_answers.ASKS_TIME,
    asks_name=en_answers.ASKS_NAME,
    asks_latest=en_answers.ASKS_LATEST,
    asks_whether=en_answers.ASKS_WHETHER,
    verdicts=en_answers.VERDICTS,
    announcements=en_answers.ANNOUNCEMENTS,
    completions=en_answers.COMPLETIONS,
    nods=en_answers.NODS,
    asking_words=_ASKING_WORDS,
    leaning_openers=en_answers.LEANING_OPENERS,
    leaning_words=tuple("he she it they this that those these him her them there here".split()),
    courtesies=words(
        "thank thanks good morning afternoon evening day hello hi hey welcome please okay ok yes yeah sorry"
    ),
)
