"""The guides of `docs`: their commands, run as they are written."""
