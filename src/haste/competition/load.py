"""From a folder in Kaggle's own layout to a `LoadedCompetition`: the stated is taken, the rest inferred and said."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from haste.schema.competition import Competition, Kind, Metric, Trust

from . import metrics, problem, scheme, verify
from .columns import Columns, infer_columns
from .contents import DESCRIPTION, Contents, find_contents
from .decode import decode
from .digests import digests
from .faults import fault
from .features import Features, infer_domain, infer_features
from .leaks import check_leaks
from .loaded import LoadedCompetition
from .raw import RawTables, read_raw
from .settings import FILE_NAME, LONGEST_ID, Settings, read_settings
from .sources import Sources, find_sources
from .tables import Table
from .typed import text_of, typed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

DIGITS = 6  # of the train file's sha256, in an id that is not stated
_TEXT_TARGETS = (Kind.BINARY, Kind.MULTICLASS, Kind.SEQUENCE)


@dataclass(frozen=True)
class _Problem:
    kind: Kind
    metric: Metric
    classes: tuple[str, ...]
    kept: NDArray[np.int64]  # rows of the train file in which all targets are known


@dataclass(frozen=True)
class _Frames:
    train: DataFrame
    test: DataFrame
    sample: DataFrame
    made_up_id: tuple[str, ...]


def load(folder: Path, settings: Settings | None = None) -> LoadedCompetition:
    """Load and verify a competition, by the folder's own settings or by others that are tried on it.

    Raises CompetitionError (the folder's fault) or ConfigError (its settings').
    """
    said: list[str] = []
    if settings is None:
        settings = read_settings(folder) if folder.is_dir() else Settings()
    sources = find_sources(folder, settings)
    raw = read_raw(folder, sources, settings.unseen)
    if raw.labels is not None:
        said.append(f"labels: joined in from {raw.labels.name} by {raw.labels_key!r}")
    if raw.decimal_comma:
        said.append(f"decimal comma: read and shown as a point in {', '.join(raw.decimal_comma)}")
    train = raw.train or _no_rows(raw.sample)
    verify.check_stated(settings, train)
    description = _description(folder)
    columns, sentences = infer_columns(settings, train, raw.test, raw.sample)
    said += sentences
    posed = _pose(settings, (train, raw.sample), columns, description, said)
    frames = _frames(raw, columns, posed, reported=settings.validation.trust == "reported")
    contents = find_contents(folder, settings, sources)
    check_leaks(contents, settings, columns, (frames.train, frames.test))
    files = contents.data_files()
    features = infer_features(settings, columns, (frames.train, frames.test), files)
    said += features.said
    if raw.test is None and settings.validation.trust != "reported":
        inputs = [c for c in train.columns if c not in (columns.id_column, *columns.targets, *settings.drop)]
        verify.check_no_test(frames.test, inputs, files, (folder, train.name))
    competition = _assemble(settings, (sources, contents, folder), (columns, features, posed), frames, said)
    title, text = _words(settings, folder, description, competition)
    competition = competition.model_copy(update={"title": title, "description": text, "inferred": tuple(said)})
    return LoadedCompetition(
        competition, folder, frames.train, frames.test, frames.sample,
        labels=sources.labels if raw.labels is not None else None,
        kept=posed.kept, made_up_id=frames.made_up_id, left_out=len(train) - len(posed.kept), settings=settings,
    )  # fmt: skip


def _no_rows(sample: Table) -> Table:
    return Table(sample.frame.iloc[:0], "csv", "(no train table)")


def _description(folder: Path) -> str:
    path = folder / DESCRIPTION
    return decode(path.read_bytes(), DESCRIPTION).strip() if path.is_file() else ""


def _pose(
    settings: Settings, tables: tuple[Table, Table], columns: Columns, description: str, said: list[str]
) -> _Problem:
    """The kind, the metric and the classes. Reads only targets, sample and description."""
    import pandas as pd

    train, sample = tables
    values = pd.DataFrame({name: text_of(train.frame[name]).str.strip() for name in columns.targets})
    missing = problem.missing_targets(values, columns.classes)
    if len(train):
        verify.check_targets(values, missing, train.name)
    lost = missing.any(axis=1).to_numpy()
    if lost.any():
        said.append(
            f"{int(lost.sum())} of {len(lost)} training rows lack a target; they are left out of training and folds"
        )
    kept, known = np.flatnonzero(~lost), values[~lost]
    named = settings.metric or problem.metric_in(description)
    spec = metrics.spec(named) if named else None
    kind = Kind(settings.kind) if settings.kind else _kind(columns, known, sample, spec)
    why = verify.misfit(spec, kind, columns) if spec else None
    if why and settings.metric:
        raise fault(FILE_NAME, why, "state another `metric` or `kind`; docs/metrics.md lists the metrics")
    if why and not settings.kind:
        kind = _kind(columns, known, sample, None)
    if settings.kind is None:
        said.append(
            f"kind: {kind.value}, from the target's values, the sample submission and the metric if one is named"
        )
    if kind not in _TEXT_TARGETS:
        verify.check_numeric(known, train.name, kind)
    classes = problem.infer_classes(columns, known, kind)
    if spec is None or why:
        name, reason = problem.default_metric(kind, columns, sample.frame, classes)
        spec = metrics.spec(name)
        said.append(f"metric: {name}, {reason}")
    elif settings.metric is None:
        said.append(f"metric: {spec.metric.name}, which description.md names where it speaks of evaluation")
    return _Problem(kind, spec.metric, classes, kept)


def _kind(columns: Columns, known: DataFrame, sample: Table, stated: metrics.MetricSpec | None) -> Kind:
    if known.empty:
        message = "has no train table, so that its kind cannot be inferred"
        raise fault(FILE_NAME, message, "state `kind`")
    return problem.infer_kind(columns, known, sample.frame, stated.kinds if stated else ())


def _frames(raw: RawTables, columns: Columns, posed: _Problem, *, reported: bool) -> _Frames:
    """Typed frames with ids on all sides. Raises CompetitionError where ids are duplicate or do not match."""
    ids = columns.id_column
    train = raw.train or _no_rows(raw.sample)
    as_text = [c for c in (ids, *(columns.targets if posed.kind in _TEXT_TARGETS else ())) if c]
    learn, sample = typed(train, as_text), typed(raw.sample, raw.sample.columns)
    if posed.kind not in _TEXT_TARGETS:
        learn = learn.assign(**{name: learn[name].astype("float64") for name in columns.targets})
    if posed.kind in (Kind.BINARY, Kind.MULTICLASS):
        learn = learn.assign(**{name: learn[name].str.strip() for name in columns.targets})
    test = typed(raw.test, as_text) if raw.test else sample[[ids]].copy() if ids else sample.iloc[:, :0]
    names = (raw.sample.name, raw.test.name if raw.test else raw.sample.name)
    made_up = tuple(s for s, f in (("train", learn), ("test", test)) if ids and ids not in f.columns)
    if ids:
        if ids in learn.columns and len(learn):
            verify.check_unique(learn[ids], train.name)
        verify.check_unique(sample[ids], raw.sample.name)
        if "test" in made_up and len(test) == len(sample):
            test = test.assign(**{ids: sample[ids]})
        elif "test" not in made_up:
            verify.check_unique(test[ids], names[1])
    if not reported:
        verify.check_sample(sample[ids] if ids and ids in test else sample.index.to_series(),
                            test[ids] if ids and ids in test else test.index.to_series(), names)  # fmt: skip
    if "train" in made_up:
        learn = learn.assign(**{str(ids): _fresh_ids(sample[ids], len(learn))})
    learn = learn.iloc[posed.kept].reset_index(drop=True)
    return _Frames(learn, test, sample, made_up)


def _fresh_ids(taken: Series[str], count: int) -> list[str]:
    """Ids for the rows of a train file that has none: numbers after the test's where those are numbers."""
    numbers = taken.str.fullmatch(r"\d{1,15}").all()
    first = int(taken.astype("int64").max()) + 1 if numbers else 0
    return [str(first + i) if numbers else f"train-{i}" for i in range(count)]


def _assemble(
    settings: Settings,
    place: tuple[Sources, Contents, Path],
    found: tuple[Columns, Features, _Problem],
    frames: _Frames,
    said: list[str],
) -> Competition:
    sources, contents, folder = place
    columns, features, posed = found
    kind, stated = posed.kind, settings.validation
    plain = [c for c in features.plain if c not in features.text]
    time = stated.time_column or scheme.find_time(frames.train, frames.test, (*plain, *features.shared))
    group = scheme.find_group(frames.train, frames.test, plain)
    validation = scheme.plan_validation(stated, (time, group), kind, len(frames.train))
    if stated.scheme is None or stated.folds is None:
        said.append(f"validation: {scheme.why(validation, stated)}")
    if kind in (Kind.SEQUENCE, Kind.IMAGE_TO_IMAGE) and validation.trust is not Trust.REPORTED:
        raise verify.cannot_hold_out(folder, kind, frames.train[columns.targets[0]] if settings.kind is None else None)
    if settings.kind is None and kind is Kind.REGRESSION and validation.scheme.value == "time":
        kind = Kind.FORECAST
        said.append(f"kind: forecast, as test rows come later by {validation.time_column!r}")
    domain = settings.domain or infer_domain(kind, features)
    if settings.domain is None:
        said.append(f"domain: {domain}")
    train, held = sources.train or sources.labels or "", digests(folder, sources, contents)
    return Competition(
        id=settings.id or _id_of(folder.resolve().name, held.get(train or sources.sample, "")),
        title="", description="", domain=domain, kind=kind, metric=posed.metric,
        targets=columns.targets, classes=posed.classes, id_column=columns.id_column,
        submission_columns=columns.predictions, train=train,
        test=sources.test or sources.sample, sample_submission=sources.sample,
        text=features.text, image=features.image, audio=features.audio,
        categorical=settings.categorical or (), drop=settings.drop, validation=validation,
        digests=held,
    )  # fmt: skip


def _id_of(name: str, train: str) -> str:
    """A folder's name and a few digits of its train file as an id: two competitions in folders of one name are two.

    `train` is the file's sha256. Of a name that is too long a hash stands for the end, so that it stays its own.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "competition"
    room = LONGEST_ID - DIGITS - 1
    if len(plain) > room:
        plain = f"{plain[: room - 9].rstrip('-.')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"{plain}-{train[:DIGITS]}" if train else plain


def _words(settings: Settings, folder: Path, description: str, competition: Competition) -> tuple[str, str]:
    """The title and the description; where there is none, an honest one from the tables."""
    heading = re.search(r"^#[ \t]+(.+)$", description, re.MULTILINE)
    title = settings.title or (heading[1].strip() if heading else folder.resolve().name)
    asked = ", ".join(competition.submission_columns[:20])
    generated = (
        f"# {title}\n\nPredict {asked} for every row of the test table ({competition.kind.value}; judged by "
        f"{competition.metric.name}, which is to be {competition.metric.direction.value}d). The folder came without a "
        "description; this text was written from its tables.\n"
    )
    return title, description + "\n" if description else generated
