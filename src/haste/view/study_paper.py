"""The paper's figures that studies are set beside (arXiv 2606.30911). One seed each; no intervals were given."""

from __future__ import annotations

PAPER: dict[str, tuple[str, ...]] = {
    "start": (
        "Best score after 7.8 refinements warm against 16.3 cold: 52 % fewer.",
        "Medals on MLE-bench Lite rose from 40.9 % cold to 77.3 % when the failures were tried again warm; there was "
        "no second attempt without skills to compare with.",
    ),
    "loading": (
        "With 159 skills held constant over 8 competitions: medals 8/8 tiered, 5/8 flat, 5/8 none. 8/8 against 5/8 has "
        "p = 0.20 by Fisher's exact test.",
        "Output tokens: 2.27 M tiered, 3.78 M flat, 1.86 M none.",
    ),
    "size": ("Keep rate 42 % with 0 to 15 skills, 85 % with 50 or more.",),
    "pipeline": ("The stages were not left out one by one.",),
}
KEEP_RATES = ((0, 15, 0.42), (50, None, 0.85))  # skills from, to, share of changes that were kept
