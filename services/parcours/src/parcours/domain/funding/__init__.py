"""Money: the engineering fund of a unit, and what an action commits and pays from it."""
