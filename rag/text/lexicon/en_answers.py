"""What questions ask for in English, and how people go on when they answer."""

from __future__ import annotations

ASKS_NUMBER = (
    "how (?:many|much|long|old|far|often|big|large|high|tall|fast|soon|few|expensive)",
    r"(?:what|which) (?:\w+ )?(?:percentage|share|number|amount|sum|price|cost|costs|budget|rate|size)",
    r"what (?:do|does|did|will|would|has|is)\b.*\b(?:cost|price|worth|pay|charge|earn)",
)
ASKS_TIME = ("when", "what (?:year|date|day|month|time)", "which (?:year|date|day|month)", "since when", "how long")
ASKS_NAME = ("who", "whom", "whose", "where", "which (?:country|city|person|company|minister|party|place)")

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
