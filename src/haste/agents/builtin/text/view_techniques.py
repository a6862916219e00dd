"""Techniques that change what a model sees of its texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Model, Params, Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import characters, words


def _feature(name: str) -> Apply:
    return lambda recipe, _facts: None if recipe.feature(name) else recipe.put(name)


def change_views(recipe: Recipe, name: str, change: Callable[[Params], Params | None]) -> Recipe | None:
    """Change the view `name` of the model; None where the model lacks it or `change` answers None."""
    step = recipe.model.step(name)
    changed = None if step is None else change(dict(step.params))
    return None if changed is None else recipe.change(model=recipe.model.put(name, **changed))


def _set(name: str, **fixed: Any) -> Apply:
    """Set parameters of a view; a parameter set to None is taken away."""

    def change(params: Params) -> Params:
        return {key: value for key, value in {**params, **fixed}.items() if value is not None}

    return lambda recipe, _facts: change_views(recipe, name, change)


def _set_all(**fixed: Any) -> Apply:
    """The same for all views of the model."""

    def apply(recipe: Recipe, facts: Facts) -> Recipe | None:
        changed = recipe
        for name in ("words", "chars"):
            changed = _set(name, **fixed)(changed, facts) or changed
        return changed

    return apply


def _longest(name: str, step: int, low: int, high: int) -> Apply:
    """Move the longest sequence of a view by `step`, within `low` and `high`."""

    def change(params: Params) -> Params | None:
        longest = params["high"] + step
        return {**params, "high": longest} if low <= longest <= high else None

    return lambda recipe, _facts: change_views(recipe, name, change)


def _counted(model: Model) -> bool:
    return any(step.params.get("counts") for step in model.steps)


def _add_view(name: str, start: Callable[..., Params]) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        model = recipe.model
        if model.step(name) or not (model.step("words") or model.step("chars")):
            return None
        more = {"counts": True, "binary": True} if _counted(model) else {}
        return recipe.change(model=model.put(name, **start(recipe.constants, **more)))

    return apply


def _counts(recipe: Recipe, _facts: Facts) -> Recipe | None:
    """Binary presence: in counts for count models, in TF-IDF for the others."""
    return change_views(recipe, "words", lambda p: None if p.get("binary") else {**p, "binary": True})


def _rarer(recipe: Recipe, _facts: Facts) -> Recipe | None:
    views = [step.params.get("min_df", 1) for step in recipe.model.steps if "low" in step.params]
    return _set_all(min_df=1)(recipe, _facts) if views and max(views) > 1 else None


def _commoner(recipe: Recipe, _facts: Facts) -> Recipe | None:
    views = [step.params.get("min_df", 1) for step in recipe.model.steps if "low" in step.params]
    return _set_all(min_df=4)(recipe, _facts) if views and max(views) < 4 else None


def _select(recipe: Recipe, _facts: Facts) -> Recipe | None:
    step = recipe.model.step("best_terms")
    percent = 30 if step is None else step.params["percent"] // 3
    return recipe.change(model=recipe.model.put("best_terms", percent=percent)) if percent >= 5 else None


def _weigh(share: float) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        if not (recipe.model.step("words") and recipe.model.step("chars")) or recipe.model.step("topics"):
            return None
        return recipe.change(model=recipe.model.put("weigh_views", chars=share))

    return apply


_technique = partial(Technique, domain="text", scale=Scale.TWEAK, answers=(GAP,))

VIEW_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "add_character_view", 200, "Let the model see characters beside words",
        "Runs of two to five characters beside the words: stems, endings, spelling and punctuation habits.",
        _add_view("chars", characters), scale=Scale.STRUCTURAL, answers=(GAP, UNDER),
    ),
    _technique(
        "add_word_view", 210, "Let the model see words beside characters",
        "Whole words and pairs of words beside the runs of characters say what a text is about.",
        _add_view("words", words), scale=Scale.STRUCTURAL, answers=(GAP, UNDER),
    ),
    _technique(
        "longer_word_runs", 220, "Add longer runs of words",
        "Runs of one word more keep negations and set phrases together; more columns, so it needs enough texts.",
        _longest("words", 1, 2, 4), undoes=("shorter_word_runs",), answers=(GAP, UNDER), requires=when("rows >= 300"),
    ),
    _technique(
        "shorter_word_runs", 230, "Use shorter runs of words",
        "With few or short texts most pairs of words occur once; single words are steadier.",
        _longest("words", -1, 1, 3), undoes=("longer_word_runs",), answers=(OVER, CEILING),
    ),
    _technique(
        "longer_character_runs", 240, "Add longer runs of characters",
        "Runs of up to six or seven characters hold whole words and their endings.",
        _longest("chars", 1, 3, 7), undoes=("shorter_character_runs",), answers=(GAP, UNDER),
    ),
    _technique(
        "shorter_character_runs", 250, "Use shorter runs of characters",
        "Runs of up to three or four characters are enough for style and language, and fit noise less.",
        _longest("chars", -1, 3, 6), undoes=("longer_character_runs",), answers=(OVER, CEILING),
    ),
    _technique(
        "characters_across_words", 260, "Let runs of characters cross word borders",
        "Runs that include spaces and line ends see punctuation, spacing and neighbouring words.",
        _set("chars", within=False),
    ),
    _technique(
        "plain_term_frequency", 270, "Count repetitions fully",
        "Without the logarithm a word counts as often as it occurs; for long texts of few topics.",
        _set_all(sublinear_tf=None), answers=(UNDER, GAP), requires=when("mean_text_length > 100"),
    ),
    _technique(
        "term_presence", 280, "Note only whether a word occurs",
        "In short texts the second occurrence of a word adds little; presence alone is steadier.",
        _counts, answers=(OVER, CEILING),
    ),
    _technique(
        "keep_rare_terms", 290, "Keep terms that occur in one text only",
        "The inverse document frequency puts weight on rare terms; with a strong penalty they do no harm.",
        _rarer, undoes=("drop_rare_terms",), answers=(UNDER, GAP),
    ),
    _technique(
        "drop_rare_terms", 300, "Drop terms that occur in fewer than four texts",
        "Terms that few texts share cannot be learned from; without them the model is smaller and steadier.",
        _commoner, undoes=("keep_rare_terms",), answers=(OVER, CEILING), requires=when("rows >= 300"),
    ),
    _technique(
        "drop_stop_words", 310, "Leave out common function words",
        "Articles and prepositions say little about topics (but much about authors: keep them for questions of style).",
        _set("words", stop=True), answers=(OVER,),
    ),
    _technique(
        "keep_short_words", 320, "Keep words of one letter",
        "By default words of one letter are dropped; in code, formulas and abbreviations they matter.",
        _set("words", pattern="short"),
    ),
    _technique(
        "keep_punctuation", 330, "Treat punctuation marks as words",
        "Question marks, brackets and dashes are words of their own kind: for style, mood and code.",
        _set("words", pattern="marks"), answers=(GAP, UNDER),
    ),
    _technique(
        "keep_case", 340, "Keep capital letters",
        "Names, headings, shouting and identifiers differ in their capitals; do not fold them away.",
        _set_all(case=True),
    ),
    _technique(
        "limit_vocabulary", 350, "Keep the 5,000 most frequent terms",
        "A smaller vocabulary is quicker and fits less noise; little is lost.",
        _set_all(limit=5000), answers=(OVER, CEILING), requires=when("rows >= 300"),
    ),
    _technique(
        "select_terms", 360, "Keep the terms that depend most on the target",
        "A chi-squared test per term (a correlation for numbers) keeps the best part of the vocabulary.",
        _select, scale=Scale.STRUCTURAL, answers=(OVER, CEILING), requires=when("rows >= 100"),
    ),
    _technique(
        "text_statistics", 370, "Add lengths and shares of kinds of characters",
        "How long a text is, how long its words are, and how many capitals, digits and marks it has: style as numbers.",
        _feature("text_statistics"), scale=Scale.STRUCTURAL,
    ),
    _technique(
        "mask_digits", 380, "Make all digits look alike",
        "Years, prices and identifiers become words of one shape each instead of thousands of single ones.",
        _feature("mask_digits"), answers=(OVER, SHIFT, GAP),
    ),
    _technique(
        "strip_markup", 390, "Remove tags and web addresses",
        "Tags, entities and addresses flood the vocabulary with terms that carry no meaning.",
        _feature("strip_markup"), answers=(OVER, SHIFT), requires=when("mean_text_length > 60"),
    ),
    _technique(
        "join_text_columns", 400, "Read all text columns as one text too",
        "Title and body share words; a joined text pools their counts beside the separate ones.",
        _feature("join_texts"), scale=Scale.STRUCTURAL, requires=when("text_columns >= 2"), answers=(GAP, OVER),
    ),
    _technique(
        "weigh_characters_less", 410, "Halve the weight of the characters",
        "Runs of characters are many; with half their weight the words are heard.",
        _weigh(0.5), undoes=("weigh_characters_more",), answers=(OVER, CEILING),
    ),
    _technique(
        "weigh_characters_more", 420, "Double the weight of the characters",
        "Where style and spelling tell more than topics, runs of characters should count for more.",
        _weigh(2.0), undoes=("weigh_characters_less",), answers=(GAP, UNDER),
    ),
)  # fmt: skip
