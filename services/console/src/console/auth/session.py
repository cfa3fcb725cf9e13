"""The session: who is signed in, under which right, for which reasons. The browser keeps it, encrypted."""

from __future__ import annotations

import secrets
import time

import msgspec

MAX_REASONS = 12


class ChosenRight(msgspec.Struct, frozen=True):
    """A right from the register, or in development from the token. `id` goes into the header DLA-Right."""

    id: str
    role: str
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: str | None = None


class ReaderSession(msgspec.Struct, frozen=True):
    """`id` and `folder`: where the end of the session is recorded (`ended_sessions`); a sign-in names the folder.
    `csrf`: the token of this session's forms. `until`: when the session ends, and `expires`: when the access token
    does, if known (seconds since the epoch). `right`: the one in use; null until chosen. `reasons`: why each case is
    read, by its id, latest last. `issuer`: the identity provider who signed
    them in, empty for the first, and `id_token`, to sign out there."""

    csrf: str
    until: float
    id: str = ""
    folder: str = ""
    token: str | None = None
    refresh: str | None = None
    expires: float | None = None
    name: str | None = None
    right: ChosenRight | None = None
    choice: bool = False
    reasons: dict[str, str] = {}
    issuer: str = ""
    id_token: str | None = None

    @property
    def signed_in(self) -> bool:
        return self.token is not None

    @property
    def is_over(self) -> bool:
        return time.time() >= self.until

    @property
    def needs_reason(self) -> bool:
        """Whether this role must say why it reads a case: auditors and the DPO, who do not work on it."""
        return self.right is not None and self.right.role in ("auditor", "dpo")

    def with_reason(self, case: str, reason: str) -> ReaderSession:
        reasons = {other: known for other, known in self.reasons.items() if other != case} | {case: reason}
        latest = list(reasons.items())[-MAX_REASONS:]
        return msgspec.structs.replace(self, reasons=dict(latest))


def new_session(hours: float) -> ReaderSession:
    return ReaderSession(csrf=secrets.token_urlsafe(18), until=time.time() + hours * 3600, id=secrets.token_urlsafe(18))


class SignInAttempt(msgspec.Struct, frozen=True):
    """A sign-in in progress: the provider's answer must match it. `then`: the page to go to afterwards. `issuer`: the
    provider, empty for the first."""

    state: str
    nonce: str
    verifier: str
    then: str
    issuer: str = ""


decode_session = msgspec.json.Decoder(ReaderSession).decode
decode_attempt = msgspec.json.Decoder(SignInAttempt).decode
encode = msgspec.json.encode
