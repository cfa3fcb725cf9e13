"""HTTP at the edge of every service: who calls, what is asked, what is wrong with it."""
