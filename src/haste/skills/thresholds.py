"""Every number that a decision about skills rests on, in one place. Knows nothing of how they are used.

The counting rule and its numbers were chosen by simulation (docs/skills.md tells which); the withholding shares and
caps are defaults to be tested, not findings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    # A competition's vote. 1.645 is the 95 % point of the normal distribution, one-sided.
    vote_z: float = 1.645
    gain_cap: float = 5.0  # noise units; a change that broke everything is not a hundred votes against
    run_correlation: float = 0.5  # assumed between runs on the same rows: n runs count as n / (1 + (n - 1) * this)

    # Tiers: what counting must show beyond the discovering competition.
    domain_support: int = 2
    domain_ratio: float = 2.0  # support per opposing competition
    global_support: int = 4
    global_ratio: float = 3.0
    global_domains: int = 2  # domains that lean in favour
    domain_opposes: int = 2  # competitions, for a domain to oppose
    domain_opposes_ratio: float = 2.0  # opposing competitions per support, for the same

    prior_competitions: float = 1.0  # without effect, that an expected gain is shrunk by
    prior_kept: float = 0.15  # share of changes that are kept as a rule; cold runs: one in seven

    # Status.
    contested_opposes: int = 2  # competitions; a skill of one competition is contested by that one
    separating_competitions: int = 2  # on each side before a fact may tell them apart
    resolved_support: int = 2  # competitions where a contested skill's conditions are met and it holds
    retire_competitions: int = 3  # before an interval below zero retires
    retire_runs: int = 3  # the same for a skill of one competition, which no others can speak on
    retire_masked: int = 10  # masked exposures before the effect against absence retires
    idle_competitions: int = 5  # tried in so many without any support: no effect

    # Effects.
    effect_level: float = 0.9
    effect_competitions: int = 3  # before an effect beyond one competition is known
    effect_pair: int = 3  # runs in one competition, both arms together, before they are compared there
    effect_arm: int = 5  # runs with and without, each, before an effect against absence is known
    old_revision_weight: float = 0.5  # of exposures of an earlier text

    # Ranking: how much a known effect moves a skill's fit, and what the effect is shrunk by.
    utility_sway: float = 0.5
    utility_prior: float = 2.0  # competitions without effect

    # Withholding at random, as probability by status.
    withhold: float = 0.15
    withhold_candidate: float = 0.5

    # Form.
    body_words: int = 300
    name_length: int = 64
    description_length: int = 1024
    neighbours: int = 8  # of the index, whose bodies are compared word by word
    telling_spaces: int = 5  # in advice; shorter advice may stand in any other by chance
    similar: float = 0.8  # Jaccard similarity of word pairs from which two bodies are the same advice


DEFAULTS = Thresholds()
