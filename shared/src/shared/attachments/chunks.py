"""The bytes of attachments: encrypted chunks in a table, written and deleted in the transaction of their events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL

from shared.attachments.attachment import Attachment, AttachmentAdded, AttachmentWithdrawn
from shared.crypto import DataKeys
from shared.eventlog import ServiceApplication
from shared.kernel import Refusal, uuid7_after

CHUNK_BYTES = 1024 * 1024
"""The memory that a file takes while it is sent, however slowly it is read."""
ATTACHMENT_ERASED = Refusal("attachment-withdrawn", "Pièce jointe retirée", status=410)


def attachment_id(app: ServiceApplication, case: UUID, content: bytes | bytearray) -> UUID:
    """The attachment's id, derived from its content by a keyed hash: the same content has the same id within a case."""
    return uuid7_after(case, app.key_store.keyed_hash(f"attachment {case} {sha256(content).hexdigest()}"))


class AttachmentChunks:
    """The in-transaction hook of an attachment's command. `content`: the bytes received, empty when there are none."""

    def __init__(self, app: ServiceApplication, attachment: UUID, content: bytes | bytearray = b"") -> None:
        self._table = SQL("{}.attachment_chunks").format(app.recorder.schema)
        self._attachment, self._content = attachment, content

    def __call__(self, connection: Connection[Any], events: Sequence[Any], data_keys: DataKeys) -> None:
        for event in events:
            if isinstance(event, AttachmentAdded):
                self._write(connection, event.case, data_keys)
            if isinstance(event, AttachmentWithdrawn):
                self._delete(connection)

    def _write(self, connection: Connection[Any], case: UUID, data_keys: DataKeys) -> None:
        statement = SQL("INSERT INTO {} VALUES (%s, %s, %s, %b)").format(self._table)
        view, count = memoryview(self._content), _count(len(self._content))
        for n in range(count):
            chunk = data_keys.encrypt_bytes(
                case, view[n * CHUNK_BYTES : (n + 1) * CHUNK_BYTES], _aad(self._attachment, n, count)
            )
            connection.execute(statement, (self._attachment, n, case, chunk))

    def _delete(self, connection: Connection[Any]) -> None:
        connection.execute(SQL("DELETE FROM {} WHERE attachment = %s").format(self._table), (self._attachment,))


def read_attachment(app: ServiceApplication, id: UUID, attachment: Attachment) -> Iterator[bytes]:  # noqa: A002
    """The content, chunk by chunk. Raises KeyErased when the case's key is destroyed, Refused when it was withdrawn."""
    assert attachment.case is not None
    count = _count(attachment.size)
    for n in range(count):
        rows = app.recorder.fetch(
            "SELECT ciphertext FROM {schema}.attachment_chunks WHERE (attachment, chunk) = (%s, %s)", (id, n)
        )
        if not rows:
            raise ATTACHMENT_ERASED("Cette pièce jointe a été retirée du dossier\u00a0: son contenu est détruit.")
        yield app.key_store.decrypt_bytes(attachment.case, rows[0]["ciphertext"], _aad(id, n, count))


def _count(size: int) -> int:
    return -(-size // CHUNK_BYTES)


def _aad(attachment: UUID, n: int, count: int) -> str:
    return f"attachment {attachment} {n + 1}/{count}"
