"""given/when/then for deciders, and an in-memory log."""
