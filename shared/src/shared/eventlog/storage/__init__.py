"""How the log is stored: the recorder for PostgreSQL, append.sql, and how appends reach it."""
