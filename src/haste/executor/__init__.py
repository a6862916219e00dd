"""SEAM: running candidates. Backends are chosen in cli.wiring; import them from their own modules."""
