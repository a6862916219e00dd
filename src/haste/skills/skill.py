"""A `SKILL.md` as a `Skill` and back: our fields under `metadata`, where the file lies, and what its form must be.

Knows nothing of whether the advice is good, safe or new: that is for evidence and the gate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from haste.schema.conditions import Condition
from haste.schema.knowledge import Effect, Skill, SkillNote, Status, TextFile, Tier

from .claims import read_claim
from .markdown import Document, FormError, body_line, line_of, read_document, write_document
from .thresholds import DEFAULTS
from .words import slug, word_count

SCHEMA = 1
PREFIX = "haste-"
TEXT_LIMIT = 64 * 1024  # characters of a whole file
ORIGINS = ("learned", "person", "starter", "import")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]{1,9}")
_ID = re.compile(r"[a-z0-9-]{4,64}")
_EXTRA_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\ufeff]")
_OURS = frozenset(
    {"schema", "id", "tier", "domain", "competition", "status", "claim", "technique", "conditions", "conflicts-with"}
    | {"discovered-in", "origin", "learning", "revision"}
)


def read_skill(text: str) -> Skill:
    """The skill that a text holds. Raises FormError, with the line, when it is none."""
    if len(text) > TEXT_LIMIT:
        msg = f"longer than {TEXT_LIMIT} characters"
        raise FormError(msg)
    document = read_document(text)
    ours = {k.removeprefix(PREFIX): v for k, v in document.metadata.items() if k.startswith(PREFIX)}
    version = ours.get("schema", "")
    if version != str(SCHEMA):
        newer = bool(_VERSION.fullmatch(version)) and int(version) > SCHEMA
        reason = (
            f"written by a newer version (schema {version}); update haste"
            if newer
            else f"no known haste-schema: {version!r}"
        )
        raise FormError(reason, line_of(text, "haste-schema"))
    for key in ours:
        if key not in _OURS:
            msg = f"unknown field haste-{key}"
            raise FormError(msg, line_of(text, f"haste-{key}"))
    try:
        skill = _build(document, ours, text)
    except ValidationError as fault:
        error = fault.errors()[0]
        key = str(error["loc"][0]).replace("_", "-") if error["loc"] else ""
        raise FormError(_unfit(key, ours.get(key)), line_of(text, PREFIX + key)) from fault
    for code, reason in form_faults(skill):
        raise FormError(reason, _line_of_fault(text, code))
    return skill


def _unfit(key: str, value: str | None) -> str:
    """What is wrong with a value that its field does not take."""
    if value is None:
        return f"{PREFIX}{key} is missing"
    known: dict[str, type[Status | Tier]] = {"status": Status, "tier": Tier}
    takes = f"one of {', '.join(known[key])}" if key in known else "a whole number" if key == "revision" else "a text"
    return f"{PREFIX}{key}: {value!r} is not {takes}"


def _build(document: Document, ours: dict[str, str], text: str) -> Skill:
    try:
        conditions = tuple(Condition.parse(part) for part in _split(ours.get("conditions", "")))
    except ValueError as fault:
        raise FormError(str(fault), line_of(text, "haste-conditions")) from fault
    return Skill.model_validate(
        {
            "id": ours.get("id", ""),
            "name": document.fields.get("name", ""),
            "description": document.fields.get("description", ""),
            "body": document.body,
            "tier": ours.get("tier"),
            "domain": ours.get("domain"),
            "competition": ours.get("competition"),
            "status": ours.get("status"),
            "claim": ours.get("claim", ""),
            "technique": ours.get("technique"),
            "conditions": conditions,
            "conflicts_with": _split(ours.get("conflicts-with", "")),
            "discovered_in": _split(ours.get("discovered-in", "")),
            "origin": ours.get("origin", ""),
            "learning": ours.get("learning"),
            "revision": ours.get("revision", "1"),
            "license": document.fields.get("license"),
            "compatibility": document.fields.get("compatibility"),
            "extra": {k: v for k, v in document.metadata.items() if not k.startswith(PREFIX)},
        }
    )


def write_skill(skill: Skill) -> str:
    """The canonical text; `read_skill` of it gives the skill back."""
    fields = {"name": skill.name, "description": skill.description}
    fields |= {k: v for k, v in (("license", skill.license), ("compatibility", skill.compatibility)) if v is not None}
    ours = {
        "schema": str(SCHEMA),
        "id": skill.id,
        "tier": skill.tier.value,
        "domain": skill.domain,
        "competition": skill.competition,
        "status": skill.status.value,
        "claim": skill.claim,
        "technique": skill.technique,
        "conditions": _join(str(condition) for condition in skill.conditions),
        "conflicts-with": _join(skill.conflicts_with),
        "discovered-in": _join(skill.discovered_in),
        "origin": skill.origin,
        "learning": skill.learning,
        "revision": str(skill.revision),
    }
    metadata = skill.extra | {PREFIX + key: value for key, value in ours.items() if value}
    return write_document(Document(fields, metadata, skill.body))


def id_of(text: str) -> str | None:
    """The id of the skill that a text says it is; None where it is none of ours, or no skill at all."""
    try:
        return read_document(text).metadata.get(f"{PREFIX}id")
    except FormError:
        return None


def path_of(skill: Skill) -> str:
    """Where the file belongs, relative to the store's root."""
    parts = ["retired"] if skill.status is Status.RETIRED else []
    parts.append(skill.tier.value)
    if skill.tier is Tier.DOMAIN:
        parts.append(slug(skill.domain or ""))
    elif skill.tier is Tier.COMPETITION:
        parts.append(slug(skill.competition or ""))
    return "/".join([*parts, skill.name, "SKILL.md"])


def text_file(skill: Skill) -> TextFile:
    return TextFile(path_of(skill), write_skill(skill))


def note(skill: Skill, digest: str, effect: Effect | None = None) -> SkillNote:
    """The skill as a brief shows it: without where it was learned."""
    return SkillNote(
        name=skill.name,
        tier=skill.tier,
        status=skill.status,
        description=skill.description,
        body=skill.body,
        digest=digest,
        claim=skill.claim,
        technique=skill.technique,
        conditions=skill.conditions,
        effect=effect,
    )


def form_faults(skill: Skill) -> Iterator[tuple[str, str]]:
    """Each fault of form as (field, reason); what passes can be written, read back, and validates elsewhere."""
    if not NAME.fullmatch(skill.name) or len(skill.name) > DEFAULTS.name_length:
        yield "name", "name: use up to 64 of a-z, 0-9 and single hyphens"
    if not skill.description.strip() or len(skill.description) > DEFAULTS.description_length:
        yield "description", "description: one line of 1 to 1024 characters"
    if "<" in skill.description or ">" in skill.description:
        yield "description", "description: no angle brackets (other tools refuse them)"
    if not _ID.fullmatch(skill.id):
        yield "haste-id", "haste-id: 4 to 64 of a-z, 0-9 and hyphens"
    if skill.compatibility is not None and len(skill.compatibility) > 500:
        yield "compatibility", "compatibility: at most 500 characters"
    if not skill.claim:
        yield "haste-claim", "haste-claim is missing"
    elif read_claim(skill.claim) is None:
        yield "haste-claim", "haste-claim: write it as situation/action/+ or situation/action/-"
    if skill.origin not in ORIGINS:
        yield "haste-origin", f"haste-origin: one of {', '.join(ORIGINS)}"
    yield from _place_faults(skill)
    yield from _value_faults(skill)
    yield from _body_faults(skill.body)


def _place_faults(skill: Skill) -> Iterator[tuple[str, str]]:
    wants_domain = skill.tier is not Tier.GLOBAL
    if wants_domain != bool(skill.domain):
        yield "haste-domain", f"haste-domain: a {skill.tier} skill has {'one' if wants_domain else 'none'}"
    wants_competition = skill.tier is Tier.COMPETITION
    if wants_competition != bool(skill.competition):
        yield (
            "haste-competition",
            f"haste-competition: a {skill.tier} skill has {'one' if wants_competition else 'none'}",
        )


def _value_faults(skill: Skill) -> Iterator[tuple[str, str]]:
    """Values that a flat quoted string could not carry there and back."""
    singles = {
        "description": skill.description,
        "license": skill.license,
        "compatibility": skill.compatibility,
        "haste-domain": skill.domain,
        "haste-competition": skill.competition,
        "haste-claim": skill.claim,
        "haste-technique": skill.technique,
        "haste-origin": skill.origin,
        "haste-learning": skill.learning,
        **skill.extra,
    }
    for key, value in singles.items():
        if value is not None and (not value or value != value.strip() or _CONTROL.search(value) or "---" in value):
            yield key, f"{key}: one line, not empty, no space around it, no control characters, no three hyphens"
    for key in skill.extra:
        if not _EXTRA_KEY.fullmatch(key) or "---" in key or key.startswith(PREFIX):
            yield "metadata", f"metadata key {key!r}: letters, digits, `_./-`, and not ours"
    for key, items in (("conflicts-with", skill.conflicts_with), ("discovered-in", skill.discovered_in)):
        if any(_bad_item(item) for item in items):
            yield f"haste-{key}", f"haste-{key}: names without `;`, parted by `; `"
    for condition in skill.conditions:
        if _bad_item(str(condition)) or not _carries(condition):
            yield "haste-conditions", f"haste-conditions: {str(condition)!r} cannot be written as `fact op value`"


def _body_faults(body: str) -> Iterator[tuple[str, str]]:
    if not body.strip():
        yield "body", "the body is empty"
    if (count := word_count(body)) > DEFAULTS.body_words:
        yield "body", f"the body has {count} words; at most {DEFAULTS.body_words}"
    if body != body.strip("\n") or _CONTROL.search(body.replace("\n", "").replace("\t", "")):
        yield "body", "the body holds control characters or blank lines around it"


def _carries(condition: Condition) -> bool:
    try:
        return Condition.parse(str(condition)) == condition
    except ValueError:
        return False


def _bad_item(item: str) -> bool:
    return not item or item != item.strip() or ";" in item or bool(_CONTROL.search(item)) or "---" in item


def _join(items: Iterator[str] | tuple[str, ...]) -> str:
    return "; ".join(items)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _line_of_fault(text: str, key: str) -> int:
    return body_line(text) if key == "body" else line_of(text, key)
