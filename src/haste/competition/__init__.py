"""Competitions: loading, profiling, splits, metrics, scoring, medals, held-out answers, the bundled catalogue."""
