"""Which competition is solved in which round. Pure: the same configuration and domains, the same rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from haste.schema.campaign import Assignment, CampaignConfig, Classified
from haste.schema.config import Start


def schedule(
    config: CampaignConfig, known: Sequence[Classified], prefix: str = ""
) -> tuple[tuple[Assignment, ...], ...]:
    """All rounds: the first competition of each domain cold; the others, spread evenly; then everything again.

    A round that would be empty is left out. Where the configuration wants cold runs only, all of them are cold.
    """
    seeds = _first_of_each_domain(known) if config.seeding else []
    rest = [one for one in known if one not in seeds]
    warm = config.run.start
    planned = [(seeds, Start.COLD), *((part, warm) for part in _spread(rest, config.rounds))]
    planned += [(list(known), warm)] * config.repeats
    rounds = [one for one in planned if one[0]]
    return tuple(
        tuple(
            _assignment(competition, seed, start, f"{prefix}r{number:02d}-")
            for competition in competitions
            for seed in config.seeds
        )
        for number, (competitions, start) in enumerate(rounds, start=1)
    )


def _assignment(competition: Classified, seed: int, start: Start, prefix: str) -> Assignment:
    return Assignment(
        run=f"{prefix}{competition.id}-s{seed}",
        reference=competition.reference,
        competition=competition.id,
        domain=competition.domain,
        seed=seed,
        start=start,
    )


def _first_of_each_domain(known: Iterable[Classified]) -> list[Classified]:
    first: dict[str, Classified] = {}
    for one in known:
        first.setdefault(one.domain, one)
    return list(first.values())


def _spread(rest: list[Classified], rounds: int) -> list[list[Classified]]:
    """In so many parts, in order, whose sizes differ by one at most; empty ones where there are too few."""
    size, more = divmod(len(rest), rounds)
    parts, at = [], 0
    for number in range(rounds):
        end = at + size + (number < more)
        parts.append(rest[at:end])
        at = end
    return parts
