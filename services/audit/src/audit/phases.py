"""What are the phase services called in French, and where does each show a case?"""

NAMES = {
    "intake": "Accueil",
    "diagnostic": "Diagnostic partagé",
    "parcours": "Parcours",
    "followup": "Suivi et consolidation",
}
PATHS = {
    "intake": "/api/v1/requests",
    "diagnostic": "/api/v1/diagnoses",
    "parcours": "/api/v1/parcours",
    "followup": "/api/v1/follow-ups",
}
