"""The forecasters as they stand in scripts: small classes over the seven columns of CLOCK.

Written out, and not imported, because a delivered script must run without this package. Every series is learned by
itself; a series that was never seen gets the mean of the others.
"""

from __future__ import annotations

from collections.abc import Mapping

BASE = '''class Forecaster(RegressorMixin, BaseEstimator):
    """Learns every series by itself. The last columns of X are CLOCK: series, step, slot, seasons and three phases."""

    def fit(self, X, y):
        X, y = np.asarray(X, float), np.asarray(y, float)
        self.slots_ = int(X[:, -5].max()) + 1
        self.known_ = {code: self.learn(X[X[:, -7] == code], y[X[:, -7] == code]) for code in np.unique(X[:, -7])}
        return self

    def predict(self, X):
        X, result = np.asarray(X, float), np.zeros(len(X))
        for code in np.unique(X[:, -7]):
            rows = X[:, -7] == code
            known = [self.known_[code]] if code in self.known_ else list(self.known_.values())
            result[rows] = np.mean([self.forecast(one, X[rows]) for one in known], axis=0)
        return result


def on_grid(X, y, slots):
    """Steps, values and slots without gaps; missing steps lie on the line between their neighbours."""
    known, first, where = np.unique(X[:, -6].astype(int), return_index=True, return_inverse=True)
    steps = np.arange(known[0], known[-1] + 1)
    before = np.searchsorted(known, steps, side="right") - 1
    values = np.interp(steps, known, np.bincount(where, y) / np.bincount(where))
    return steps, values, (X[first[before], -5].astype(int) + steps - known[before]) % slots'''

SEASONAL_NAIVE = '''class SeasonalNaive(Forecaster):
    """The mean of the last seasons at the same slot, each carried on along the drift from season to season."""

    def __init__(self, repeats=1, drift=1.0, drift_seasons=None):
        self.repeats, self.drift, self.drift_seasons = repeats, drift, drift_seasons

    def learn(self, X, y):
        steps, values, slots = on_grid(X, y, self.slots_)
        width = min(self.slots_, max(1, len(values) // 2))
        back = len(values) - width
        if self.drift_seasons is not None:
            back = min(back, width * self.drift_seasons)
        past = values[len(values) - width - back : len(values) - back]
        slope = self.drift * (values[-width:].mean() - past.mean()) / max(back, 1)
        places = [np.flatnonzero(slots == slot)[-self.repeats :] for slot in range(self.slots_)]
        return slope, [(steps[place], values[place]) for place in places]

    def forecast(self, known, X):
        slope, seen = known
        everything = (np.concatenate([steps for steps, _ in seen]), np.concatenate([values for _, values in seen]))
        result = np.zeros(len(X))
        for number, (step, slot) in enumerate(zip(X[:, -6], X[:, -5].astype(int))):
            steps, values = seen[slot] if slot < len(seen) and len(seen[slot][0]) else everything
            result[number] = np.mean(values + slope * (step - steps))
        return result'''

HARMONICS = '''class Harmonics(Forecaster):
    """A polynomial trend and waves of each phase, by penalised least squares.

    growing: the season changes with the trend. recent: only so many last seasons. half_life: of the rows' weights,
    in seasons. anchor: shift the forecast by the mean of so many last residuals; `fade` is its half-life in seasons.
    """

    def __init__(self, waves=3, degree=1, bends=0, growing=False, recent=None, half_life=None, robust=False,
                 anchor=0, fade=None, penalty=0.01):
        self.waves, self.degree, self.bends, self.growing, self.recent = waves, degree, bends, growing, recent
        self.half_life, self.robust, self.anchor, self.fade, self.penalty = half_life, robust, anchor, fade, penalty

    def design(self, X, first, last):
        time = (X[:, -4] - first) / max(last - first, 1e-9)
        bends = [np.maximum(time - place, 0) for place in np.linspace(0, 1, self.bends + 2)[1:-1]]
        angles = [2 * np.pi * phase * turn for phase in X[:, -3:].T for turn in range(1, self.waves + 1)]
        waves = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
        more = [wave * time for wave in waves] if self.growing else []
        return np.column_stack([*X[:, :-7].T, *(time ** (n + 1) for n in range(self.degree)), *bends, *waves, *more])

    def learn(self, X, y):
        if self.recent is not None:
            kept = X[:, -4] > X[:, -4].max() - max(self.recent, 2)
            X, y = X[kept], y[kept]
        first, last = X[:, -4].min(), X[:, -4].max()
        weights = np.ones(len(y)) if self.half_life is None else 0.5 ** ((last - X[:, -4]) / self.half_life)
        scale = y.std() or 1.0
        model = HuberRegressor(alpha=self.penalty, max_iter=1000) if self.robust else Ridge(alpha=self.penalty)
        columns = make_pipeline(StandardScaler(), model)
        columns.fit(self.design(X, first, last), y / scale, **{f"{columns.steps[-1][0]}__sample_weight": weights})
        recent = np.argsort(X[:, -6])[-self.anchor :] if self.anchor else []
        shift = np.mean(y[recent] - scale * columns.predict(self.design(X[recent], first, last))) if self.anchor else 0
        return columns, first, last, scale, shift

    def forecast(self, known, X):
        columns, first, last, scale, shift = known
        ahead = np.maximum(X[:, -4] - last, 0)
        fading = 1.0 if self.fade is None else 0.5 ** (ahead / self.fade)
        return scale * columns.predict(self.design(X, first, last)) + shift * fading'''

ANOMALIES = '''class Anomalies(Forecaster):
    """Trend and waves first; their residuals go on by an autoregression, one step after the other."""

    def __init__(self, waves=3, degree=1, lags=12, penalty=1.0, growing=False, recent=None, half_life=None):
        self.waves, self.degree, self.lags, self.penalty = waves, degree, lags, penalty
        self.growing, self.recent, self.half_life = growing, recent, half_life

    def learn(self, X, y):
        base = Harmonics(self.waves, self.degree, growing=self.growing, recent=self.recent, half_life=self.half_life)
        base.fit(X, y)
        steps, rest, _ = on_grid(X, y - base.predict(X), self.slots_)
        lags = max(1, min(self.lags, len(rest) // 4))
        past = np.lib.stride_tricks.sliding_window_view(rest, lags)
        model = Ridge(alpha=self.penalty * rest.var(), fit_intercept=False).fit(past[:-1], rest[lags:])
        fitted = np.concatenate([np.zeros(lags), model.predict(past[:-1])])
        return base, steps, rest, model, lags, fitted

    def forecast(self, known, X):
        base, steps, rest, model, lags, fitted = known
        path, ahead = list(rest), int(X[:, -6].max() - steps[-1])
        for _ in range(ahead):
            path.append(float(np.clip(np.dot(model.coef_, path[-lags:]), rest.min(), rest.max())))
        whole = np.concatenate([fitted, path[len(rest) :]])
        return base.predict(X) + whole[np.clip(X[:, -6].astype(int) - steps[0], 0, len(whole) - 1)]'''

SMOOTHING = '''class Smoothing(Forecaster):
    """Holt and Winters: level, damped trend and season, each corrected by the error of every step.

    The innovations form of Hyndman et al. 2008 (ETS). tuned: choose the four rates by the one-step error.
    """

    def __init__(self, level=0.3, trend=0.05, season=0.2, damping=0.95, tuned=False):
        self.level, self.trend, self.season, self.damping, self.tuned = level, trend, season, damping, tuned

    def begin(self, values, slots):
        early = min(len(values), max(4, 3 * self.slots_))
        slope, start = np.polyfit(np.arange(early), values[:early], 1)
        rest = values[:early] - start - slope * np.arange(early)
        waves = np.zeros(self.slots_)
        for slot in np.unique(slots[:early]) if self.slots_ > 1 else []:
            waves[slot] = rest[slots[:early] == slot].mean()
        return start - slope, slope, list(waves)

    def run(self, values, slots, rates):
        level_rate, trend_rate, season_rate, damping = rates
        level, trend, waves = self.begin(values, slots)
        fitted = []
        for value, slot in zip(values.tolist(), slots.tolist()):
            guess = level + damping * trend
            fitted.append(guess + waves[slot])
            error = value - fitted[-1]
            level, trend = guess + level_rate * error, damping * trend + level_rate * trend_rate * error
            if len(waves) > 1:
                waves[slot] += season_rate * (1 - level_rate) * error
        return np.array(fitted), level, trend, np.array(waves)

    def learn(self, X, y):
        steps, values, slots = on_grid(X, y, self.slots_)
        rates = np.array([self.level, self.trend, self.season, self.damping])
        if self.tuned:
            def loss(free):
                tried = np.clip(free, [0.01, 0.0, 0.0, 0.8], [0.99, 1.0, 0.99, 1.0])
                error = values - self.run(values, slots, tried)[0]
                return np.mean(error[self.slots_ :] ** 2) + np.sum((tried - free) ** 2) * values.var()

            rates = minimize(loss, rates, method="Nelder-Mead", options={"maxfev": 120}).x
            rates = np.clip(rates, [0.01, 0.0, 0.0, 0.8], [0.99, 1.0, 0.99, 1.0])
        return steps, rates[3], *self.run(values, slots, rates)

    def forecast(self, known, X):
        steps, damping, fitted, level, trend, waves = known
        step, ahead = X[:, -6].astype(int), np.maximum(X[:, -6].astype(int) - steps[-1], 1)
        growth = np.cumsum(damping ** np.arange(1, ahead.max() + 1))
        future = level + trend * growth[ahead - 1] + waves[np.minimum(X[:, -5].astype(int), len(waves) - 1)]
        return np.where(step > steps[-1], future, fitted[np.clip(step - steps[0], 0, len(fitted) - 1)])'''

THETA = '''class Theta(Forecaster):
    """Without its season the series goes on from its smoothed level along half of its slope.

    Assimakopoulos and Nikolopoulos 2000, in the form of Hyndman and Billah 2003.
    """

    def __init__(self, share=0.5, recent=None):
        self.share, self.recent = share, recent

    def learn(self, X, y):
        steps, values, slots = on_grid(X, y, self.slots_)
        if self.recent is not None:
            kept = slice(-max(4, self.slots_ * self.recent), None)
            steps, values, slots = steps[kept], values[kept], slots[kept]
        ones = np.ones(self.slots_) / self.slots_
        middle = np.convolve(np.pad(values, self.slots_, mode="edge"), ones, mode="same")[self.slots_ : -self.slots_]
        waves = pd.Series(values - middle).groupby(slots).mean().reindex(range(self.slots_), fill_value=0).to_numpy()
        plain = values - waves[slots] if self.slots_ > 1 else values
        slope = np.polyfit(steps, plain, 1)[0]
        rates, whole = (0.1, 0.3, 0.5, 0.8), pd.Series(plain)
        paths = {rate: whole.ewm(alpha=rate, adjust=False).mean().to_numpy() for rate in rates}
        rate = min(paths, key=lambda rate: np.mean((plain[1:] - paths[rate][:-1]) ** 2))
        return steps, np.concatenate([plain[:1], paths[rate]]), slope * self.share, waves - waves.mean()

    def forecast(self, known, X):
        steps, path, slope, waves = known
        step = X[:, -6].astype(int)
        level = path[np.clip(step - steps[0], 0, len(path) - 1)] + slope * np.maximum(step - steps[-1], 0)
        return level + waves[np.minimum(X[:, -5].astype(int), len(waves) - 1)]'''

RECURSION = '''class LagRecursion(Forecaster):
    """Changes since the same slot of the last season, predicted from the changes before them, step after step."""

    def __init__(self, lags=12, trees=False, penalty=1.0):
        self.lags, self.trees, self.penalty = lags, trees, penalty

    def learn(self, X, y):
        steps, values, _ = on_grid(X, y, self.slots_)
        back = self.slots_ if len(values) > 3 * self.slots_ else 1
        change = values[back:] - values[:-back] if len(values) > back else np.zeros(1)
        lags = max(1, min(self.lags, len(change) // 3))
        past = np.lib.stride_tricks.sliding_window_view(change, lags)
        model = Ridge(alpha=self.penalty * max(change.var(), 1e-9))
        if self.trees:
            model = LGBMRegressor(
                n_estimators=60, learning_rate=0.05, num_leaves=7, random_state=0, n_jobs=1, verbosity=-1
            )
        if len(past) > 1:
            model.fit(past[:-1], change[lags:])
        else:
            model = DummyRegressor().fit(past, change[-1:])
        return steps, values, change, back, lags, model

    def forecast(self, known, X):
        steps, values, change, back, lags, model = known
        values, change, limit = list(values), list(change), 2 * np.abs(change).max()
        for _ in range(int(X[:, -6].max() - steps[-1])):
            guess = float(np.clip(model.predict(np.array([change[-lags:]]))[0], -limit, limit))
            change.append(guess)
            values.append(values[-back] + guess)
        return np.array(values)[np.clip(X[:, -6].astype(int) - steps[0], 0, len(values) - 1)]'''

PROCESS = '''class Process(Forecaster):
    """Trend and waves first; a Gaussian process of smooth and of recurring deviations around them."""

    def __init__(self, waves=3, degree=1, smooth=0.5, noise=0.2, most=1000):
        self.waves, self.degree, self.smooth, self.noise, self.most = waves, degree, smooth, noise, most

    def learn(self, X, y):
        base = Harmonics(self.waves, self.degree).fit(X, y)
        recent = np.argsort(X[:, -6])[-self.most :]
        rest = (y - base.predict(X))[recent]
        recurring = 0.3 * ExpSineSquared(length_scale=1.0, periodicity=1.0) * RBF(10.0)
        kernel = 0.7 * RationalQuadratic(length_scale=self.smooth, alpha=1.0) + recurring + WhiteKernel(self.noise)
        scale = rest.std() or 1.0
        model = GaussianProcessRegressor(kernel, optimizer=None).fit(X[recent, -4][:, None], rest / scale)
        return base, model, scale

    def forecast(self, known, X):
        base, model, scale = known
        return base.predict(X) + scale * model.predict(X[:, -4][:, None])'''

BOOSTED = '''class BoostedCalendar(RegressorMixin, BaseEstimator):
    """Trend and waves of each series; trees over the calendar and all other columns learn what these leave."""

    def __init__(self, waves=2, trees=150, leaves=7, random_state=None):
        self.waves, self.trees, self.leaves, self.random_state = waves, trees, leaves, random_state

    def seen(self, X):
        return np.column_stack([X[:, :-6], X[:, -5:-4], X[:, -3:]])  # no running time: trees cannot go on with it

    def fit(self, X, y):
        X, y = np.asarray(X, float), np.asarray(y, float)
        self.base_ = Harmonics(self.waves).fit(X[:, -7:], y)
        self.model_ = LGBMRegressor(
            n_estimators=self.trees, learning_rate=0.05, num_leaves=self.leaves, min_child_samples=10,
            random_state=self.random_state, n_jobs=1, verbosity=-1,
        ).fit(self.seen(X), y - self.base_.predict(X[:, -7:]))
        return self

    def predict(self, X):
        X = np.asarray(X, float)
        return self.base_.predict(X[:, -7:]) + self.model_.predict(self.seen(X))'''

DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    "seasonal_naive": (BASE, SEASONAL_NAIVE),
    "harmonics": (BASE, HARMONICS),
    "smoothing": (BASE, SMOOTHING),
    "anomalies": (BASE, HARMONICS, ANOMALIES),
    "recursion": (BASE, RECURSION),
    "theta": (BASE, THETA),
    "process": (BASE, HARMONICS, PROCESS),
    "boosted_calendar": (BASE, HARMONICS, BOOSTED),
}
