"""Series in time: forecasts of the dates that follow the training rows."""

from .domain import TIMESERIES

__all__ = ["TIMESERIES"]
