"""Integration events: the contracts that services publish, one module for each publisher.

They are the only code that the services of two phases have in common about each other. `PUBLISHED_EVENTS` of a module
lists what its service publishes."""
