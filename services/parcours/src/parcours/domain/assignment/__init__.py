"""A provider's assignment: the signed agreement, its amendments, the days worked and the final report."""
