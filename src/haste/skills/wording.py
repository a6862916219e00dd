"""The words of skills that rules write: drafts from learnings, general terms for a wider tier, condition tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from haste.schema.conditions import Condition
from haste.schema.knowledge import CompetitionTerms, Learning, Skill, Tier

from .claims import BEGINNING, read_claim, sign_of
from .leaks import find_leaks
from .thresholds import DEFAULTS
from .words import digest, slug, unique, word_count

CONTESTED = "## Contested"
_WORDS = {"==": "is", "!=": "is not", ">=": "is at least", ">": "is above", "<=": "is at most", "<": "is below"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_FIGURE = re.compile(r"\d\s?%|\b\d+ of \d+\b|[+-]\d+\.\d|\bgain\w*\b[^.\n]{0,20}\d|\d noise\b", re.IGNORECASE)
_GENERAL = {"competition": "the competition", "column": "a feature", "file": "a file"}
CHECK = "Keep it only when the score improves by more than its noise over the folds."
CHECK_BEGINNING = "Run it beside other first scripts, and go on with the one that leads."
_STATEMENT_WORDS = 150  # of a learning's own text; the rest of the body is ours
RANK = {Tier.COMPETITION: 0, Tier.DOMAIN: 1, Tier.GLOBAL: 2}


def draft(learning: Learning, taken: Iterable[str]) -> Skill:
    """A learning as a skill of its own competition, not yet checked by the gate. `taken` are names in use."""
    claim = read_claim(learning.claim)
    action = learning.technique or (claim.action if claim else learning.claim)
    return Skill(
        id="skill-" + digest(f"{learning.competition}\n{learning.id}\n{learning.claim}")[7:19],
        name=_name(_stem(Tier.COMPETITION, learning.competition), action, sign_of(learning.claim), taken),
        description=_description(action, learning.claim, Tier.COMPETITION, learning.domain, learning.conditions),
        body=_body(
            action, learning.claim, [_shortened(learning.statement)], learning.conditions, "In this competition."
        ),
        tier=Tier.COMPETITION,
        domain=learning.domain,
        competition=learning.competition,
        claim=learning.claim,
        technique=learning.technique,
        conditions=learning.conditions,
        discovered_in=(learning.competition,),
        learning=learning.id,
    )


def widened(skill: Skill, tier: Tier, terms: Iterable[CompetitionTerms], taken: Iterable[str]) -> Skill:
    """The skill for a wider tier, in general terms: its competition is not named and sentences with figures go."""
    terms = tuple(terms)
    action, domain = _action(skill), skill.domain or ""
    where = "On any competition." if tier is Tier.GLOBAL else f"On {_plain(domain)} competitions."
    lead = _lead(action, sign_of(skill.claim) > 0)
    if skill.origin == "learned":
        advice = [lead, general_text(_advice(skill.body), terms)]
        body = _body(action, skill.claim, advice, skill.conditions, where)
    else:  # a person's own form stays
        body = "\n".join(general_text(line, terms) for line in skill.body.split("\n")).strip("\n")
    return skill.model_copy(
        update={
            "name": _name(_stem(tier, domain), action, sign_of(skill.claim), taken),
            "description": _description(action, skill.claim, tier, domain, skill.conditions),
            "body": body,
            "tier": tier,
            "domain": skill.domain if tier is Tier.DOMAIN else None,
            "competition": None,
        }
    )


def general_text(text: str, terms: Iterable[CompetitionTerms]) -> str:
    """`text` without sentences that state figures, and with names of the competition put in general words."""
    terms = tuple(terms)
    kept: list[str] = []
    for sentence in _SENTENCE.split(text):
        leaks = list(find_leaks(sentence, terms))
        if _FIGURE.search(sentence) or any(leak.kind == "score" for leak in leaks):
            continue
        upto = len(sentence)
        for leak in sorted(leaks, key=lambda leak: (-leak.end, leak.start)):
            if leak.end > upto:  # inside one that is replaced already
                continue
            upto = leak.start
            sentence = sentence[: leak.start] + _GENERAL[leak.kind] + sentence[leak.end :]
        kept.append(sentence.replace("`", ""))
    return " ".join(kept).strip()


def with_table(skill: Skill, sides: Sequence[tuple[Skill, Sequence[Condition]]]) -> Skill | None:
    """The skill with a table of when which side's advice holds; None when its body has no room for one.

    `sides` are all rivals, the skill among them, each with the conditions found for it. The tables of the rivals differ
    only in who is named: one that some reader of the skill may not see is not.
    """
    rows = [f"| {_when(*side)} | {_whom(side[0], skill)} |" for side in sorted(sides, key=lambda side: side[0].id)]
    if len(sides) == 1:
        rows.append("| otherwise | the opposite |" if sides[0][1] else "| elsewhere | not known |")
    table = [
        CONTESTED,
        "",
        "Results disagree. Seen so far:",
        "",
        "| When | Follow |",
        "| --- | --- |",
        *rows,
    ]
    body = without_table(skill.body) + "\n\n" + "\n".join(table)
    rivals = tuple(sorted(side.id for side, _ in sides if side.id != skill.id))
    if word_count(body) > DEFAULTS.body_words:
        return None
    return skill.model_copy(update={"body": body, "conflicts_with": rivals})


def without_table(body: str) -> str:
    """The body without a condition table written earlier; what a person wrote after it stays."""
    before, mark, after = body.partition(CONTESTED)
    if not mark:
        return body
    rest = re.search(r"^## ", after, re.MULTILINE)
    return (before.rstrip() + ("\n\n" + after[rest.start() :] if rest else "")).strip("\n")


def in_words(condition: Condition) -> str:
    return f"{_plain(condition.fact)} {_WORDS[condition.op]} {str(condition.value).lower()}"


def _when(side: Skill, conditions: Sequence[Condition]) -> str:
    scope = {
        Tier.GLOBAL: "any domain",
        Tier.DOMAIN: f"{_plain(side.domain or '')} domain",
        Tier.COMPETITION: "a competition with a note of its own",
    }[side.tier]
    return ", ".join([scope, *(in_words(condition) for condition in conditions)])


def _whom(side: Skill, reader: Skill) -> str:
    """The skill to follow, as the table in `reader` calls it: by name where everybody who sees that one sees it too.

    One of a competition is never named: its name would stand in skills of wider tiers.
    """
    if side.tier is Tier.COMPETITION:
        return "that note"
    if side.tier is Tier.DOMAIN and (reader.tier is Tier.GLOBAL or reader.domain != side.domain):
        return "that domain's note"
    return side.name


def _body(action: str, claim: str, advice: Sequence[str], conditions: Sequence[Condition], where: str) -> str:
    when = [f"- {in_words(condition)}" for condition in conditions]
    return "\n".join(
        [
            f"# {_heading(action, claim)}",
            "",
            "\n\n".join(part for part in advice if part),
            "",
            "## When it applies",
            "",
            where if not when else f"{where[:-1]} where:\n\n" + "\n".join(when),
            "",
            "## Check before keeping it",
            "",
            CHECK_BEGINNING if action.startswith(BEGINNING) and sign_of(claim) > 0 else CHECK,
        ]
    )


def _lead(action: str, favourable: bool) -> str:
    if action.startswith(BEGINNING):
        place = "among the first prototypes" if favourable else "only when nothing else is left"
        return f"{_plain(action).capitalize()} {place}."
    return f"Try {_plain(action)} early." if favourable else f"Do not spend a change on {_plain(action)}."


def _advice(body: str) -> str:
    """The text under the first heading: the only part of a body that is not written by rule."""
    text = re.sub(r"\A# [^\n]*\n+", "", body)
    return " ".join(text.partition("\n## ")[0].split())


def _shortened(statement: str) -> str:
    """Whole sentences of a statement up to the limit; its first words where even one sentence is too long."""
    kept: list[str] = []
    for sentence in _SENTENCE.split(" ".join(statement.split())):
        if word_count(" ".join([*kept, sentence])) > _STATEMENT_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept) or " ".join(statement.split()[:_STATEMENT_WORDS])


def _description(action: str, claim: str, tier: Tier, domain: str, conditions: Sequence[Condition]) -> str:
    scope = {
        Tier.GLOBAL: "any competition",
        Tier.DOMAIN: f"{_plain(domain)} competitions",
        Tier.COMPETITION: "re-runs of the competition it was learned on",
    }[tier]
    when = " and ".join(in_words(condition) for condition in conditions)
    text = f"{_heading(action, claim)}. Use on {scope}{' when ' + when if when else ''}."
    return (
        text if len(text) <= DEFAULTS.description_length else text[: DEFAULTS.description_length - 4].rstrip() + " ..."
    )


def _heading(action: str, claim: str) -> str:
    words = _plain(action)
    return (words[:1].upper() + words[1:] if sign_of(claim) > 0 else f"Avoid {words}")[:100]


def _stem(tier: Tier, place: str) -> str:
    """What a name begins with: `c-<competition>-`, `<domain>-`, or nothing."""
    return {Tier.GLOBAL: "", Tier.DOMAIN: f"{slug(place, 24)}-", Tier.COMPETITION: f"c-{slug(place, 20)}-"}[tier]


def _name(stem: str, action: str, sign: int, taken: Iterable[str]) -> str:
    """Unique, at most 64 characters; `avoid-` before advice against something."""
    last = slug(_plain(action).replace(" ", "-"), 30) or "advice"
    return unique(stem + (last if sign > 0 else f"avoid-{last}"), taken, DEFAULTS.name_length)


def _action(skill: Skill) -> str:
    claim = read_claim(skill.claim)
    return skill.technique or (claim.action if claim else skill.claim)


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name)).strip()
