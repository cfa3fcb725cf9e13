"""The append-only log of one service, on the `eventsourcing` library. See decisions/0002."""
