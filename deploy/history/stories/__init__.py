"""What happens to one dossier in each phase: commands as the API gives them, and the days between them."""
