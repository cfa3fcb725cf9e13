"""Does a bundle hold, with nothing else to ask? Proofs, openings, contents, chains; the first thing wrong is named."""

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
from audit.bundle.write import CASE_FILE, CHECKPOINT_FILE, KEY_FILE, body_file, build_entries, content_file, proof_file
from audit.ledger.event_proof import verify_event
from audit.ledger.opening import FIRST, Opening
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
    """A witness of the checkpoint: when it says that it cosigned, or null; `compared`: its key was got elsewhere."""

    witness: WitnessKey
    at: datetime | None
    compared: bool


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """`compared`: the key is one of those that whoever checks got elsewhere, or took over from one by its signature."""

    bundle: Bundle
    headers: tuple[BundleHeader, ...]
    checkpoint: Checkpoint
    key: Verifier
    compared: bool
    successions: tuple[Succession, ...] = ()
    witnesses: tuple[WitnessReport, ...] = ()


def verify_bundle(
    raw: bytes, known: Sequence[PublishedKey] = (), witnesses: Sequence[WitnessKey] = ()
) -> VerifiedBundle:
    """`known`: the ledger's keys as they were published elsewhere, if any; `witnesses`: those one knows oneself.

    Raises Unproven."""
    given = unpack(raw)
    bundle = read_bundle(given)
    with _about(KEY_FILE):
        key = _key(bundle)
        links = verify_chain(bundle.successions, key)
        until = _compared(key, links, known) if known else None
    with _about(CHECKPOINT_FILE):
        signed = verify_checkpoint(bundle.checkpoint, [key])
        if until is not None and signed.size > until:
            raise EvidenceError(f"{key} ne vaut que jusqu’à {until} lignes, et signe ici pour {signed.size}")
        seen = _seen(bundle, witnesses)
    headers = tuple(_line(bundle, line, key) for line in bundle.lines)
    _chained(headers)
    _rederived(build_entries(bundle), given)
    return VerifiedBundle(
        bundle, headers, checkpoint=signed, key=key, compared=bool(known), successions=links, witnesses=seen
    )


def _seen(bundle: Bundle, known: Sequence[WitnessKey]) -> tuple[WitnessReport, ...]:
    asked = dict.fromkeys([*known, *map(parse_witness_key, bundle.witnesses)])
    at = find_cosignatures(bundle.checkpoint, list(asked))
    return tuple(WitnessReport(each, at.get(each), compared=each in known) for each in asked)


def _key(bundle: Bundle) -> Verifier:
    key = parse_verifier(bundle.key)
    if str(key) != bundle.key:
        raise EvidenceError("la clé n’est pas écrite comme elle est publiée")
    return key


def _compared(key: Verifier, links: Sequence[Succession], known: Sequence[PublishedKey]) -> int | None:
    """Up to which size the file's key may sign, by the keys that whoever checks got elsewhere."""
    reached, limits = key, {each.key: each.until for each in known}
    for link in reversed(links):
        if reached in limits:
            break
        if link.old in limits and not link.by_old:
            raise EvidenceError(
                f"{link.new} a succédé à la clé que vous tenez, {link.old}, qui n’a pas signé cette succession\u00a0:"
                " vérifiez que la nouvelle est publiée là où vous avez trouvé l’ancienne, et donnez-la aussi"
            )
        if not link.by_old:
            break
        reached = link.old
    if reached not in limits:
        raise EvidenceError(f"la clé du dossier, {key}, n’est pas celle que vous tenez pour celle du registre")
    return limits[key] if reached == key else None


def _line(bundle: Bundle, line: BundleEvent, key: Verifier) -> BundleHeader:
    id_ = line.said.id
    with _about(proof_file(id_)):
        verify_event(line.proof, [key])
        if parse_proof(line.proof).checkpoint != bundle.checkpoint:
            raise EvidenceError(f"elle ne repose pas sur le point de contrôle du dossier, {CHECKPOINT_FILE}")
        opened, told = line.opening, line.header
        _same("id", told.id, UUID(id_))
        _same("case", told.case, UUID(bundle.case))
        if told.publisher not in bundle.services:
            raise EvidenceError(f"{CASE_FILE} ne dit rien du service {told.publisher}")
        if opened.form != FIRST:
            _same("label", line.said.label, opened.label or told.event)
    with _about(f"{content_file(id_)} ({told.publisher}, position {told.position}, «\u202f{line.said.label}\u202f»)"):
        _content(line, told, shown=bundle.services[told.publisher].shown, sealed=bundle.sealed)
    with _about(body_file(id_)):
        _announced(line, opened)
    return told


def _content(line: BundleEvent, told: BundleHeader, *, shown: bool, sealed: bool) -> None:
    raw = line.content
    if raw is None:
        if shown:
            raise EvidenceError("ce contenu manque, alors que le service a montré les siens")
        if line.said.values:
            raise EvidenceError(f"{CASE_FILE} donne des valeurs d’un contenu qui n’est pas montré")
        return
    if not shown:
        raise EvidenceError("ce contenu est là, alors que le service n’en a montré aucun")
    if (hashed := sha256(raw).hexdigest()) != told.payload_hash:
        raise EvidenceError(
            f"l’empreinte du contenu est {hashed}, et le registre s’est engagé sur {told.payload_hash}\u00a0: "
            "le contenu a été altéré depuis"
        )
    stored = parse_content(raw)
    for field in stored.meta.__struct_fields__:
        _same(field, getattr(stored.meta, field), getattr(told, field))
    if sealed and line.said.values:
        raise EvidenceError(
            f"{CASE_FILE} dit ce que taisent des valeurs scellées, alors que ce dossier n’en ouvre aucune"
        )
    told_of = set() if sealed else {path for path, _ in stored_tokens(stored.data)}
    for path in sorted(told_of ^ {*line.said.values}):
        raise EvidenceError(f"{CASE_FILE} et le contenu ne s’accordent pas sur la valeur scellée «\u202f{path}\u202f»")


def _announced(line: BundleEvent, opened: Opening) -> None:
    """Shown with the content, or not at all."""
    committed = None if line.content is None else opened.body
    if committed is None:
        if line.announced is not None:
            raise EvidenceError("cette annonce est là, alors que rien ne l’engage ou que le contenu n’est pas montré")
    elif line.announced is None:
        raise EvidenceError("cette annonce manque, alors que le registre s’y est engagé")
    elif sha256(line.announced).digest() != committed:
        raise EvidenceError("cette annonce n’est pas celle à laquelle le registre s’est engagé")


def _same(field: str, one: object, other: object) -> None:
    if one != other:
        raise EvidenceError(f"le champ «\u202f{field}\u202f» dit {one}, et {other} était attendu")


def _chained(headers: Sequence[BundleHeader]) -> None:
    """As recorded: services' positions and their partitions' numbers grow, and each stream's versions have no hole."""
    reached: dict[object, int] = defaultdict(int)
    versions: dict[tuple[str, UUID], BundleHeader] = {}
    for n, told in enumerate(headers):
        with _about(f"événement {told.id} ({told.publisher}, position {told.position})"):
            if n and told.order <= headers[n - 1].order:
                raise EvidenceError(f"il est placé après {headers[n - 1].id}, qui a été consigné plus tard")
            _grows("la position", told.position, reached, (told.publisher, told.log_id))
            _grows("le numéro", told.number, reached, (told.publisher, told.log_id, told.partition))
            _follows(told, versions.get((told.publisher, told.stream)))
            versions[told.publisher, told.stream] = told


def _follows(told: BundleHeader, last: BundleHeader | None) -> None:
    awaited = last.version + 1 if last else 1
    restored = last is not None and told.log_id != last.log_id and told.version < awaited
    if told.version != awaited and not restored:
        raise EvidenceError(
            f"il est la version {told.version} de {told.stream}, et la version {awaited} était attendue\u00a0: "
            "un événement manque, ou figure deux fois"
        )


def _grows(what: str, number: int, reached: dict[object, int], where: object) -> None:
    if number <= reached[where]:
        raise EvidenceError(f"{what} {number} ne suit pas {reached[where]}")
    reached[where] = number


def _rederived(expected: Mapping[str, bytes], given: Mapping[str, bytes]) -> None:
    """All that follows from the rest is exactly that, and nothing else is in the file."""
    for name in expected:
        if name not in given:
            raise EvidenceError(f"{name}\u00a0: cette entrée manque")
    for name, raw in given.items():
        if name not in expected:
            raise EvidenceError(f"{name}\u00a0: cette entrée n’a pas lieu d’être")
        if raw != expected[name]:
            at = first_difference(raw, expected[name])
            line = raw.count(b"\n", 0, at) + 1
            raise EvidenceError(f"{name}\u00a0: l’octet {at}, ligne {line}, ne découle pas du reste du dossier d’audit")
    for name, its_place in zip(given, expected, strict=True):
        if name != its_place:
            raise EvidenceError(f"{name}\u00a0: {its_place} est attendu à cette place")


@contextmanager
def _about(what: str) -> Iterator[None]:
    try:
        yield
    except VerificationError as error:
        raise EvidenceError(f"{what}\u00a0: {error}") from error
