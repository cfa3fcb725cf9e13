"""Between services: the log is the truth, NATS JetStream carries it and may be lost at any moment. See decisions/0003."""
