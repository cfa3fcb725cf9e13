"""The demonstration of a hub: two regions with real servers, one of them cut off for a while."""
