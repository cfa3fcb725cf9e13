"""The content of a diagnosis: a module per section, each with its commands, events and rules."""
