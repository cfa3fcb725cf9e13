"""What does a person who was forgotten receive? The certificate of their erasure, which names nobody."""

from __future__ import annotations

from intake.api.erasure import Certificate, Confirmation
from shared.documents import Block, Column, Document, Facts, Heading, Origin, Paragraph, Table
from shared.eventlog import ServiceApplication
from shared.kernel import SERVICE_LABELS, format_date, format_instant


def paper(app: ServiceApplication, told: Certificate) -> Document:
    """As the log stands: who has not confirmed yet is said, and the document is then provisional."""
    entries = app.recorder.entries_of_stream(told.erasure)
    return Document(
        "Certificat d’effacement",
        f"Personne {told.person}",
        unit="Délégué·e à la protection des données",
        blocks=tuple(_blocks(told)),
        origin=Origin(told.erasure, told.erasure, version=len(entries), recorded_at=entries[-1].recorded_at),
    )


def _blocks(told: Certificate) -> list[Block]:
    done = f"achevé le {format_instant(told.complete_at)}" if told.complete_at else "en cours"
    return [
        Facts(
            (
                ("Effacement", done),
                ("Ordonné le", format_instant(told.ordered_at)),
                ("Par", _by(told)),
                ("Motif", told.motive),
            )
        ),
        Heading("Qui l’a confirmé"),
        Table(
            "Chaque service détruit la clé qui ouvrait les valeurs de cette personne",
            (Column("Service", 2), Column("Confirmé le", 2), Column("Valeurs effacées", number=True)),
            rows=tuple(_row(each) for each in told.services),
        ),
        Paragraph("Le service d’audit n’a jamais connu de cette personne qu’un identifiant, sans nom ni clé."),
        Heading("Ce que cet effacement ne fait pas"),
        Paragraph(_backups(told)),
        Paragraph(
            "Ce qui est sorti du système, imprimé, envoyé ou exporté, ne revient pas. Les textes libres d’un dossier"
            " vivent autant que lui. L’historique garde qu’il s’est passé quelque chose, et montre «\u202feffacé\u202f»"
            " à la place de ce qui désignait la personne."
        ),
    ]


def _by(told: Certificate) -> str:
    if told.ordered_by.startswith("service:"):
        return "le programme, après la restauration d’une sauvegarde"
    return f"le ou la DPO, sous le pseudonyme {told.ordered_by}"


def _row(each: Confirmation) -> tuple[str, str, str]:
    if each.confirmed_at is None:
        return SERVICE_LABELS[each.service], "pas encore", "–"
    return SERVICE_LABELS[each.service], format_instant(each.confirmed_at), str(each.values)


def _backups(told: Certificate) -> str:
    if told.backups_until is None:
        return "La date d’expiration des sauvegardes se compte à partir de la dernière confirmation."
    return (
        "Les sauvegardes d’avant contiennent encore la clé, elle-même chiffrée. La dernière expire avant le"
        f" {format_date(told.backups_until)}\u202f; celle qui serait restaurée d’ici là est effacée de nouveau avant"
        " d’être lue."
    )
