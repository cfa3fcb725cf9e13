"""Readings of responses, logs and documents, and what must hold for any of them."""
