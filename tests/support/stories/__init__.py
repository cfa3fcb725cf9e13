"""What happens to each aggregate, from its opening to its end: the commands in order, and who sends them."""
