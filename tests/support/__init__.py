"""What several tests need: servers that run, services that answer, sample aggregates and data."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The project's folder: programs of this package run there, as `python -m tests.support.<package>.<name>`."""
