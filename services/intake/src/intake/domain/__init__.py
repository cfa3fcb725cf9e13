"""Rules of phase 1 (« accueil »): admission to the DLA, or orientation to others who can help."""
