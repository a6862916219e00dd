"""The image domain: pictures as numbers, views of them written in numpy, and the models that learn from them."""

from .domain import IMAGE

__all__ = ["IMAGE"]
