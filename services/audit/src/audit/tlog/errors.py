"""`VerificationError`, and what may be wrong with what was shown."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong, as an English sentence whose names the error fills in. A program that speaks another language
    translates by the member."""

    ADD_CHECKPOINT = "this is not the body of an add-checkpoint request"
    BASE64 = "a value is not base64"
    BASE64_SPELLING = "a base64 value is not spelled canonically"
    CHECKPOINT = "this is not a checkpoint"
    CONSISTENCY_NEW_ROOT = "the proof does not lead to the signed root of size {size}"
    CONSISTENCY_OLD_ROOT = "the proof does not lead to the signed root of size {size}, the older one"
    CONSISTENCY_SIZES = "a tree of {size} leaves does not extend one of {old}"
    CONTROL_CHARACTERS = "the note has control characters"
    COSIGNATURE_TIMESTAMP = "the cosignature of {name} has no timestamp"
    EMPTY_TREE_ROOT = "this is not the root of an empty tree"
    HASH_COUNT = "the proof must have {expected} hashes, and has {found}"
    HASH_LENGTH = "a hash of the proof is not 32 bytes long"
    INCLUSION_INDEX = "there is no leaf {index} in a tree of {size}"
    INCLUSION_ROOT = "the proof does not lead to the signed root"
    KEY_ID = "the key id of {name} does not match its key"
    NOTE = "this is not a signed note"
    NOTE_TOO_LONG = "the note is too long"
    ORIGINS = "{old} and {new} are two logs"
    PROOF = "this is not a tlog-proof"
    PROOF_INDEX = "the proof does not say the index of the entry"
    ROOT_LENGTH = "the root of a checkpoint is 32 bytes long"
    SIGNATURE = "the signature of {name} is not valid for this text"
    SIGNATURE_LINE = "a signature line is malformed"
    TOO_MANY_SIGNATURES = "the note has too many signatures"
    UNKNOWN_SIGNERS = "no known key has signed this note"
    UTF8 = "this is not UTF-8 text"
    VERIFIER_KEY = "this is not an Ed25519 verifier key in the form name+id+key"
    WITNESS_KEY = "this is not the key of a witness in the form name+id+key, for timestamped Ed25519 cosignatures"


class VerificationError(Exception):
    """What was shown does not prove what it claims: `fault` says why, and `details` fill its sentence."""

    def __init__(self, fault: Fault, **details: object) -> None:
        super().__init__(fault.value.format(**details))
        self.fault, self.details = fault, details
