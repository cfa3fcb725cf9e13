"""Can I believe this file? `python -m audit.verify FILE`: no service, no network, no database; a key and the file."""

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
from audit.ledger.opening import FIRST
from audit.ledger.succession import parse_published_keys
from audit.tlog import VerificationError, parse_witness_key
from shared.kernel import SERVICE_LABELS, stored_tokens

REFUSED, UNREADABLE = 1, 2


def verify_file(file: Path, keys: Sequence[str], witnesses: Sequence[str] = ()) -> int:
    """Says what was verified and what was not, or the first thing wrong; gives the exit code. `keys`: published keys of
    the ledger, or files that hold some, as `/tlog/key` serves them; `witnesses`: likewise, one a line."""
    try:
        known = [key for told in keys for key in parse_published_keys(_key(told))]
        seen = [parse_witness_key(line) for told in witnesses for line in _key(told).split()]
        with file.open("rb") as opened:
            raw = opened.read(MAX_BUNDLE_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        _say(f"{file}\u00a0: illisible\u00a0: {error}", sys.stderr)
        return UNREADABLE
    except VerificationError as error:
        _say(f"--key, --witness\u00a0: {error}", sys.stderr)
        return UNREADABLE
    try:
        found = verify_bundle(raw, known, seen)
    except VerificationError as error:
        _say(f"REFUSÉ\u00a0: {error}", sys.stderr)
        return REFUSED
    for line in describe(found):
        _say(line, sys.stdout)
    return 0


def _say(line: str, where: TextIO) -> None:
    """One line, whatever is in it: a hostile file does not speak to the terminal."""
    where.write("".join("\ufffd" if category(char)[0] == "C" else char for char in line) + "\n")


def describe(found: VerifiedBundle) -> Iterator[str]:
    headers, bundle, signed = found.headers, found.bundle, found.checkpoint
    contents = sum(line.content is not None for line in bundle.lines)
    objects = len({(told.publisher, told.stream) for told in headers})
    yield f"VÉRIFIÉ\u00a0: dossier {bundle.case}, {len(headers)} événements"
    yield f"  - chacun est inscrit au registre {signed.origin}, signé à {signed.size} lignes\u202f;"
    announced = sum(line.announced is not None for line in bundle.lines)
    yield f"  - {contents} contenus sur {len(headers)} sont, à l’octet près, ceux que le registre a consignés\u202f;"
    yield f"  - {announced} annonces aux autres services sont celles auxquelles il s’est engagé\u202f;"
    yield f"  - les versions des {objects} objets du dossier se suivent sans trou de la première à la dernière\u202f;"
    yield "  - la chronologie, les en-têtes et les empreintes découlent du reste, à l’octet près."
    for seen in found.witnesses:
        said = f"a cosigné le {seen.at:%d/%m/%Y à %H:%M:%S} UTC" if seen.at else "n’a PAS cosigné ce point de contrôle"
        yield f"  Témoin {seen.witness.name} ({seen.witness.key_id.hex()})\u00a0: {said}"
    for link in found.successions:
        by_whom = "signée aussi par l’ancienne" if link.by_old else "NON signée par l’ancienne"
        yield f"  Clé {link.new.key_id.hex()}, qui succède à {link.old.key_id.hex()} dès {link.checkpoint.size} lignes,"
        yield f"    le {link.at:%d/%m/%Y}, {by_whom}\u00a0: {link.motive}"
    for name in bundle.services:
        positions = [told.position for told in headers if told.publisher == name]
        if positions:
            span = f"positions {positions[0]} à {positions[-1]} de son journal"
            yield f"  {SERVICE_LABELS.get(name, name)}\u00a0: {len(positions)} événements, {span}"
    yield "NON VÉRIFIÉ\u00a0:"
    yield from (f"  - {what}" for what in _not_checked(found))


def _not_checked(found: VerifiedBundle) -> Iterator[str]:
    bundle = found.bundle
    if found.compared:
        yield "d’où vous tenez la clé que vous avez donnée, et qui est celle du dossier\u202f;"
    else:
        yield (
            f"que la clé, {found.key}, est celle du registre\u00a0: comparez-la avec celle qui est publiée ailleurs "
            f"(son empreinte est {found.key.key_id.hex()}), ou donnez celle-ci avec --key\u202f;"
        )
    for link in found.successions:
        yield (
            f"que le registre de {link.new.key_id.hex()} prolonge celui de {link.old.key_id.hex()}\u00a0:"
            f" /tlog/consistency le montre à partir de {link.checkpoint.size} lignes\u202f;"
        )
        if not link.by_old:
            yield (
                f"que {link.new.key_id.hex()} succède à {link.old.key_id.hex()}\u00a0: celle-ci ne l’a pas signé,"
                " seule la nouvelle le dit. Comparez celle-ci avec la clé qui est publiée ailleurs\u202f;"
            )
    cosigned = [seen for seen in found.witnesses if seen.at is not None]
    if others := bundle.checkpoint.rpartition("\n\n")[2].count("\n") - 1 - len(cosigned):
        yield f"{others} autres signatures du point de contrôle, de qui vous n’avez pas donné la clé\u202f;"
    for seen in cosigned:
        if not seen.compared:
            yield f"que {seen.witness} est ce témoin\u00a0: comparez-la avec la clé qu’il publie (--witness)\u202f;"
    if not cosigned:
        yield "que le registre montre à tous la même histoire\u00a0: aucun témoin connu n’a cosigné\u202f;"
    yield (
        "que rien n’a suivi le dernier événement montré de chaque objet, et qu’aucun objet n’est omis\u00a0: entre les "
        "positions montrées d’un service, rien ne dit d’ici que les autres sont à d’autres dossiers\u202f;"
    )
    yield "que ce qui a été consigné est vrai, et que l’heure des serveurs était juste\u202f;"
    yield "qui sont les personnes derrière les pseudonymes\u202f;"
    values = [value for line in bundle.lines for value in line.said.values.values()]
    first = sum(line.opening.form == FIRST for line in bundle.lines)
    labels = f", et les intitulés de {first} événements consignés sous une forme ancienne" if first else ""
    if bundle.sealed:
        kept = sum(
            len([*stored_tokens(parse_content(each.content).data)]) for each in bundle.lines if each.content is not None
        )
        yield f"ce que taisent {kept} valeurs scellées\u00a0: ce fichier ne les ouvre pas{labels}\u202f;"
    else:
        yield f"ce que disent {len(values)} valeurs scellées{labels}\u00a0: c’est la parole des services\u202f;"
    if erased := values.count(None):
        yield f"{erased} valeurs effacées, que plus personne ne lit\u202f;"
    for name, reading in bundle.services.items():
        if not reading.shown:
            yield f"les contenus de {SERVICE_LABELS.get(name, name)}, qui n’ont pas été montrés. {reading.answer}"
    logs = {(told.publisher, told.log_id) for told in found.headers}
    for name in bundle.services:
        if sum(publisher == name for publisher, _ in logs) > 1:
            yield f"pourquoi {SERVICE_LABELS.get(name, name)} a changé de journal (une restauration se déclare)\u202f;"
    yield "les schémas, et les octets des pièces jointes, dont seules les empreintes figurent dans les contenus."


def _key(told: str) -> str:
    return Path(told).read_text(encoding="utf-8") if Path(told).is_file() else told


def main(arguments: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m audit.verify", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the ledger's key, or a file that holds it")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key, or a file that holds some")
    asked = parser.parse_args(arguments)
    return verify_file(asked.file, asked.key, asked.witness)


if __name__ == "__main__":
    sys.exit(main())
