"""SEAM: journals and blobs on disk. Backends are chosen in cli.wiring; import them from their own modules."""
