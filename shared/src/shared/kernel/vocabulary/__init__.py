"""The published language of the DLA: words that several services share, each written once."""
