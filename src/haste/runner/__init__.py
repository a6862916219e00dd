"""The only loop: ask `search` what to do, do it, append the event."""
