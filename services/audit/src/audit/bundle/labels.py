"""How do people of the DLA call the roles?"""

ROLES = {
    "adviser": "chargé·e d’accompagnement",
    "manager": "responsable de la structure porteuse",
    "regional": "DLA régional",
    "leader": "dirigeant·e",
    "provider": "prestataire",
    "committee": "comité d’appui",
    "resource_centre": "centre de ressources",
    "pilot": "pilote",
    "auditor": "auditeur·rice",
    "dpo": "délégué·e à la protection des données",
    "ops": "exploitation",
    "service": "automatique",
}
ERASED, SEALED = "«\u202feffacé\u202f»", "«\u202fscellé\u202f»"
