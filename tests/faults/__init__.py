"""Fault injection: the system under a seeded schedule of faults, and a checker of what it acknowledged."""
