"""Servers and services that run while a test needs them."""
