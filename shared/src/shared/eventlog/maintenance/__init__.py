"""What an operator does to a whole log: rewrap its keys, declare it restored."""
