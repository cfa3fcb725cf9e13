"""Command line that verifies a bundle: `python -m audit.verify FILE`.

It needs no service, no network and no database: a key and the file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO
from unicodedata import category

from audit.bundle.archive import MAX_BUNDLE_BYTES
from audit.bundle.content import parse_content
from audit.bundle.verify import VerifiedBundle, verify_bundle
from audit.ledger.french import in_french
from audit.ledger.succession import parse_published_keys
from audit.tlog import VerificationError, parse_witness_key
from shared.kernel import SERVICE_LABELS, stored_tokens

EXIT_REFUSED, EXIT_UNREADABLE = 1, 2


def verify_file(file: Path, keys: Sequence[str], witnesses: Sequence[str] = ()) -> int:
    """Prints what was verified and what was not, or the first thing wrong; returns the exit code. `keys`: published
    keys of the ledger, or files that hold some, as `/tlog/key` serves them; `witnesses`: likewise, one a line."""
    try:
        known = [key for text in keys for key in parse_published_keys(_read_key(text))]
        witness_keys = [parse_witness_key(line) for text in witnesses for line in _read_key(text).split()]
        with file.open("rb") as stream:
            raw = stream.read(MAX_BUNDLE_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        _print(f"{file}\u00a0: illisible\u00a0: {error}", sys.stderr)
        return EXIT_UNREADABLE
    except VerificationError as error:
        _print(f"--key, --witness\u00a0: {in_french(error)}", sys.stderr)
        return EXIT_UNREADABLE
    try:
        verified = verify_bundle(raw, known, witness_keys)
    except VerificationError as error:
        _print(f"REFUSÉ\u00a0: {in_french(error)}", sys.stderr)
        return EXIT_REFUSED
    for line in describe(verified):
        _print(line, sys.stdout)
    return 0


def _print(line: str, stream: TextIO) -> None:
    """One line, whatever is in it: a hostile file does not control the terminal."""
    stream.write("".join("\ufffd" if category(char)[0] == "C" else char for char in line) + "\n")


def describe(verified: VerifiedBundle) -> Iterator[str]:
    headers, bundle, checkpoint = verified.headers, verified.bundle, verified.checkpoint
    contents = sum(event.content is not None for event in bundle.events)
    objects = len({(header.publisher, header.stream) for header in headers})
    yield f"VÉRIFIÉ\u00a0: dossier {bundle.case}, {len(headers)} événements"
    yield f"  - chacun est inscrit au registre {checkpoint.origin}, signé à {checkpoint.size} lignes\u202f;"
    bodies = sum(event.body is not None for event in bundle.events)
    yield f"  - {contents} contenus sur {len(headers)} sont, à l’octet près, ceux que le registre a consignés\u202f;"
    yield f"  - {bodies} annonces aux autres services sont celles auxquelles il s’est engagé\u202f;"
    yield f"  - les versions des {objects} objets du dossier se suivent sans trou de la première à la dernière\u202f;"
    yield "  - la chronologie, les en-têtes et les empreintes découlent du reste, à l’octet près."
    for report in verified.witnesses:
        at = report.cosigned_at
        result = f"a cosigné le {at:%d/%m/%Y à %H:%M:%S} UTC" if at else "n’a PAS cosigné ce point de contrôle"
        yield f"  Témoin {report.key.name} ({report.key.key_id.hex()})\u00a0: {result}"
    for link in verified.successions:
        by_whom = "signée aussi par l’ancienne" if link.signed_by_old else "NON signée par l’ancienne"
        yield f"  Clé {link.new.key_id.hex()}, qui succède à {link.old.key_id.hex()} dès {link.checkpoint.size} lignes,"
        yield f"    le {link.at:%d/%m/%Y}, {by_whom}\u00a0: {link.reason}"
    for name in bundle.services:
        positions = [header.position for header in headers if header.publisher == name]
        if positions:
            span = f"positions {positions[0]} à {positions[-1]} de son journal"
            yield f"  {SERVICE_LABELS.get(name, name)}\u00a0: {len(positions)} événements, {span}"
    yield "NON VÉRIFIÉ\u00a0:"
    yield from (f"  - {what}" for what in _not_verified(verified))


def _not_verified(verified: VerifiedBundle) -> Iterator[str]:
    bundle = verified.bundle
    if verified.key_is_known:
        yield "d’où vous tenez la clé que vous avez donnée, et qui est celle du dossier\u202f;"
    else:
        yield (
            f"que la clé, {verified.key}, est celle du registre\u00a0: comparez-la avec celle qui est publiée ailleurs "
            f"(son empreinte est {verified.key.key_id.hex()}), ou donnez celle-ci avec --key\u202f;"
        )
    for link in verified.successions:
        yield (
            f"que le registre de {link.new.key_id.hex()} prolonge celui de {link.old.key_id.hex()}\u00a0:"
            f" /tlog/consistency le montre à partir de {link.checkpoint.size} lignes\u202f;"
        )
        if not link.signed_by_old:
            yield (
                f"que {link.new.key_id.hex()} succède à {link.old.key_id.hex()}\u00a0: celle-ci ne l’a pas signé,"
                " seule la nouvelle le dit. Comparez celle-ci avec la clé qui est publiée ailleurs\u202f;"
            )
    cosigned = [report for report in verified.witnesses if report.cosigned_at is not None]
    if others := bundle.checkpoint.rpartition("\n\n")[2].count("\n") - 1 - len(cosigned):
        yield f"{others} autres signatures du point de contrôle, de qui vous n’avez pas donné la clé\u202f;"
    for report in cosigned:
        if not report.is_known:
            yield f"que {report.key} est ce témoin\u00a0: comparez-la avec la clé qu’il publie (--witness)\u202f;"
    if not cosigned:
        yield "que le registre montre à tous la même histoire\u00a0: aucun témoin connu n’a cosigné\u202f;"
    yield (
        "que rien n’a suivi le dernier événement montré de chaque objet, et qu’aucun objet n’est omis\u00a0: entre les "
        "positions montrées d’un service, rien ne dit d’ici que les autres sont à d’autres dossiers\u202f;"
    )
    yield "que ce qui a été consigné est vrai, et que l’heure des serveurs était juste\u202f;"
    yield "qui sont les personnes derrière les pseudonymes\u202f;"
    values = [value for event in bundle.events for value in event.description.values.values()]
    if bundle.sealed:
        contents = [event.content for event in bundle.events if event.content is not None]
        sealed = sum(len([*stored_tokens(parse_content(content).data)]) for content in contents)
        yield f"ce que taisent {sealed} valeurs scellées\u00a0: ce fichier ne les ouvre pas\u202f;"
    else:
        yield f"ce que disent {len(values)} valeurs scellées\u00a0: c’est la parole des services\u202f;"
    if erased := values.count(None):
        yield f"{erased} valeurs effacées, que plus personne ne lit\u202f;"
    for name, service in bundle.services.items():
        if not service.shown:
            yield f"les contenus de {SERVICE_LABELS.get(name, name)}, qui n’ont pas été montrés. {service.answer}"
    logs = {(header.publisher, header.log_id) for header in verified.headers}
    for name in bundle.services:
        if sum(publisher == name for publisher, _ in logs) > 1:
            yield f"pourquoi {SERVICE_LABELS.get(name, name)} a changé de journal (une restauration se déclare)\u202f;"
    yield "les schémas, et les octets des pièces jointes, dont seules les empreintes figurent dans les contenus."


def _read_key(text: str) -> str:
    """A key, or what stands in the file of this name."""
    return Path(text).read_text(encoding="utf-8") if Path(text).is_file() else text


def main(arguments: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m audit.verify", description="Verify a bundle without any service.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the ledger's key, or a file that holds it")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key, or a file that holds some")
    options = parser.parse_args(arguments)
    return verify_file(options.file, options.key, options.witness)


if __name__ == "__main__":
    sys.exit(main())
