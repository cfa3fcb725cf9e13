"""The append-only log of one service, on the `eventsourcing` library. See docs/adr/0002."""
