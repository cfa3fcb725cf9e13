"""Phases 3 and 4: the actions that bring the change, their validation by the structure, and their delivery."""
