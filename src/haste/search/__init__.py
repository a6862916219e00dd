"""Pure: the state of a run folded from its events, and what to do next. Knows no clock, no file, no process."""
