"""The history: dossiers since 2002 as the system would have recorded them, in the databases of an embedded stack."""
