"""What no skill's text may hold, whatever its tier: the patterns of the gate, by kind.

They are no boundary: a determined text gets past any list. The boundary is that skills are data to their readers,
fenced and without tools; this keeps accidents and the known attacks out. A match refuses, it never redacts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from typing import NamedTuple

from .injections import INJECTIONS
from .triggers import Sieve


class Found(NamedTuple):
    code: str  # secret, personal, injection, shell, url, html, unicode
    what: str
    at: int  # character position in the normalised text


def _rules(code: str, patterns: dict[str, str]) -> list[tuple[str, str, re.Pattern[str]]]:
    return [(code, what, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for what, pattern in patterns.items()]


_SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "the text of a key": r"\bssh-(?:rsa|ed25519|dss)\s+AAAA",
    "an AWS key": r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}",
    "a model provider's key": r"\b(?:sk|pk|rk)[-_](?=[\w-]*\d)(?:ant-|proj-|live_|test_|or-)?[A-Za-z0-9_-]{16,}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{30,}",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{8,}",
    "a model hub's or registry's token": r"\b(?:hf_|npm_|pypi-|KGAT_|dckr_pat_)[A-Za-z0-9_-]{20,}",
    "a signed web token": r"\beyJ[\w-]{8,}\.[\w-]{8,}\.",
    "credentials in an address": r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@",
    "an account's JSON": r"[\"']?key[\"']?\s*:\s*[\"'][0-9a-f]{32}[\"']",
    "an authorisation header": r"\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{16,}",
    "a secret by its name": (
        r"\b(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[ _-]?key|access[ _-]?key|account[ _-]?key|"
        r"credentials?)"
        r"\w*[\"']?\s*(?:=|:|\bis\b)\s*[\"']?(?=\S*[\d_!@#$%^&*+-])\S{6,}"
    ),
    "a long hexadecimal string": r"\b[0-9a-f]{32,}\b",
    "a long encoded string": r"(?<![\w/+])(?=[\w/+]*\d)(?=[\w/+]*(?-i:[A-Z]))[A-Za-z0-9+/_]{40,}={0,2}",
}
_PERSONAL = {
    "an e-mail address": r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.|\s?\[dot\]\s?)[a-z]{2,}",
    "a home folder": r"(?:/home/|/Users/|\\Users\\|/root\b)|~/",
    "a private address": (
        r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b|\b127\.0\.0\.1\b|\blocalhost:\d+"
    ),
    "a telephone number": r"(?<![\w.])\+\d{1,3}[ ()-]{0,2}\d(?:[ ()-]{0,2}\d){6,}|\(\d{3}\) ?\d{3}-\d{4}",
    "an identity or card number": (
        r"\b\d{3}-\d{2}-\d{4}\b|\b(?:\d{4}[ -]){3}\d{4}\b|\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}(?: ?\d{1,3})?\b|"
        r"\b(?-i:[A-Z]{2}\d{2} ?[A-Z]{4})(?: ?\d{4}){2,}(?: ?\d{1,3})?\b"
    ),
}
_SHELL = {
    "a code block": r"^\s*(?:```|~~~)",
    "a shell command": (
        r"\b(?:curl|wget|sudo|chmod|chown|ssh|scp|rsync|netcat|powershell|bash|zsh|apt-get|dpkg|crontab|"
        r"mkfs|systemctl)\s+[-\w./~$]"
    ),
    "a short shell command": (
        r"\brm\s+-\w|\bnc\s+-\w|\bgit\s+(?:clone|push|pull)\b|\bpython3?\s+-[cm]\b|^\s*\$ \w|\bdd\s+if="
    ),
    "an installation": r"\b(?:pip3?|uv|conda|mamba|npm|brew|yum|pipx)\s+(?:pip\s+)?(?:install|add|download)\b",
    "a pipe to a shell": r"\|\s*(?:sh|bash|zsh|python3?|perl|sudo)\b",
    "a command substitution": r"\$\(|\$\{|`\s*(?:cat|echo|rm|sh|curl)\s|&&|\|\||;\s*(?:rm|cat|curl|wget|sh)\b",
    "code that starts processes": (
        r"\bos\.(?:system|popen|environ|exec\w*|remove|unlink)\b|\bsubprocess\b|\b(?:eval|exec|compile|"
        r"__import__|globals)\s*\("
        r"|\bshutil\.rmtree\b|\bsocket\.|\bpickle\.loads?\b|\bimportlib\b|\brequests\.(?:get|post)\b|\burllib\b"
    ),
    "an absolute path": (
        r"(?<![\w.])/(?:etc|tmp|var|usr|root|home|proc|dev|sys|mnt|opt|kaggle|data|bin|srv|run|work)\b|"
        r"\b[A-Z]:\\"
    ),
    "a path out of the folder": r"\.\./|\.\.\\",
    "a script's first line": r"^#!",
}
_URLS = {
    "an address": r"\b(?:https?|ftp|file|ssh|git|s3|gs|ws|wss|javascript|vbscript|hxxps?)\s?:\s?/?/?[\w/]|\bwww\.\w",
    "a data address": r"\bdata:\w+/\w+|;base64,",
    "a link": r"\]\s*\(|\]\s*:\s*\S+\.\w|^\s*\[[^\]]+\]:",
    "a host's name": (
        r"\b[\w-]{2,}\.(?:(?:com|org|net|ru|cn|xyz|biz|onion|edu|gov|co\.\w\w)(?![\w(])|(?:io|ai|dev|app|"
        r"info|co|me|top|ly|gl|to|gg)/)"
    ),
}
_HTML = {
    "a tag": (
        r"</?[a-z][a-z0-9-]*(?:\s+[^<>]*=[^<>]*)?\s*/?>|<(?:script|img|iframe|svg|style|object|embed|link|"
        r"meta)\b"
    ),
    "a comment or declaration": r"<!|<\?|-->|<!\[",
    "an entity": r"&(?:#x?[0-9a-f]+|[a-z]{2,8});",
}
_ALL = [
    *_rules("secret", _SECRETS),
    *_rules("personal", _PERSONAL),
    *_rules("injection", INJECTIONS),
    *_rules("shell", _SHELL),
    *_rules("url", _URLS),
    *_rules("html", _HTML),
]
CODES = frozenset({"secret", "personal", "injection", "shell", "url", "html", "unicode"})
_SQUEEZED = re.compile(
    rb"(?:ignore|disregard|forget)(?:all|the|any|your)*(?:previous|prior|above|earlier)(?:instruct|rule|prompt)"
)
_NO_LETTER = bytes(char for char in range(128) if not chr(char).isalpha())
_NOT_PLAIN = re.compile(r"[^\n\t\x20-\x7e]")
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SPACES = frozenset(" \u00a0")
_SCRIPT_WORD = re.compile(r"[^\W\d_]{2,}")
_PLAIN_COMPATIBILITY = frozenset("\u2122\u00aa\u00ba\u2103\u2109")  # trade mark, ordinals, degrees


def find_forbidden(text: str, codes: Container[str] = CODES, sieve: Sieve | None = None) -> Iterator[Found]:
    """Everything of these kinds in a text that no skill may hold. A sieve saves time where there are many texts."""
    if "unicode" in codes:
        yield from _hidden(text)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    likely = (sieve or Sieve()).may_match(plain)
    for code, what, pattern in _ALL if likely else ():
        if what in likely and code in codes and (match := pattern.search(plain)) is not None:
            yield Found(code, what, match.start())
    if "injection" in codes and _SQUEEZED.search(plain.lower().encode("ascii", "ignore").translate(None, _NO_LETTER)):
        yield Found("injection", "tells the reader to drop its instructions, in disguise", 0)


def _hidden(text: str) -> Iterator[Found]:
    """Characters that a person does not see, or that pretend to be others."""
    for match in _NOT_PLAIN.finditer(text):
        char = match.group()
        if what := "a control character" if char.isascii() else _trouble(char):
            yield Found("unicode", f"{what} U+{ord(char):04X}", match.start())
            return
    for match in _SCRIPT_WORD.finditer(text) if not text.isascii() else ():
        word = match.group()
        if not word.isascii() and len({s for s in map(_script, word) if s}) > 1:
            yield Found("unicode", f"a word of mixed scripts {word!a}", match.start())
            return


def _trouble(char: str) -> str:
    category = unicodedata.category(char)
    if (
        category in ("Cf", "Co", "Cs", "Cn", "Cc")
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    ):
        return "a hidden character"
    if char in _BLANKS or category in ("Zl", "Zp") or (category == "Zs" and char not in _SPACES):
        return "an unusual blank"
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and char not in _PLAIN_COMPATIBILITY and any(c.isascii() and c.isalpha() for c in plain):
        return "a look-alike letter"
    return ""


def _script(char: str) -> str:
    """LATIN, CYRILLIC, GREEK or ARMENIAN or CHEROKEE, where look-alikes live; empty for the others."""
    name = unicodedata.name(char, "").split(" ")[0]
    return name if name in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE") else ""
