"""`competition.toml`: what its author states about a competition. What is not stated here is inferred elsewhere."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from haste.schema.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_NAME = "competition.toml"
LONGEST_ID = 64  # characters: folders of runs and ledgers bear it in their names, beside a campaign's and a seed
DOMAINS = ("tabular", "text", "image", "audio", "timeseries", "seq2seq")

KindName = Literal[
    "binary", "multiclass", "multilabel", "ordinal", "regression", "forecast", "sequence", "image_to_image"
]
DomainName = Literal["tabular", "text", "image", "audio", "timeseries", "seq2seq"]


def _names(value: object) -> object:
    """A lone name stands for a list of one; a list becomes a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ValidationSettings(_Closed):
    scheme: Literal["kfold", "stratified", "group", "time"] | None = None
    folds: Annotated[int, Field(ge=2, le=20)] | None = None
    group_column: str | None = None
    time_column: str | None = None
    trust: Literal["harness", "reported"] | None = None


class Settings(_Closed):
    """Every key is optional. Paths are relative to the competition's folder."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=LONGEST_ID)] | None = None
    title: str | None = None
    metric: str | None = None
    target: Names | None = None
    id_column: str | None = None
    kind: KindName | None = None
    domain: DomainName | None = None
    train: str | None = None
    test: str | None = None
    sample_submission: str | None = None
    labels: str | None = None  # the table that holds the targets, where the train table does not
    answers: str = "private/answers.csv"
    leaderboard: str = "private/leaderboard.csv"
    text: Names | None = None
    image: Names | None = None
    audio: Names | None = None
    categorical: Names | None = None
    drop: Names = ()
    tables: Names = ()  # further tables that candidates may see although they hold ids and targets
    validation: ValidationSettings = ValidationSettings()

    @property
    def unseen(self) -> tuple[str, ...]:
        """The dropped columns that nobody is shown; those that order or group the rows stay, as folds need them."""
        return tuple(c for c in self.drop if c not in (self.validation.group_column, self.validation.time_column))


def read_settings(folder: Path) -> Settings:
    """The folder's `competition.toml`, or all defaults if it has none. Raises ConfigError naming the key."""
    path = folder / FILE_NAME
    if not path.is_file():
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_toml(error, path) from error
    return parse_settings(text, path)


def parse_settings(text: str, path: Path) -> Settings:
    """What the text of a `competition.toml` states. Raises ConfigError naming the key and, as its place, the path."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, path) from error
    except ValidationError as error:
        raise _explained(error.errors()[0], path) from error


def _no_toml(error: ValueError, path: Path) -> ConfigError:
    hint = "`haste competitions init` writes one to begin from"
    return ConfigError(f"is not TOML: {error}", where=str(path), hint=hint)


def _explained(fault: ErrorDetails, path: Path) -> ConfigError:
    keys = [
        str(part) for part in fault["loc"] if isinstance(part, str) and not part.startswith(("function-", "tuple["))
    ]
    key = ".".join(keys)
    if fault["type"] != "extra_forbidden":
        message = f"`{key}` is {fault['input']!r}; {_wanted(fault)}"
        return ConfigError(message, where=str(path), hint="docs/competitions.md lists every key")
    known: dict[str, Any] = dict(ValidationSettings.model_fields if len(keys) > 1 else Settings.model_fields)
    near = get_close_matches(keys[-1], known, n=1, cutoff=0.5)
    elsewhere = keys[-1] in ValidationSettings.model_fields and len(keys) == 1
    hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(known)}"
    if elsewhere:
        hint = f"`{keys[-1]}` belongs below [validation]"
    return ConfigError(f"unknown key `{key}`", where=str(path), hint=hint)


def _wanted(fault: ErrorDetails) -> str:
    if fault["loc"] and fault["loc"][0] in ("target", "text", "image", "audio", "categorical", "drop", "tables"):
        return "it must be a name or a list of names"
    return fault["msg"][:1].lower() + fault["msg"][1:]
