"""The national hub: NATS configuration for it and for the regions under it, and a demonstration."""
