"""Small services, aggregates, files and bundles made for tests."""
