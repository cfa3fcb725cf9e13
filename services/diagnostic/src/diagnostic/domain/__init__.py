"""The rules of the diagnosis, pure: no clock, no database, no network."""
