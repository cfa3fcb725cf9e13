"""The HTTP side of every service, in five rooms; each imports only those below it."""
