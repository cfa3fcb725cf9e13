"""Files that a case receives: typed by their content, sealed, kept once, and destroyed when they are withdrawn."""
