"""Tables: model families, feature steps and techniques for plain columns. Other domains build upon them."""

from .domain import TABULAR

__all__ = ["TABULAR"]
