"""Phases 3 and 4: which actions will bring the change, did the structure agree to them, and are they carried out?"""
