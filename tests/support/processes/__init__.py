"""Programs that a test starts in a process of their own, mostly to kill it."""
