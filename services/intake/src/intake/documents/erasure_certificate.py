"""The certificate of an erasure as a document. It contains no name."""

from __future__ import annotations

from intake.operations.erasure import ErasureCertificate, ServiceConfirmation
from shared.documents import Block, Column, Document, Facts, Heading, Origin, Paragraph, Table
from shared.eventlog import ServiceApplication
from shared.kernel import SERVICE_LABELS, format_date, format_instant


def erasure_certificate_document(app: ServiceApplication, certificate: ErasureCertificate) -> Document:
    """Provisional as long as a service has not confirmed, which it then says."""
    entries = app.recorder.entries_of_stream(certificate.erasure)
    return Document(
        "Certificat d’effacement",
        f"Personne {certificate.person}",
        unit="Délégué·e à la protection des données",
        blocks=tuple(_blocks(certificate)),
        origin=Origin(
            certificate.erasure, certificate.erasure, version=len(entries), recorded_at=entries[-1].recorded_at
        ),
    )


def _blocks(certificate: ErasureCertificate) -> list[Block]:
    done = f"achevé le {format_instant(certificate.complete_at)}" if certificate.complete_at else "en cours"
    return [
        Facts(
            (
                ("Effacement", done),
                ("Ordonné le", format_instant(certificate.ordered_at)),
                ("Par", _ordered_by(certificate)),
                ("Motif", certificate.reason),
            )
        ),
        *_other_ids(certificate),
        Heading("Qui l’a confirmé"),
        Table(
            "Chaque service détruit la clé qui ouvrait les valeurs de cette personne",
            (Column("Service", 2), Column("Confirmé le", 2), Column("Valeurs effacées", number=True)),
            rows=tuple(_row(each) for each in certificate.services),
        ),
        *_elsewhere(certificate),
        Paragraph("Le service d’audit n’a jamais connu de cette personne qu’un identifiant, sans nom ni clé."),
        Heading("Ce que cet effacement ne fait pas"),
        Paragraph(_backups(certificate)),
        Paragraph(
            "Ce qui est sorti du système, imprimé, envoyé ou exporté, ne revient pas. Les textes libres d’un dossier"
            " vivent autant que lui. L’historique garde qu’il s’est passé quelque chose, et montre «\u202feffacé\u202f»"
            " à la place de ce qui désignait la personne."
        ),
    ]


def _other_ids(certificate: ErasureCertificate) -> list[Block]:
    """The further ids under which the same human was known."""
    others = [str(each) for each in certificate.persons if each != certificate.person]
    return [Paragraph(f"La même personne, connue aussi sous\u00a0: {', '.join(others)}.")] if others else []


def _elsewhere(certificate: ErasureCertificate) -> list[Block]:
    if not any(each.elsewhere for each in certificate.services):
        return []
    text = (
        "Un service connaît cette personne aussi d’un dossier hors du territoire du ou de la DPO qui a ordonné"
        " l’effacement\u00a0: il n’a rien effacé. L’ordre est à donner de nouveau par un·e DPO dont le territoire est"
        " plus large."
    )
    return [Paragraph(text)]


def _ordered_by(certificate: ErasureCertificate) -> str:
    if certificate.ordered_by.startswith("service:"):
        return "le programme, après la restauration d’une sauvegarde"
    return f"le ou la DPO, sous le pseudonyme {certificate.ordered_by}"


def _row(confirmation: ServiceConfirmation) -> tuple[str, str, str]:
    if confirmation.elsewhere:
        return SERVICE_LABELS[confirmation.service], "connue hors du territoire", "–"
    if confirmation.confirmed_at is None:
        return SERVICE_LABELS[confirmation.service], "pas encore", "–"
    return SERVICE_LABELS[confirmation.service], format_instant(confirmation.confirmed_at), str(confirmation.values)


def _backups(certificate: ErasureCertificate) -> str:
    if certificate.backups_until is None:
        return "La date d’expiration des sauvegardes se compte à partir de la dernière confirmation."
    return (
        "Les sauvegardes d’avant contiennent encore la clé, elle-même chiffrée. La dernière expire avant le"
        f" {format_date(certificate.backups_until)}\u202f; celle qui serait restaurée d’ici là est effacée de nouveau"
        " avant d’être lue."
    )
