"""The whole system on a bare machine, for development and demonstration: no Docker, no server to install."""
