"""Events and commands of the real services that several tests start from."""
