"""The rules of the follow-up and of the capitalisation sheets, pure: no clock, no database, no network."""
