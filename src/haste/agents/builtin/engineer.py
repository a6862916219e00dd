"""The engineer that needs no language model: it answers briefs out of the catalogue of techniques.

A pure function of the brief: equal briefs get equal answers. Order comes from the evidence of the brief's skills;
without any it has no preference but the one that the brief asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import shorten

from pydantic import ValidationError

from haste.schema.brief import Brief
from haste.schema.knowledge import Learning, PromotionBrief, PromotionProposal
from haste.schema.solution import Diagnosis, Proposal, Scale
from haste.skills.claims import beginning

from .bundle import Bundle, bundle
from .catalogue import all_techniques, domain_for, domain_of
from .choose import Choice, base_order, by_scale, in_order, likeliest, open_techniques, proven
from .constants import constants_of
from .diagnose import Finding, diagnose
from .evidence import USUAL
from .facts import facts_of
from .promote import propose
from .recipe import Constants, Model, Recipe
from .reflect import reflect
from .render import render
from .repair import repair
from .technique import Domain, Facts

_INTERPOLATING = ("forest", "neighbours", "process")


class BuiltinEngineer:
    """Implements `Engineer`. Its memory is the brief's history and skills; it keeps nothing itself."""

    name = "builtin"
    needs: tuple[str, ...] = ("numpy", "pandas", "scikit-learn")

    def classify(self, brief: Brief) -> str:
        """As the competition's folder was read: by its columns and data."""
        return brief.competition.domain

    def draft(self, brief: Brief, count: int) -> Sequence[Proposal]:
        """Up to `count` prototypes, of different groups of model families as long as there are any.

        Where skills recommend them all, the last of several is one that none has a say in: advice from too few
        competitions can be wrong together, and the screen finds that out only where something else was begun with.
        """
        domain, facts = domain_for(brief.competition), facts_of(brief)
        bare = _bare(brief, domain, facts)
        if bare is None:
            return ()
        moves = [technique for technique in domain.techniques if technique.family is not None]
        recipes = {one.name: recipe for one in moves if (recipe := one.attempt(bare, facts)) is not None}
        if not recipes:
            return (_constant(bare, domain),)
        moves = [one for one in moves if one.name in recipes]
        chosen = _diverse(in_order(moves, brief, facts, beginning), domain)[:count]
        if len(chosen) > 1 and all(one.evidence is not None and one.evidence.gain > 0 for one in chosen):
            taken = {choice.technique.name for choice in chosen[:-1]}
            free = [Choice(one, None) for one in base_order(moves, brief) if one.name not in taken]
            chosen = _diverse([*chosen[:-1], *free], domain)[:count]
        return [_prototype(choice, recipes[choice.technique.name], domain) for choice in chosen]

    def refine(self, brief: Brief) -> Proposal | None:
        """A change of the incumbent: what is proven, together and then one by one; else what is likeliest to be kept.

        Where experience says that hardly anything is, and the branch bears it out, the search for more ends.
        """
        recipe = _recipe(brief.incumbent.recipe if brief.incumbent else None)
        if recipe is None or brief.incumbent is None:
            return None
        domain, facts = domain_of(recipe.domain), facts_of(brief)
        if recipe.model.family not in domain.families:
            return None
        finding = diagnose(brief, interpolates=domain.families[recipe.model.family].group in _INTERPOLATING)
        choices = by_scale(open_techniques(domain.techniques, brief), brief, facts)
        known = proven(choices)
        together = bundle(known, recipe, brief, facts)
        if together is not None and (code := render(together.recipe, domain)) != brief.incumbent.code:
            return _together(together, code, finding)
        for choice in (*known, *likeliest(choices, domain.techniques, brief, facts)):
            changed = choice.technique.attempt(recipe, facts)
            if changed is None:
                continue
            code = render(changed, domain)
            if code != brief.incumbent.code:
                return _refinement(choice, changed, code, finding)
        return None

    def debug(self, brief: Brief) -> Proposal | None:
        """The failed recipe, made cheaper or simpler; None where that would only give back its parent."""
        recipe = _recipe(brief.failure.recipe if brief.failure else None)
        if recipe is None or brief.failure is None:
            return None
        domain = domain_of(recipe.domain)
        repaired = repair(recipe, brief, domain, facts_of(brief))
        if repaired is None:
            return None
        changed, done = repaired
        return Proposal(
            title=f"Repair: {done}"[:100],
            rationale=f"{brief.failure.title} ended as {brief.failure.outcome.value}; {done}.",
            code=render(changed, domain),
            technique=brief.failure.technique,
            scale=_scale_of(brief),
            recipe=changed.model_dump(mode="json"),
        )

    def reflect(self, brief: Brief) -> Sequence[Learning]:
        return reflect(brief, {technique.name: technique for technique in all_techniques()})

    def promote(self, brief: PromotionBrief) -> PromotionProposal | None:
        return propose(brief)


def _bare(brief: Brief, domain: Domain, facts: Facts) -> Recipe | None:
    """A recipe before its model is chosen; None where scripts of this catalogue cannot answer at all."""
    competition = brief.competition
    if competition.kind in ("sequence", "image_to_image"):
        return None
    constants = constants_of(brief)
    recipe = Recipe(
        domain=domain.name,
        constants=constants,
        model=Model(family="constant"),
        features=domain.start(constants, facts),
        seed=brief.seed % 1000,
    )
    return _within_bounds(recipe, constants)


def _within_bounds(recipe: Recipe, constants: Constants) -> Recipe:
    """Some metrics refuse predictions below zero, whatever the model."""
    if constants.metric in ("rmsle", "msle"):
        return recipe.put_finish("clip", low=0)
    if constants.metric in ("mean_poisson_deviance", "mean_gamma_deviance", "mean_tweedie_deviance"):
        return recipe.put_finish("clip", low={"code": "0.05 * y.mean()"})
    return recipe


def _diverse(choices: Iterable[Choice], domain: Domain) -> list[Choice]:
    """The first of each group of model families in order, then the rest in order."""
    seen: set[str] = set()
    first: list[Choice] = []
    rest: list[Choice] = []
    for choice in choices:
        assert choice.technique.family is not None, "only techniques that move to a family are prototypes"
        group = domain.families[choice.technique.family].group
        (rest if group in seen else first).append(choice)
        seen.add(group)
    return first + rest


def _recipe(raw: dict[str, object] | None) -> Recipe | None:
    """A recipe of ours; None for scripts of other authors."""
    try:
        return None if raw is None else Recipe.model_validate(raw)
    except ValidationError:
        return None


def _because(choice: Choice) -> tuple[str, tuple[str, ...]]:
    if choice.evidence is None or choice.evidence.gain == 0:
        return "", ()
    word = "speaks against it, but nothing better is left"
    if choice.evidence.gain > 0:
        word = "speaks for it"
    elif choice.evidence.chance > USUAL:
        word = "lost by it on average, yet kept it more often than is usual"
    if not choice.evidence.cites:  # what skills say was outweighed
        return f" What this run saw of it on another branch {word}.", ()
    return f" Earlier experience {word} ({', '.join(choice.evidence.cites)}).", choice.evidence.cites


def _prototype(choice: Choice, recipe: Recipe, domain: Domain) -> Proposal:
    because, cites = _because(choice)
    return Proposal(
        title=choice.technique.title[:100],
        rationale=choice.technique.summary + because,
        code=render(recipe, domain),
        technique=choice.technique.name,
        scale=Scale.APPROACH,
        cites=cites,
        recipe=recipe.model_dump(mode="json"),
    )


def _constant(recipe: Recipe, domain: Domain) -> Proposal:
    return Proposal(
        title="Predict a constant",
        rationale="No model of the catalogue holds here; a constant is at least a valid answer.",
        code=render(recipe, domain),
        scale=Scale.APPROACH,
        recipe=recipe.model_dump(mode="json"),
    )


_EXPECTED = {
    Diagnosis.UNDERFITTING: "both training and validation score should rise",
    Diagnosis.OVERFITTING: "validation should come nearer to training",
    Diagnosis.FEATURE_GAP: "validation should rise with what the model newly sees",
    Diagnosis.NOISE_CEILING: "a small but steadier score over the folds",
    Diagnosis.DISTRIBUTION_MISMATCH: "less to lose where test rows differ",
    Diagnosis.DIMINISHING_RETURNS: "a step that single tweaks no longer give",
}


def _refinement(choice: Choice, recipe: Recipe, code: str, finding: Finding) -> Proposal:
    because, cites = _because(choice)
    fits = "It answers that." if finding.diagnosis in choice.technique.answers else "It is tried for its own sake."
    return Proposal(
        title=choice.technique.title[:100],
        rationale=f"{finding.diagnosis.value.replace('_', ' ').capitalize()}: {finding.reason}. "
        f"{choice.technique.summary} {fits}{because}",
        code=code,
        technique=choice.technique.name,
        scale=choice.technique.scale,
        diagnosis=finding.diagnosis,
        expected=_EXPECTED[finding.diagnosis],
        cites=cites,
        recipe=recipe.model_dump(mode="json"),
    )


def _together(together: Bundle, code: str, finding: Finding) -> Proposal:
    titles = [choice.technique.title for choice in together.choices]
    cites = tuple(dict.fromkeys(name for choice in together.choices for name in _because(choice)[1]))
    return Proposal(
        title=shorten(f"{len(titles)} proven changes: {'; '.join(titles)}", 100, placeholder=" …"),
        rationale=f"{' '.join(choice.technique.summary for choice in together.choices)} Earlier experience speaks for "
        f"each ({', '.join(cites)}); together they cost one iteration.",
        code=code,
        technique=together.name,
        scale=together.scale,
        diagnosis=finding.diagnosis,
        expected=_EXPECTED[finding.diagnosis],
        cites=cites,
        recipe=together.recipe.model_dump(mode="json"),
    )


def _scale_of(brief: Brief) -> Scale:
    assert brief.failure is not None
    candidate = brief.failure.candidate
    return next((a.scale for a in brief.history if a.candidate == candidate), Scale.TWEAK)
