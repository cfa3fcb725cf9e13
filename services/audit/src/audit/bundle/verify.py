"""Verification of a bundle with nothing but the file: proofs, openings, contents, chains. The first fault is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from audit.bundle.archive import first_difference, unpack
from audit.bundle.content import parse_content
from audit.bundle.header import BundleHeader
from audit.bundle.model import Bundle, BundleEvent
from audit.bundle.read import read_bundle
from audit.bundle.write import (
    CASE_FILE,
    CHECKPOINT_FILE,
    KEY_FILE,
    body_file,
    build_entries,
    content_file,
    proof_file,
)
from audit.domain import second_stream
from audit.ledger.event_proof import verify_event
from audit.ledger.french import EvidenceError, in_french
from audit.ledger.opening import Opening
from audit.ledger.succession import PublishedKey, Succession, verify_chain
from audit.tlog import (
    Checkpoint,
    VerificationError,
    Verifier,
    WitnessKey,
    find_cosignatures,
    parse_proof,
    parse_verifier,
    parse_witness_key,
    verify_checkpoint,
)
from shared.kernel import stored_tokens


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """`cosigned_at`: when the witness says that it cosigned, or null; `is_known`: its key comes from the verifying
    person, not from the file."""

    key: WitnessKey
    cosigned_at: datetime | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """`key_is_known`: the verifying person has this key from elsewhere, or one that signed its succession."""

    bundle: Bundle
    headers: tuple[BundleHeader, ...]
    checkpoint: Checkpoint
    key: Verifier
    key_is_known: bool
    successions: tuple[Succession, ...] = ()
    witnesses: tuple[WitnessReport, ...] = ()


def verify_bundle(
    raw: bytes, known: Sequence[PublishedKey] = (), witnesses: Sequence[WitnessKey] = ()
) -> VerifiedBundle:
    """`known`: the ledger's keys as they were published elsewhere, if any; `witnesses`: keys of witnesses, likewise.

    Raises VerificationError."""
    entries = unpack(raw)
    bundle = read_bundle(entries)
    with _context(KEY_FILE):
        key = _read_key(bundle)
        successions = verify_chain(bundle.successions, key)
        until = _check_key_is_known(key, successions, known) if known else None
    with _context(CHECKPOINT_FILE):
        checkpoint = verify_checkpoint(bundle.checkpoint, [key])
        if until is not None and checkpoint.size > until:
            raise EvidenceError(f"{key} ne vaut que jusqu’à {until} lignes, et signe ici pour {checkpoint.size}")
        reports = _report_witnesses(bundle, witnesses)
    headers = tuple(_check_event(bundle, event, key) for event in bundle.events)
    _check_order(headers)
    _check_derived(build_entries(bundle), entries)
    return VerifiedBundle(
        bundle,
        headers,
        checkpoint=checkpoint,
        key=key,
        key_is_known=bool(known),
        successions=successions,
        witnesses=reports,
    )


def _report_witnesses(bundle: Bundle, known: Sequence[WitnessKey]) -> tuple[WitnessReport, ...]:
    keys = dict.fromkeys([*known, *map(parse_witness_key, bundle.witnesses)])
    cosigned_at = find_cosignatures(bundle.checkpoint, list(keys))
    return tuple(WitnessReport(key, cosigned_at.get(key), is_known=key in known) for key in keys)


def _read_key(bundle: Bundle) -> Verifier:
    key = parse_verifier(bundle.key)
    if str(key) != bundle.key:
        raise EvidenceError("la clé n’est pas écrite comme elle est publiée")
    return key


def _check_key_is_known(key: Verifier, successions: Sequence[Succession], known: Sequence[PublishedKey]) -> int | None:
    """Up to which size the file's key may sign, according to the keys that the verifying person has."""
    reached, limits = key, {each.key: each.until for each in known}
    for link in reversed(successions):
        if reached in limits:
            break
        if link.old in limits and not link.signed_by_old:
            raise EvidenceError(
                f"{link.new} a succédé à la clé que vous tenez, {link.old}, qui n’a pas signé cette succession\u00a0:"
                " vérifiez que la nouvelle est publiée là où vous avez trouvé l’ancienne, et donnez-la aussi"
            )
        if not link.signed_by_old:
            break
        reached = link.old
    if reached not in limits:
        raise EvidenceError(f"la clé du dossier, {key}, n’est pas celle que vous tenez pour celle du registre")
    return limits[key] if reached == key else None


def _check_event(bundle: Bundle, event: BundleEvent, key: Verifier) -> BundleHeader:
    id_, label = event.description.id, event.description.label
    with _context(proof_file(id_)):
        verify_event(event.proof, [key])
        if parse_proof(event.proof).checkpoint != bundle.checkpoint:
            raise EvidenceError(f"elle ne repose pas sur le point de contrôle du dossier, {CHECKPOINT_FILE}")
        opening, header = event.opening, event.header
        if UUID(id_) != second_stream(header.id, header):
            _check_equal("id", header.id, UUID(id_))
        _check_equal("case", header.case, UUID(bundle.case))
        if header.publisher not in bundle.services:
            raise EvidenceError(f"{CASE_FILE} ne dit rien du service {header.publisher}")
        _check_equal("label", label, opening.label or header.event)
    with _context(f"{content_file(id_)} ({header.publisher}, position {header.position}, «\u202f{label}\u202f»)"):
        _check_content(event, header, shown=bundle.services[header.publisher].shown, sealed=bundle.sealed)
    with _context(body_file(id_)):
        _check_body(event, opening)
    return header


def _check_content(event: BundleEvent, header: BundleHeader, *, shown: bool, sealed: bool) -> None:
    raw, values = event.content, event.description.values
    if raw is None:
        if shown:
            raise EvidenceError("ce contenu manque, alors que le service a montré les siens")
        if values:
            raise EvidenceError(f"{CASE_FILE} donne des valeurs d’un contenu qui n’est pas montré")
        return
    if not shown:
        raise EvidenceError("ce contenu est là, alors que le service n’en a montré aucun")
    if (payload_hash := sha256(raw).hexdigest()) != header.payload_hash:
        raise EvidenceError(
            f"l’empreinte du contenu est {payload_hash}, et le registre s’est engagé sur {header.payload_hash}\u00a0: "
            "le contenu a été altéré depuis"
        )
    content = parse_content(raw)
    for field in content.meta.__struct_fields__:
        _check_equal(field, getattr(content.meta, field), getattr(header, field))
    if sealed and values:
        raise EvidenceError(
            f"{CASE_FILE} dit ce que taisent des valeurs scellées, alors que ce dossier n’en ouvre aucune"
        )
    expected = set() if sealed else {path for path, _ in stored_tokens(content.data)}
    for path in sorted(expected ^ {*values}):
        raise EvidenceError(f"{CASE_FILE} et le contenu ne s’accordent pas sur la valeur scellée «\u202f{path}\u202f»")


def _check_body(event: BundleEvent, opening: Opening) -> None:
    """It is shown with the content, or not at all."""
    committed = None if event.content is None else opening.body
    if committed is None:
        if event.body is not None:
            raise EvidenceError("cette annonce est là, alors que rien ne l’engage ou que le contenu n’est pas montré")
    elif event.body is None:
        raise EvidenceError("cette annonce manque, alors que le registre s’y est engagé")
    elif sha256(event.body).digest() != committed:
        raise EvidenceError("cette annonce n’est pas celle à laquelle le registre s’est engagé")


def _check_equal(field: str, value: object, expected: object) -> None:
    if value != expected:
        raise EvidenceError(f"le champ «\u202f{field}\u202f» dit {value}, et {expected} était attendu")


def _check_order(headers: Sequence[BundleHeader]) -> None:
    """In the order of recording: services' positions and their partitions' numbers grow, and the versions of each
    stream have no gap."""
    reached: dict[object, int] = defaultdict(int)
    versions: dict[tuple[str, UUID], BundleHeader] = {}
    for n, header in enumerate(headers):
        publisher, log = header.publisher, header.log_id
        with _context(f"événement {header.id} ({publisher}, position {header.position})"):
            if n and header.order <= headers[n - 1].order:
                raise EvidenceError(f"il est placé après {headers[n - 1].id}, qui a été consigné plus tard")
            _check_grows("la position", header.position, reached, (publisher, log))
            _check_grows("le numéro", header.number, reached, (publisher, log, header.partition))
            _check_version(header, versions.get((publisher, header.stream)))
            versions[publisher, header.stream] = header


def _check_version(header: BundleHeader, previous: BundleHeader | None) -> None:
    expected = previous.version + 1 if previous else 1
    is_restored = previous is not None and header.log_id != previous.log_id and header.version < expected
    if header.version != expected and not is_restored:
        raise EvidenceError(
            f"il est la version {header.version} de {header.stream}, et la version {expected} était attendue\u00a0: "
            "un événement manque, ou figure deux fois"
        )


def _check_grows(what: str, number: int, reached: dict[object, int], sequence: object) -> None:
    if number <= reached[sequence]:
        raise EvidenceError(f"{what} {number} ne suit pas {reached[sequence]}")
    reached[sequence] = number


def _check_derived(expected: Mapping[str, bytes], entries: Mapping[str, bytes]) -> None:
    """Every derived entry is exactly what it must be, and there is no other."""
    for name in expected:
        if name not in entries:
            raise EvidenceError(f"{name}\u00a0: cette entrée manque")
    for name, raw in entries.items():
        if name not in expected:
            raise EvidenceError(f"{name}\u00a0: cette entrée n’a pas lieu d’être")
        if raw != expected[name]:
            at = first_difference(raw, expected[name])
            line = raw.count(b"\n", 0, at) + 1
            raise EvidenceError(f"{name}\u00a0: l’octet {at}, ligne {line}, ne découle pas du reste du dossier d’audit")
    for name, expected_name in zip(entries, expected, strict=True):
        if name != expected_name:
            raise EvidenceError(f"{name}\u00a0: {expected_name} est attendu à cette place")


@contextmanager
def _context(where: str) -> Iterator[None]:
    """Names the place in an error."""
    try:
        yield
    except VerificationError as error:
        raise EvidenceError(f"{where}\u00a0: {in_french(error)}") from error
