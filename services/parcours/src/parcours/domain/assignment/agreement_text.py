"""What the parties of an agreement sign: its articles, subject and terms, and the hash that names all of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from parcours.domain.state import Action
from shared.kernel import Encrypted, PersonalData
from shared.kernel.content_hash import content_hash
from shared.kernel.frozen import frozen

ARTICLES = (
    (
        "3. Le rapport final et le paiement",
        "Le prestataire remet un rapport final. Le paiement est autorisé une fois ce rapport reçu et accepté, dans "
        "la limite du montant de la convention. L’accompagnement est gratuit pour la structure.",
    ),
    (
        "4. La confidentialité",
        "Ce que le prestataire apprend de la structure reste entre les parties. Le rapport appartient à la "
        "structure\u00a0: rien n’en est transmis sans son accord.",
    ),
    (
        "5. Les changements et le retrait",
        "Tout changement de jours ou de calendrier fait l’objet d’un avenant signé de toutes les parties. "
        "L’accompagnement est volontaire\u00a0: la structure peut y mettre fin à tout moment. Les parties "
        "conviennent alors par écrit de ce qui a été fait et de ce qui reste dû.",
    ),
)
"""The same for every agreement: titles and texts."""


@frozen
class AgreementText:
    """Encrypted values count by their ciphertext, so that the hash outlives an erasure and says nothing of them.
    `tender`: its terms of reference and its proposals never change. `exception`: why there was none."""

    action: UUID
    title: Encrypted
    axis: str
    starts_on: date
    ends_on: date
    provider: PersonalData
    tender: UUID | None
    exception: Encrypted | None
    amount_cents: int
    days: int
    articles: tuple[tuple[str, str], ...] = ARTICLES


def agreement_hash(key: UUID, action: Action) -> str:
    """SHA-256, in hexadecimal, of the text of the agreement that is recorded for an action."""
    planned, retained, agreement = action.planned, action.retained, action.agreement
    assert retained is not None
    assert agreement is not None
    return content_hash(
        b"",
        AgreementText(
            key,
            planned.title,
            axis=planned.axis,
            starts_on=planned.starts_on,
            ends_on=planned.ends_on,
            provider=retained.name,
            tender=retained.tender,
            exception=retained.exception,
            amount_cents=agreement.terms.amount_cents,
            days=agreement.terms.days,
        ),
    )
