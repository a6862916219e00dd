"""Rounds of runs over many competitions, with promotion between them."""
