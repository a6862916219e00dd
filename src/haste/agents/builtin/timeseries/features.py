"""Writers of feature steps for series: the calendar as numbers.

They leave CLOCK, seven columns that every forecaster reads by place: the series' number, the step on a regular grid,
the slot within the main season, seasons since the beginning, and the phases of day, week and year (0 to 1; a phase
that the data cannot show is 0).
"""

from __future__ import annotations

from haste.agents.builtin.dates import day_first
from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Script, assign

CLOCK = ("series number", "step", "slot", "seasons", "phase of day", "phase of week", "phase of year")

_DATES = """
day = (moment.tz_convert(None) - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
day -= day.min()
gap, length = day[: len(train)].drop_duplicates().sort_values().diff().median(), day[: len(train)].max()
if gap >= 27:  # months, quarters or years
    months = moment.year * 12 + moment.month
    step = ((months - months.min()) / max(1, round(gap / 30.44))).round()
    year = (moment.month - 1) / 12
else:
    step, year = (day / gap).round(), (moment.dayofyear - 1) / 365.25
hours = moment.hour / 24 + moment.minute / 1440
phases = {1: hours if gap < 1 else 0 * day, 7: (moment.dayofweek + hours) / 7 if gap < 7 else 0 * day, 365.25: year}
phases = {days: phase if length >= 2 * days else 0 * day for days, phase in phases.items()}
main = 1 if gap <= 0.5 else 7 if gap <= 1.5 else 365.25  # the season that recurs soonest
slots = max(1, round(main / gap)) if length >= 2 * main else 1
seasons = step / slots if gap >= 27 else day / main
"""
_NUMBERS = """
gap = when[: len(train)].drop_duplicates().sort_values().diff().median()
step = ((when - when.min()) / gap).round()
means = y.groupby(step[: len(train)].to_numpy()).mean()
moves = means.reindex(np.arange(means.index.max() + 1)).interpolate().diff().dropna()
alike = {lag: moves.autocorr(lag) for lag in range(2, min(len(moves) // 3, 400)) if moves.std() > 0}
slots = max(alike, key=alike.get, default=1)  # the season is the lag at which the series is most like itself
slots = slots if alike.get(slots, 0) > 0.4 else 1
phases, seasons = {1: 0 * step, 7: 0 * step, 365.25: (step % slots) / slots}, step / slots
main = 365.25
"""
_REST = """
keys = []
whole = [c for c in NUMERIC if c != WHEN and (train[c] % 1 == 0).all() and train[c].nunique() <= len(train) / 10]
for column in KEYS + whole:  # columns that tell series apart, as far as they are needed for it
    if train.duplicated([WHEN, *keys]).any():
        keys.append(column)
both = pd.concat([train, test], ignore_index=True)
series = both.groupby(keys, dropna=False).ngroup() if keys else 0 * step
slot = (phases[main] * slots).round() % slots
clock = pd.concat([series, step, slot, seasons, *phases.values()], axis=1, keys=CLOCK).astype(float)
train[CLOCK], test[CLOCK] = clock[: len(train)].to_numpy(), clock[len(train) :].to_numpy()
"""


def time_column(recipe: Recipe) -> str | None:
    constants = recipe.constants
    return constants.time or next(iter(constants.dates), None)


def calendar(_step: Step, recipe: Recipe, script: Script) -> None:
    constants = recipe.constants
    when = time_column(recipe)
    candidates = ([constants.group] if constants.group else []) + list(constants.categorical)
    script.constants += [assign("WHEN", when), assign("KEYS", candidates), assign("CLOCK", list(CLOCK))]
    script.group("NUMERIC")
    script.group("CLOCK")
    numbers = when in constants.numeric
    script.uses_y = numbers
    order = "" if numbers else day_first(script, recipe, "WHEN")
    moment = f'\nmoment = pd.to_datetime(when, format="mixed", utc=True{order}).dt'
    rule = _NUMBERS if numbers else moment + _DATES
    script.block(
        "The calendar as numbers: steps on a regular grid, and where in the seasons a row lies",
        "when = pd.concat([train[WHEN], test[WHEN]], ignore_index=True)" + rule + _REST,
    )
