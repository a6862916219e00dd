"""Text that is aimed at its reader: known ways to turn an agent by what it reads. Patterns only, for the gate."""

from __future__ import annotations

_ORDER = (
    r"(?:instruction|direction|rule|prompt|guideline|guidance|message|constraint|context|command|polic|"
    r"restriction|order)"
)
_PAST = (
    r"(?:previous|prior|above|earlier|preceding|former|all|any|every|your|the|these|those|system|foregoing|existing)"
)
INJECTIONS = {
    "tells the reader to drop its instructions": (
        rf"\b(?:ignor|disregard|forget|overrid|overrul|overwrit|bypass|neglect|discard|"
        rf"abandon)\w*\b[^.\n]{{0,40}}\b{_PAST}"
        rf"\b[^.\n]{{0,40}}\b{_ORDER}"
    ),
    "tells the reader to drop everything before": (
        r"\b(?:ignore|disregard|forget)\s+(?:everything|all\b|anything|what(?:ever)?)[^.\n]{0,30}\b(?:above|"
        r"before|said|told|so far)"
    ),
    "tells the reader whom to follow": (
        r"\b(?:stop|never|no longer|do not|don't|need not|set(?:ting)? aside|supersed\w*)\b[^.\n]{0,30}?"
        r"(?:\b(?:follow|obey|heed|comply|listen|need|guid|instruct|rule)\w*\b[^.\n]{0,30})?"
        r"\b(?:instructions?|rules|prompts?|guidelines|guidance|polic(?:y|ies)|restrictions|keep rule|"
        r"brief)\b(?! of thumb)"
        r"|\b(?:disregard|ignore|override) (?:what |whatever |that )?(?:the|your|this) (?:brief|reviewer|"
        r"operator|person)\b"
    ),
    "speaks of the harness itself": (
        r"\b(?:the|this|your|any) (?:journal|ledger|sandbox|grader|evaluator|harness|keep rule|orchestrator|"
        r"gatekeeper)\b"
        r"|\b(?:skip|pass|avoid|evade|fool|open) the gate\b|\b(?:mark|treat|keep|load|trust|"
        r"promote) this (?:skill|note)\b"
        r"|\bthis (?:skill|note) (?:is|must|should|has|was) (?:be )?(?:active|trusted|approved|verified|"
        r"kept|official)"
        r"|\b(?:when|once|if|after|before|by) (?:you |anyone )?read(?:s|ing)? this(?: (?:note|skill|text|"
        r"file|line))?\s*(?:[,.:]|$)|\bgive yourself\b"
        r"|\b(?:set|raise|increase|extend|double|lift|remove|reset)\w* (?:the|your|its) (?:\w+ )?(?:budget|"
        r"time limit|quota)\b"
    ),
    "dictates an answer": (
        r"\b(?:respond|reply|answer|output) (?:only |just )?with (?:only |just )?(?:the word|one word|"
        r"exactly|yes|no|done|ok)\b|\btrust (?:only|nothing|no one)\b"
        r"|\b(?:all|any) other (?:skills|notes)\b|\bthe (?:prompt|task text|system text|brief) (?:says|is|does|do)\b"
        r"|\brules?\b[^.\n]{0,40}\b(?:do|does|no longer) (?:not )?appl(?:y|ies) (?:to you|here|anymore|to this)"
        r"|\byour (?:keys?|secrets?|credentials|environment|files)\b|\bcontents? of the environment\b|"
        r"\byou are (?:an? )?(?:calculator|bot|chatbot)\b"
    ),
    "speaks to the reader by its trade": r"^\s*(?:agent|model|ai|engineer|orchestrator|specialist)\s*[:,]",
    "the same in another language": (
        r"\b(?:ignor(?:iere|ieren|ez|a|e|ar)|vergiss|oublie[zr]?|olvida)\b[^.\n]{0,40}"
        r"\b(?:anweisung|instruc|instrucc|istruzion|consigne|regeln)"
    ),
    "gives the reader a new role": (
        r"\byou are (?:now|no longer|an? (?:ai|assistant|agent|language model|helpful|unrestricted|expert))\b"
        r"|\bpretend (?:to be|that you|you)\b|\bact as (?:an?|if you|the) (?:ai|assistant|agent|admin|root|"
        r"system|unrestricted|you)"
        r"|\bfrom now on,? (?:you|always|never)\b|\b(?:developer|god|dan|jailbreak|admin) mode\b|\bjailbreak"
    ),
    "speaks to the agent": (
        r"\b(?:dear|attention|hey|note to|message (?:to|for)|instructions? (?:to|for))[ ,:]+(?:the |any |"
        r"all |every )?"
        r"(?:ai|agent|assistant|llm|language model|reader|claude|gpt|chatgpt|model reading)\b"
        r"|\b(?:ai|agent|assistant|llm|language model)s? (?:reading|who reads?|that reads?|must (?:obey|"
        r"comply|follow|always|now))"
        r"|\bas an? (?:ai|assistant|language model)\b"
    ),
    "speaks of the reader's rules, tools or budget": (
        r"\byour (?:own )?(?:rules|instructions?|tools?|budget|system|prompt|guidelines|operator|owner|user|"
        r"permissions?|"
        r"grader|developers?|sandbox|safety|creators?|harness)\b"
    ),
    "imitates a conversation's markers": (
        r"<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|^\s*#*\s*(?:system|assistant|human|user|developer)\s*:"
        r"|\b(?:system|developer) (?:prompt|message|override)\b|^#+\s*(?:new |system )?instructions?\b|"
        r"\bend of (?:prompt|notes|skill|context)\b"
    ),
    "gives new orders": (
        r"\b(?:new|updated|real|actual|true|important|secret|hidden|urgent|override) (?:instructions?|orders)\b"
        r"|\b(?:the|your) (?:real|actual|true|new|only) (?:task|goal|objective|job) is\b"
        r"|\byou (?:must|have to|are required to) (?:now |always |immediately )?(?:obey|comply|follow these|"
        r"respond|reply|reveal|execute|call|send)\b"
    ),
    "asks for secrecy": (
        r"\b(?:do not|don't|never|without) (?:tell|telling|mention|mentioning|inform|informing|reveal|"
        r"revealing|disclose|report|reporting|alert|log|notify)"
        r"\w*\b[^.\n]{0,30}\b(?:user|human|anyone|operator|person|developer|supervisor|this (?:note|step|"
        r"instruction|change)|reviewer)"
        r"|\b(?:secretly|covertly)\b|\bkeep (?:this|it) (?:a )?(?:secret|hidden|confidential)\b"
    ),
    "asks for what is hidden": (
        r"\b(?:reveal|print|show|leak|exfiltrat\w*|dump|repeat|output|disclose|steal|collect)\b[^.\n]{0,40}"
        r"\b(?:prompt|instructions|secrets?|credentials?|api keys?|environment variables?|env vars?|passwords?|ssh)\b"
    ),
    "turns against the harness": (
        r"\b(?:disabl|bypass|circumvent|evad|escap|turn(?:ing)? off|switch(?:ing)? off|trick|fool|deceiv|"
        r"tamper|manipulat|hack|cheat)\w*\b[^.\n]{0,30}"
        r"\b(?:sandbox|gate|safety|guard\w*|grader|grading|harness|time limit|budget|scorer|scoring (?:code|"
        r"script|function)|evaluat(?:or|ion harness)|monitor\w*|"
        r"keep rule|security|filters?|restrictions?|limits?|judge)\b"
    ),
    "points at held-out answers": (
        r"\b(?:read|open|use|find|load|copy|submit|look (?:at|for|up)|peek(?: at)?|fetch|download|train on|"
        r"access|search for)\b[^.\n]{0,40}"
        r"\b(?:the answers\b|answers?(?: file| key|\.csv)|test labels|hidden labels|held-?out (?:labels|"
        r"answers|targets)|private (?:labels|folder|answers|leaderboard)|ground truth of the test|"
        r"solution\.csv|true labels of the test|public solutions?|winning (?:solution|notebook)s?|external copy)\b"
        r"|\b(?:hidden|private) (?:labels|answers|targets|folder|files)\b|\bleaderboard prob\w+|\bprob(?:e|"
        r"ing) the leaderboard\b"
        r"|\b(?:look|search|find)\w*\b[^.\n]{0,30}\b(?:solutions?|answers?|labels)\b[^.\n]{0,20}\b(?:web|"
        r"internet|online|forum)\b"
        r"|\btest[ _-](?:set )?(?:labels|answers)\b|\b(?:labels|answers|targets) (?:for|of) the (?:hidden |"
        r"private )?test\b"
        r"|\b(?:overwrit|patch|monkey-?patch|redefin|replac)\w* the (?:metric|scoring|"
        r"evaluation) (?:function|code|script)\b"
        r"|\bprivate/|\banswers?\.(?:csv|parquet|json)\b"
    ),
    "sends data away": (
        r"\b(?:send|upload|post|e-?mail|transmit|forward|report|push|leak)\b[^.\n]{0,50}\bto (?:an? |the |"
        r"this |my |our )?(?:external|remote|server|webhook|"
        r"address|endpoint|url|bucket|host|attacker|http)"
    ),
    "calls a tool": (
        r"\b(?:call|invoke|use|run) the [`'\"]?[\w-]+[`'\"]? (?:tool|command|function call)\b|\btool_call\b|"
        r"\bfunction_call\b"
    ),
}
