"""The attachment aggregate: a file that a case received, under an id derived from its content. The bytes are stored
outside the log, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from shared.kernel import Context, Decider, Encrypted, LabelledEnum, Reason, Refusal, Role, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


class AttachmentStatus(LabelledEnum):
    NEW = "new", "à ajouter"
    ACTIVE = "active", "conservée"
    WITHDRAWN = "withdrawn", "retirée"


@event("attachment-added", label="Pièce jointe ajoutée")
class AttachmentAdded:
    """`size` in bytes. The salt goes before the content in the hash: nobody recognises a known document by it.
    `added_by`: who added it, by pseudonym, and under which `role`."""

    case: UUID
    kind: str
    title: Encrypted
    file_name: Encrypted
    media_type: str
    size: int
    content_hash: str
    salt: Encrypted
    added_by: str
    role: Role


@event("attachment-cited", label="Pièce jointe citée comme preuve")
class AttachmentCited:
    proves: str
    about: UUID


@event("attachment-withdrawn", label="Pièce jointe retirée, son contenu est détruit")
class AttachmentWithdrawn:
    reason: Encrypted


UNKNOWN_ATTACHMENT = Refusal("unknown-attachment", "Pièce jointe inconnue", status=422)
WITHDRAWN = Refusal("attachment-withdrawn", "Pièce jointe retirée")


@command(title="Ajouter une pièce jointe", leads_to=(AttachmentAdded,))
class AddAttachment:
    """A file is added to the case: what kind of document it is, its title and its name as given, its type as found.

    `content_hash`: SHA-256, in hexadecimal, of the salt's bytes followed by the content; `salt` is in hexadecimal."""

    kind: str
    title: str
    file_name: str
    media_type: str
    size: int
    content_hash: str
    salt: str


@command(leads_to=(AttachmentCited,), may_refuse=(UNKNOWN_ATTACHMENT, WITHDRAWN))
class CiteAttachment:
    """Another event of the case relies on this file: `proves` is that event's name, `about` what it concerns."""

    proves: str
    about: UUID


@command(title="Retirer la pièce jointe", leads_to=(AttachmentWithdrawn,), may_refuse=(UNKNOWN_ATTACHMENT, WITHDRAWN))
class WithdrawAttachment:
    """Deletes the bytes of a file that was added by mistake or may not be stored. That it was here, and why it was
    withdrawn, stays recorded."""

    reason: Reason


@frozen
class Attachment:
    """`cited`: the names of the events that rely on it. `added_by`: who added it, by pseudonym, and under which `role`.
    `reason`: why it was withdrawn."""

    status: AttachmentStatus = AttachmentStatus.NEW
    case: UUID | None = None
    kind: str = ""
    title: Encrypted | None = None
    file_name: Encrypted | None = None
    media_type: str = ""
    size: int = 0
    content_hash: str = ""
    salt: Encrypted | None = None
    added_by: str = ""
    role: Role | None = None
    cited: tuple[str, ...] = ()
    reason: Encrypted | None = None


Command = AddAttachment | CiteAttachment | WithdrawAttachment
Event = AttachmentAdded | AttachmentCited | AttachmentWithdrawn


def decide(attachment: Attachment, command: Command, context: Context) -> list[Event]:
    match attachment.status, command:
        case AttachmentStatus.ACTIVE, AddAttachment():
            return []  # the same content is here already: the first one stands
        case _, AddAttachment(
            kind, title, file_name=file_name, media_type=media_type, size=size, content_hash=content_hash, salt=salt
        ):
            return [
                AttachmentAdded(
                    context.case,
                    kind,
                    title=context.text(title),
                    file_name=context.text(file_name),
                    media_type=media_type,
                    size=size,
                    content_hash=content_hash,
                    salt=context.text(salt),
                    added_by=context.actor.id,
                    role=context.actor.role,
                )
            ]
        case _ if attachment.case != context.case:
            raise UNKNOWN_ATTACHMENT("Aucune pièce jointe de ce dossier ne porte cet identifiant.")
        case AttachmentStatus.WITHDRAWN, _:
            raise WITHDRAWN("Cette pièce jointe a été retirée du dossier\u00a0: ajoutez-la à nouveau si besoin.")
        case _, CiteAttachment(proves, about):
            return [AttachmentCited(proves, about)]
        case _, WithdrawAttachment(reason):
            return [AttachmentWithdrawn(context.text(reason))]


def available_commands(attachment: Attachment) -> Iterator[type]:
    """Active until it is withdrawn; what was withdrawn may be added again."""
    if attachment.status is AttachmentStatus.ACTIVE:
        yield from (CiteAttachment, WithdrawAttachment)
    else:
        yield AddAttachment


def evolve(attachment: Attachment, event: Event) -> Attachment:
    match event:
        case AttachmentAdded(
            case_id,
            kind,
            title=title,
            file_name=file_name,
            media_type=media_type,
            size=size,
            content_hash=content_hash,
            salt=salt,
            added_by=added_by,
            role=role,
        ):
            return Attachment(
                AttachmentStatus.ACTIVE,
                case_id,
                kind=kind,
                title=title,
                file_name=file_name,
                media_type=media_type,
                size=size,
                content_hash=content_hash,
                salt=salt,
                added_by=added_by,
                role=role,
                cited=attachment.cited,
            )
        case AttachmentCited(proves):
            return replace(attachment, cited=(*attachment.cited, proves))
        case AttachmentWithdrawn(reason):
            return replace(attachment, status=AttachmentStatus.WITHDRAWN, reason=reason)


decider: Decider[Attachment] = Decider(
    "attachment",
    Attachment(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
