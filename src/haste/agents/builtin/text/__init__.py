"""Texts: views of words and characters, and the models that read them."""

from .domain import TEXT

__all__ = ["TEXT"]
