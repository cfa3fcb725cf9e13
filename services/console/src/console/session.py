"""Who is at this browser, under which right, and what have they told us? We keep nothing: the browser does, sealed."""

from __future__ import annotations

import secrets
import time

import msgspec

MOST_MOTIVES = 12


class Right(msgspec.Struct, frozen=True):
    """One that the register gives, or in development the token: `id` is what the header DLA-Right names."""

    id: str
    role: str
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: str | None = None


class Session(msgspec.Struct, frozen=True):
    """`csrf`: in each form of this session, and in no other's. `expires`: when the token ends, as far as was told.
    `right`: the one used; null until it is known. `motives`: why each dossier is read, by its id, latest last."""

    csrf: str
    until: float
    token: str | None = None
    refresh: str | None = None
    expires: float | None = None
    name: str | None = None
    right: Right | None = None
    choice: bool = False
    motives: dict[str, str] = {}

    @property
    def signed_in(self) -> bool:
        return self.token is not None

    @property
    def over(self) -> bool:
        return time.time() >= self.until

    @property
    def must_say_why(self) -> bool:
        """Those who read without working on the case say why."""
        return self.right is not None and self.right.role in ("auditor", "dpo")

    def told_why(self, case: str, motive: str) -> Session:
        motives = {other: told for other, told in self.motives.items() if other != case} | {case: motive}
        latest = list(motives.items())[-MOST_MOTIVES:]
        return msgspec.structs.replace(self, motives=dict(latest))


def begun(hours: float) -> Session:
    return Session(csrf=secrets.token_urlsafe(18), until=time.time() + hours * 3600)


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in that has begun: what comes back from the provider must answer it. `then`: where it was for."""

    state: str
    nonce: str
    verifier: str
    then: str


decode_session = msgspec.json.Decoder(Session).decode
decode_attempt = msgspec.json.Decoder(Attempt).decode
encode = msgspec.json.encode
