"""INSEE's codes of activity and of legal category at their highest level."""

from __future__ import annotations

SOURCE = "INSEE, NAF rév. 2 (2008), sections\u202f; catégories juridiques, niveau I"
SECTIONS: dict[str, tuple[str, range]] = {
    "A": ("Agriculture, sylviculture et pêche", range(1, 4)),
    "B": ("Industries extractives", range(5, 10)),
    "C": ("Industrie manufacturière", range(10, 34)),
    "D": ("Production et distribution d’électricité, de gaz, de vapeur et d’air conditionné", range(35, 36)),
    "E": ("Production et distribution d’eau\u202f; assainissement, gestion des déchets et dépollution", range(36, 40)),
    "F": ("Construction", range(41, 44)),
    "G": ("Commerce\u202f; réparation d’automobiles et de motocycles", range(45, 48)),
    "H": ("Transports et entreposage", range(49, 54)),
    "I": ("Hébergement et restauration", range(55, 57)),
    "J": ("Information et communication", range(58, 64)),
    "K": ("Activités financières et d’assurance", range(64, 67)),
    "L": ("Activités immobilières", range(68, 69)),
    "M": ("Activités spécialisées, scientifiques et techniques", range(69, 76)),
    "N": ("Activités de services administratifs et de soutien", range(77, 83)),
    "O": ("Administration publique", range(84, 85)),
    "P": ("Enseignement", range(85, 86)),
    "Q": ("Santé humaine et action sociale", range(86, 89)),
    "R": ("Arts, spectacles et activités récréatives", range(90, 94)),
    "S": ("Autres activités de services", range(94, 97)),
    "T": ("Activités des ménages", range(97, 99)),
    "U": ("Activités extra-territoriales", range(99, 100)),
}
"""Each section with the divisions (the first two digits of a code) that it holds."""
LEGAL_CATEGORIES = {
    "1": "Entrepreneur individuel",
    "2": "Groupement de droit privé non doté de la personnalité morale",
    "3": "Personne morale de droit étranger",
    "4": "Personne morale de droit public soumise au droit commercial",
    "5": "Société commerciale",
    "6": "Autre personne morale immatriculée au RCS",
    "7": "Personne morale et organisme soumis au droit administratif",
    "8": "Organisme privé spécialisé",
    "9": "Groupement de droit privé",
}
"""By the first digit of the four."""


def section_of(naf: str) -> str | None:
    """The section's letter, for a code such as 88.99B."""
    division = int(naf[:2])
    return next((letter for letter, (_, divisions) in SECTIONS.items() if division in divisions), None)
