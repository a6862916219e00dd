"""Who thinks: engineers answer briefs. They never touch state, files, executors or held-out answers."""
