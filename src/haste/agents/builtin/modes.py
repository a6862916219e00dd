"""The diagnoses by short names, for the tables that say what each technique answers."""

from __future__ import annotations

from haste.schema.solution import Diagnosis

UNDER = Diagnosis.UNDERFITTING
OVER = Diagnosis.OVERFITTING
GAP = Diagnosis.FEATURE_GAP
CEILING = Diagnosis.NOISE_CEILING
SHIFT = Diagnosis.DISTRIBUTION_MISMATCH
DIMINISHING = Diagnosis.DIMINISHING_RETURNS
