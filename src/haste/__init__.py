"""HASTE: machine-learning engineering that gets better with every problem it solves."""

__version__ = "0.1.0"
