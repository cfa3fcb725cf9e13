"""Between services: each log is the truth, NATS JetStream carries it and may be lost at any moment."""
