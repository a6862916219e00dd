"""The first stage's event: what it takes from the folds."""

from __future__ import annotations

from types import SimpleNamespace

import haste.runner.profile
from haste.competition.split import make_splits
from haste.runner.profile import profile_competition
from haste.schema.competition import Kind, Scheme, Trust
from haste.schema.profile import Resources
from tests.competition.judged import make
from tests.search.legal import profile as bare


def context_of(trust=Trust.HARNESS):
    truth = {"y": [float(n % 5) for n in range(14)]}
    loaded = make(
        Kind.REGRESSION, "rmse", truth, scheme=Scheme.TIME, time=[*range(14)], test_time=[14, 15], test_rows=2
    )
    splits = make_splits(loaded, 3, 0)
    stated = loaded.competition.validation.model_copy(update={"trust": trust})
    competition = loaded.competition.model_copy(update={"validation": stated})
    loaded = type(loaded)(competition, loaded.folder, loaded.train, loaded.test, loaded.sample)
    return SimpleNamespace(
        loaded=loaded, splits=splits, tape=None, engineer=SimpleNamespace(needs=()), config=SimpleNamespace(seed=0)
    )


def test_a_profile_says_what_each_search_fold_in_time_holds_out(monkeypatch):
    monkeypatch.setattr(haste.runner.profile, "probe", lambda _: Resources(python="3.11", cores=1, memory_gb=1))
    monkeypatch.setattr(haste.runner.profile, "profile", lambda *_: bare())
    (event,) = profile_competition(None, None, context_of())
    assert event.profile.windows == ("6 to 7", "8 to 9", "10 to 11")
    assert event.search_folds == 3
    (event,) = profile_competition(None, None, context_of(Trust.REPORTED))
    assert event.profile.windows == ()  # no rows are held out
