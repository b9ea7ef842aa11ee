"""What questions ask for in English, and how people go on when they answer."""

from __future__ import annotations

ASKS_NUMBER = (
    "how (?:many|much|long|old|far|often|big|large|high|tall|fast|soon|few|expensive)",
    r"(?:what|which) (?:\w+ )?(?:percentage|share|number|amount|sum|price|cost|costs|budget|rate|size)",
    r"what (?:do|does|did|will|would|has|is)\b.*\b(?:cost|price|worth|pay|charge|earn)",
    r"what(?:[’']s| is| was| are| were) (?:[\w’'-]+ ){0,5}(?:percentage|share|number|amount|sum|price|costs?|budget|rate|size|total"
    r"|age|deficit|turnout|average|median|proportion|salary|wage|toll)",
)
ASKS_LATEST = (
    "(?:the )?(?:last time|latest|most recent(?:ly)?)",
    r"when (?:did|has|have|had) (?:[\w’'.-]+ ){1,6}last(?= \w)",
)
# "When did it fall?", "Is it known when it fell?", and not "What did she say when it fell?"
ASKS_TIME = (
    r"when(?= (?:exactly )?(?:did|does|do|is|are|was|were|will|would|has|have|had|can|could|should|might|must)\b|\W*$)",
    r"(?<![\w,;’'] )when|when(?= (?:and|or) (?:where|how|why|by)\b)",
    r"(?:knows?|known|sure|clear|decided|announced) (?:exactly )?when",
    *("what (?:year|date|day|month|time)", "which (?:year|date|day|month)", "since when", "how long"),
)
ASKS_NAME = ("who", "whom", "whose", "where", "which (?:country|city|person|company|minister|party|place)")
# "Did he …?" wants a yes or a no; "Can you tell us …" asks for something else.
ASKS_WHETHER = (
    r"(?:and |but |so |or )?(?:did|does|do|is|are|was|were|will|would|has|have|had|can|could|should|must|may|might)"
    r"(?:n[’']t)?\b(?! (?:you (?:please )?(?:tell|explain|say|describe|share|talk|give|elaborate|comment)))",
)
VERDICTS = (
    r"(?:well,? |look,? |oh,? |um,? |so,? )*(?:yes|yeah|yep|yup|no|nope|never|absolutely|certainly|definitely|of course"
    r"|correct|exactly|not (?:at all|yet|really|that i|to my|at this)|(?:that|it)(?:[’']s| is| was) (?:right|correct|true|not|false))",
)
LEANING_OPENERS = (
    *("and", "but", "so", "or", "then", "also", "why not", "really", "you", "which one"),
    "(?:can|may|could) i",
)

_COUNTED = r"(?:two|three|four|five|six|several|some|a few|a couple(?: of)?|a number of|a handful of|multiple)"
ANNOUNCEMENTS = (
    rf"{_COUNTED} (?:\w+ )?(?:things|points|reasons|ways|questions|factors|parts|pieces|steps|issues|areas|examples)",
    r"here(?:[’']s| is| are) (?:the (?:thing|point|deal|problem|reason|truth)|what|why|how|an example|one|two|three)",
    r"the following|as follows|let me (?:explain|be clear|give you|tell you|put it|start|begin|read|walk you)",
    r"(?<!\w )(?:and |so )?(?:first|firstly|first of all|number one|to begin with|on (?:the )?one hand)(?=[,:;]| [—–])",
    r"the first (?:thing|point|reason|one|is|was)|one (?:reason|example|thing|point) (?:is|was)",
)
COMPLETIONS = (
    r"(?:and |but )?(?:the )?(?:second|third|fourth|fifth|other|last|final)(?:ly)?(?: (?:thing|point|reason|one|part))?"
    r"(?=[,:;—–-]| (?:is|was|of all)\b)",
    r"(?:and )?(?:number (?:two|three)|on the other hand|because|that(?:[’']s| is| was) (?:because|why)|the reason)\b",
    r"for (?:example|instance)|namely|that is to say|in other words|that means|which means|meaning",
    r"(?:but|however|yet|although|except|unless|only if|provided that)\b",
)
NODS = (
    r"(?:mm+|hm+|um|uh)(?:[- ]?(?:hm+|mm+|huh))?|mhm+|aha|ah+|oh|wow|huh",
    r"right|yeah|yes|yep|yup|ok(?:ay)?|sure|true|exactly|absolutely|definitely|indeed|interesting|really|great|good|nice",
    r"i see|got it|of course|go on|fair enough|makes sense|all right|alright|no kidding|oh my|understood|i understand",
)
