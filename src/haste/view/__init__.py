"""Read-only: reports over journals. Starts nothing, changes nothing."""
