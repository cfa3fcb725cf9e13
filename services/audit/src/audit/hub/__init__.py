"""The audit service at a national hub: the same program, which receives from the services of several regions."""
