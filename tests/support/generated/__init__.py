"""Files of the repository that are written from the code, and the readings of the code that tests share."""
