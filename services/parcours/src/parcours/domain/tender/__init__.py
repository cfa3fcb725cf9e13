"""Tenders: the choice of a provider, from the terms of reference to the award and the agreement (P)."""
