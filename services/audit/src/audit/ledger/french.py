"""French sentences for what does not verify: auditors read them."""

from __future__ import annotations

from audit.tlog import Fault, VerificationError


class EvidenceError(VerificationError):
    """A piece of evidence of this ledger does not hold: an opening, a succession, a bundle. Its text is French."""

    def __init__(self, sentence: str) -> None:
        Exception.__init__(self, sentence)


SENTENCES = {
    Fault.ADD_CHECKPOINT: "ce n’est pas un point de contrôle avec ce qui prouve qu’il en prolonge un autre",
    Fault.BASE64: "une valeur en base64 est illisible",
    Fault.BASE64_SPELLING: "une valeur en base64 n’est pas écrite comme elle doit l’être",
    Fault.CHECKPOINT: "ce n’est pas un point de contrôle",
    Fault.CONSISTENCY_NEW_ROOT: "la preuve ne conduit pas à la racine signée pour {size} lignes",
    Fault.CONSISTENCY_OLD_ROOT: "la preuve ne conduit pas à la racine signée pour {size} lignes",
    Fault.CONSISTENCY_SIZES: "un registre de {size} lignes ne prolonge pas un registre de {old} lignes",
    Fault.CONTROL_CHARACTERS: "la note porte des caractères de contrôle",
    Fault.COSIGNATURE_TIMESTAMP: "la cosignature de {name} n’est pas datée",
    Fault.EMPTY_TREE_ROOT: "la racine d’un registre vide n’est pas celle-ci",
    Fault.HASH_COUNT: "{expected} empreintes sont attendues dans la preuve, et elle en porte {found}",
    Fault.HASH_LENGTH: "une empreinte de la preuve n’a pas 32 octets",
    Fault.INCLUSION_INDEX: "le rang {index} n’est pas dans un registre de {size} lignes",
    Fault.INCLUSION_ROOT: "la preuve ne conduit pas à la racine signée",
    Fault.KEY_ID: "l’empreinte de la clé de {name} ne lui correspond pas",
    Fault.NOTE: "ce n’est pas une note signée",
    Fault.NOTE_TOO_LONG: "la note est trop longue",
    Fault.ORIGINS: "{old} et {new} sont deux registres",
    Fault.PROOF: "ce n’est pas une preuve d’inscription",
    Fault.PROOF_INDEX: "la preuve ne dit pas à quel rang est l’événement",
    Fault.ROOT_LENGTH: "la racine d’un point de contrôle a 32 octets",
    Fault.SIGNATURE: "la signature de {name} ne vaut pas pour ce texte",
    Fault.SIGNATURE_LINE: "une ligne de signature est illisible",
    Fault.TOO_MANY_SIGNATURES: "la note porte trop de signatures",
    Fault.UNKNOWN_SIGNERS: "aucune des clés connues n’a signé cette note",
    Fault.UTF8: "ce n’est pas du texte en UTF-8",
    Fault.VERIFIER_KEY: ("cette clé de vérification n’est pas une clé Ed25519 publiée sous la forme nom+empreinte+clé"),
    Fault.WITNESS_KEY: (
        "cette clé n’est pas celle d’un témoin\u00a0: nom+empreinte+clé, pour une cosignature datée Ed25519"
    ),
}


def in_french(error: VerificationError) -> str:
    return str(error) if isinstance(error, EvidenceError) else SENTENCES[error.fault].format(**error.details)
