"""Documents written from the log: the road map, the agreement, and those of a tender."""
