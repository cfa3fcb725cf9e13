"""Where an accompaniment stands and what is waited for, in a leader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RECEIVED = {
    "received": "Votre demande est reçue. Nous examinons ensemble si le DLA peut vous accompagner.",
    "oriented": "Votre demande a été orientée vers d’autres acteurs, qui peuvent mieux y répondre.",
    "not_admitted": "Votre demande n’entre pas dans le DLA. La personne qui vous a reçu·e vous dit pourquoi.",
    "transferred": "Votre demande a été confiée à une autre unité du DLA.",
    "withdrawn": "Vous avez retiré votre demande. Vous pourrez revenir quand vous le voudrez.",
    "closed": "Votre accompagnement est terminé. Merci de la confiance que vous nous avez faite.",
}
DIAGNOSIS = {
    "open": "Nous faisons ensemble le diagnostic de votre structure.",
    "submitted": "Le diagnostic est prêt\u00a0: il attend votre avis.",
    "contested": "Vous avez contesté le diagnostic\u00a0: la personne du DLA le reprend avec vous.",
    "validated": "Vous avez validé le diagnostic. Nous convenons maintenant ensemble d’un plan d’accompagnement.",
    "agreed": "Le plan d’accompagnement est convenu. Le parcours se construit.",
}
PARCOURS = {
    "building": "Votre parcours se construit\u00a0: la personne du DLA le partagera avec vous quand il sera prêt.",
    "shared": "Votre parcours est prêt\u00a0: il attend votre avis.",
    "under_way": "Votre parcours est en cours\u00a0: chaque action avance à son rythme.",
    "completed": "Votre parcours est mené à son terme. Nous faisons le point avec vous de temps en temps.",
    "abandoned": "Votre parcours s’est arrêté.",
}
FOLLOW_UP = "Nous suivons avec vous ce que le parcours a changé, à quelques moments prévus d’avance."
WELCOME = "Votre demande est acceptée. Le diagnostic de votre structure va commencer."


def standing(
    request: Mapping[str, Any], diagnosis: Mapping[str, Any], parcours: Mapping[str, Any], follow_up: Mapping[str, Any]
) -> str:
    """One sentence, of the phase that the case has reached last."""
    status = str(request.get("status", ""))
    if status in RECEIVED and status != "received":
        return RECEIVED[status]
    if follow_up:
        return FOLLOW_UP
    if parcours:
        return PARCOURS.get(str(parcours.get("status")), "")
    if diagnosis:
        return DIAGNOSIS.get(str(diagnosis.get("status")), "")
    return RECEIVED["received"] if status == "received" else WELCOME
