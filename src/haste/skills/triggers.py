"""What single words a text must have for a pattern of the gate to match it, so that few patterns are tried on it.

This changes what the gate costs and never what it finds: a test matches every pattern with texts made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SCHEMES = r"\b(?:https?|ftp|file|ssh|git|s3|gs|wss?|javascript|vbscript|hxxps?)"
_TRADES = "^(?:agent|model|ai|engineer|orchestrator|specialist)"
# For each pattern, each of these must be found within some word, in lower case, of a text that it matches.
NEEDS = {
    "a private key": ("-----begin",),
    "the text of a key": (r"\bssh-", "aaaa"),
    "an AWS key": (r"\b(?:akia|asia|abia|acca)\w",),
    "a GitHub token": (r"\bgh[pousr]_|\bgithub_pat_|\bglpat-",),
    "a model provider's key": (r"\b[spr]k[-_]",),
    "a Google key": (r"\baiza",),
    "a Slack token": (r"\bxox",),
    "a model hub's or registry's token": (r"\b(?:hf_|npm_|pypi-|kgat_|dckr_pat_)",),
    "a signed web token": (r"\beyj",),
    "credentials in an address": ("://",),
    "an account's JSON": ("key",),
    "an authorisation header": (r"\b(?:bearer|basic)$",),
    "a secret by its name": ("pass|pwd|secret|token|key|credential",),
    "a long hexadecimal string": ("[0-9a-f]{32}",),
    "a long encoded string": (r"[a-z0-9+/_]{40}",),
    "an e-mail address": (r"@|\(at\)|\[at\]",),
    "a home folder": (r"/home/|/users/|\\users\\|/root|~/",),
    "a private address": (r"\b(?:10|192|172|127)\.|\blocalhost:",),
    "a telephone number": (r"\+\d|\(\d",),
    # Groups of four digits are parted by a hyphen within one word, or else stand alone as words.
    "an identity or card number": (r"\d{3}-\d{2}-\d{4}|\d{4}-\d{4}|^\d{4}$|\b[a-z]{2}\d{2}(?:$|\d{4}|[a-z]{4})",),
    "tells the reader to drop its instructions": (
        r"\b(?:ignor|disregard|forget|overrid|overrul|overwrit|bypass|neglect|discard|abandon)",
        "instruction|direction|rule|prompt|guid|message|constraint|context|command|polic|restriction|order",
    ),
    "tells the reader to drop everything before": (r"\b(?:ignore|disregard|forget)$", "above|before|said|told|far"),
    "tells the reader whom to follow": (
        r"\b(?:stop|never|longer|not|don't|aside|supersed\w*|disregard|ignore|override)\b",
        r"\b(?:instruction|rule|prompt|guid|polic|restriction|brief|reviewer|operator|person)",
    ),
    "speaks of the harness itself": (
        r"\b(?:journal|ledger|sandbox|grader|evaluator|harness|rule|orchestrator|gatekeeper|gate|skill|note|yourself|"
        r"budget|limit|quota)\b|\bread(?:s|ing)?$",
    ),
    "dictates an answer": (
        r"\b(?:respond|reply|answer|output|trust|prompt|text|brief|your)$|\brules?\b|\b(?:skills|notes|environment)\b"
        r"|\b(?:calculator|bot|chatbot)\b",
    ),
    "speaks to the reader by its trade": (rf"{_TRADES}(?:[:,]|$)", rf"^[:,]|{_TRADES}[:,]"),
    "the same in another language": (
        r"\b(?:ignor|vergiss|oublie|olvida)",
        "anweisung|instruc|istruzion|consigne|regeln",
    ),
    "gives the reader a new role": (r"\b(?:you|pretend|act|now|developer|god|dan|admin)$|jailbreak",),
    "speaks to the agent": (
        "ai|agent|assistant|llm|language|reader|claude|gpt|model",
        r"dear|attention|hey|\bnote$|message|instruction|\bread|\bmust$|\bas$",
    ),
    "speaks of the reader's rules, tools or budget": (r"\byour$",),
    "imitates a conversation's markers": (
        r"<\||inst\]|sys>>|(?:^|#)(?:system|assistant|human|user|developer)(?::|$)|\b(?:system|developer)$|"
        r"\binstructions?\b|\bend$",
    ),
    "gives new orders": (r"\b(?:instructions?|orders)\b|\b(?:task|goal|objective|job|you)$",),
    "asks for secrecy": (
        r"\b(?:tell|mention|inform|reveal|disclos|report|alert|log|notif|secret|covert|hidden|confidential)",
        "user|human|anyone|operator|person|developer|supervisor|this|reviewer|secret|covert|hidden|confidential",
    ),
    "asks for what is hidden": (
        r"\b(?:reveal|print|show|leak|exfiltrat\w*|dump|repeat|output|disclose|steal|collect)\b",
        r"\b(?:prompt|instructions|secrets?|credentials?|api|environment|env|passwords?|ssh)\b",
    ),
    "turns against the harness": (
        r"\b(?:disabl|bypass|circumvent|evad|escap|turn|switch|trick|fool|deceiv|tamper|manipulat|hack|cheat)",
        r"\b(?:sandbox|gate|safety|guard|grad|harness|time|budget|scor|evaluat|monitor|keep|security|filter|"
        r"restriction|limit|judge)",
    ),
    "points at held-out answers": (
        r"answer|labels|targets|\b(?:private|hidden|ground|winning|external)\b|leaderboard|solution|"
        r"overwrit|patch|redefin|replac",
    ),
    "sends data away": (
        "send|upload|post|mail|transmit|forward|report|push|leak",
        "external|remote|server|webhook|address|endpoint|url|bucket|host|attacker|http",
    ),
    "calls a tool": ("tool|command|function",),
    "a code block": ("^(?:```|~~~)",),
    "a shell command": (
        r"\b(?:curl|wget|sudo|chmod|chown|ssh|scp|rsync|netcat|powershell|bash|zsh|apt-get|dpkg|crontab|mkfs|"
        r"systemctl)$",
    ),
    "a short shell command": (
        r"\b(?:rm|nc|git|python3?|dd)$|^\$$",
        r"^-\w|^(?:clone|push|pull)\b|^if=|^\$$",
    ),
    "an installation": (r"\b(?:pip3?|uv|conda|mamba|npm|brew|yum|pipx)$", r"^(?:install|add|download)\b"),
    "a pipe to a shell": (r"\|", "sh|python|perl|sudo"),
    "a command substitution": (r"\$\(|\$\{|`|&&|\|\||;",),
    "code that starts processes": (
        r"\bos\.|\bsubprocess\b|\b(?:eval|exec|compile|__import__|globals)(?:\(|$)|\bshutil\.|\bsocket\.|\bpickle\.|"
        r"\bimportlib\b|\brequests\.|\burllib\b",
    ),
    "an absolute path": (
        r"/(?:etc|tmp|var|usr|root|home|proc|dev|sys|mnt|opt|kaggle|data|bin|srv|run|work)\b|\b[a-z]:\\",
    ),
    "a path out of the folder": (r"\.\./|\.\.\\",),
    "a script's first line": ("^#!",),
    "an address": (rf"{_SCHEMES}(?::|$)|\bwww\.", rf"^:|{_SCHEMES}:|\bwww\."),
    "a data address": (r"\bdata:|;base64,",),
    "a link": (r"\]",),
    "a host's name": (
        r"[\w-]\.(?:com|org|net|ru|cn|xyz|biz|onion|edu|gov|co\.|(?:io|ai|dev|app|info|co|me|top|ly|gl|to|gg)/)",
    ),
    "a tag": ("<",),
    "a comment or declaration": (r"<!|<\?|-->",),
    "an entity": ("&",),
}
_GROUPS = tuple((what, re.compile(group)) for what, groups in NEEDS.items() for group in groups)


def _any_of(groups: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{group.pattern})" for group in groups))


_ANY = _any_of(group for _, group in _GROUPS)
_BUNDLE = 9  # about the root of how many there are: a word is held against so many bundles, then so many groups
_BUNDLES = tuple(
    (
        _any_of(group for _, group in _GROUPS[at : at + _BUNDLE]),
        tuple((at + n, group) for n, (_, group) in enumerate(_GROUPS[at : at + _BUNDLE])),
    )
    for at in range(0, len(_GROUPS), _BUNDLE)
)
_WHOLE = {what: sum(1 << at for at, (name, _) in enumerate(_GROUPS) if name == what) for what in NEEDS}


# No group tells these apart but by how long they are; a large store has many.
_NUMBER = re.compile(r"(?<![a-z0-9])[0-9]+(?![.0-9])")


class Sieve:
    """Tells which patterns a text may match. Remembers the words it has seen: use one for many texts."""

    def __init__(self) -> None:
        self._words = _Words()

    def may_match(self, text: str) -> frozenset[str]:
        """The names of the patterns that a text, in normal form NFKC, has the words for."""
        met = 0
        # Without regard to case an `i` also matches a capital with a dot, and a small one without.
        words = text.replace("\u0130", "i").lower().replace("\u0131", "i").split()
        for bits in set(map(self._words.__getitem__, words)):
            met |= bits
        return frozenset(what for what, whole in _WHOLE.items() if met & whole == whole) if met else frozenset()


class _Words(dict[str, int]):
    """Each word's bits, found when the word is first asked for."""

    def __missing__(self, word: str) -> int:
        shape = _NUMBER.sub(lambda found: "5" * len(found[0]), word)
        bits = self[word] = _bits(word) if shape == word else self[shape]
        return bits


def _bits(word: str) -> int:
    """One bit for each group that is found in the word."""
    if _ANY.search(word) is None:
        return 0
    return sum(
        1 << at
        for any_of, groups in _BUNDLES
        if any_of.search(word) is not None
        for at, group in groups
        if group.search(word) is not None
    )
