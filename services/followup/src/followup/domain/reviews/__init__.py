"""The reviews of a follow-up: schedule, results, comparison with the diagnosis, deadlines."""
