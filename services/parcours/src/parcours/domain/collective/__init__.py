"""Collective operations, which several structures go through together."""
