"""English words that are names of people, too: in a question, such a word is a name only where more says so."""

from __future__ import annotations

from rag.text.lexicon.model import words

COMMON_LAST_NAMES = words(
    "baker banks barber bell berry best bishop black bond bird brook brooks brown bush butler carpenter carter case chance",
    "church close cook cooper cross day dean drew early east fair farmer field fields fish fisher flowers ford forest fox",
    "frost fuller gates gardener glass gold good grant grave graves gray green grey hall hand hands hill hills hope house",
    "hunt hunter joy judge key king knight lake lamb land law lane little long love major march marsh may mill miller mills",
    "moon moss moody noble north park parks penny piper pitt pond pool poole pope porter post potter power price prince quick",
    "rains read reader rice rich rivers rock rose rush sharp shepherd short silver singer small smith snow south spring steel",
    "stone street strong summer summers swan swift taylor thing turner wall walker ward waters way weaver wells west white",
    "wild winter wise wood woods wright young",
    "apple archer ash bacon bail bar barker bass beach bean bear beard bill bloom bolt book bow bowl boys branch bright",
    "broad brush buck bull burns cannon cash castle chain chair chase child choice christian coin cole cone cope corn cotton",
    "court cox craft crane crisp crow crown curry curtain dale darling dash dear dell diamond dollar door dove driver drum",
    "duke dyer eagle easter england english ever farm fast faith fall feather fence finch fine fire flint flood fly foot",
    "force free freed french friend frost fuel funk gale game garland garner gay german gift glass gore grace granger gross",
    "guard guest gun hacker hale ham hammer handy hardy hart haven hawk hay hazard head heart heath hector heir held herring",
    "hide hook hooker horn horse huff hull hurt ice jack jobs jolly jury kind kitchen last law leach leaf leech life light lines",
    "link lock lord lot low lucky lynch man mark marks marshal marshall mason mast may mead means mercer merchant merry miles",
    "mine mint money moor more morrow mount mouse nail neat needle new nice nickel night noon oakes ocean orange outlaw",
    "owl pace page paint parish part pass patch peace peak pearl pepper perry pick pickle pike pine pitch plain plant play",
    "plum plumber poor pound press pride priest prior proud purse rain ram ransom raven ray reason record reed reeve rice",
    "ridge ring roads robin rod roller roof root round rule rust saddler sage sail sailor salmon salt sand sanders savage",
    "sawyer scales school seal sellers self setter severe shade sharpe shell shields ship shoe shore sin skinner slaughter",
    "slow snell sober spark sparks sparrow speaker spear speed spencer spicer spring square squire stable staff stage stamp",
    "star stark start staples sterling stock storey storm story strange stream strike strong style sweet tanner tate",
    "temple tiller tower towers town trader train treasure tree trick trout true trump trust tucker twist underwood vale",
    "valentine vest viper wade wagner waiter wake want war warden warm warner watch water watts weaver webb weeks welch welcome",
    "west wheat wheel whip will wind winner winters witch wolf wolfe wonder word work worth wren yard year yeoman york",
)
PLACE_LAST_NAMES = words(
    "jordan chad georgia virginia israel england ireland holland france scotland wales germany london paris york",
    "washington lincoln houston dallas austin berlin boston bristol carolina charlotte chelsea china cuba dakota denver",
    "florence geneva india jersey kent lancaster madison manchester montana nevada oxford phoenix sydney trent troy tyrone",
    "vienna warren windsor savannah brooklyn alexandria adelaide victoria asia africa america kenya malta jamaica cleveland",
    "columbus lourdes milan devon chester cork derby durham essex hamilton lima orlando odessa israel santiago santos",
)
COMMON_FIRST_NAMES = words(
    "will mark frank grace hope joy faith rose may june april august art bill drew grant chase rich pat sue gene ray dean",
    "miles dawn iris ivy olive ginger amber ruby pearl crystal jade daisy lily violet heather holly hazel autumn summer",
    "spring skip chip buck rusty cliff glen heath clay lance pierce rod rob guy max norm wade ward nick peg penny bunny",
    "candy cherry sandy sunny stormy melody harmony carol merry brandy sherry christian ace angel archer ash basil bay bear",
    "bliss blue chance charity clement colt constant cash dale destiny dolly duke earl eve fern flora forest gale gay",
    "happy hunter jack jewel justice king lane laurel liberty major marshal mason mercy misty",
    "noble opal page peace prince princess prudence pride queen reed robin rocky roman rusty sage sailor star sterling",
    "storm temple tiger true trinity victor winter wren young rex royal rush mars bob don long so see con",
)
