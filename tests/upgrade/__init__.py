"""A rolling upgrade from an earlier commit while clients play dossiers."""
