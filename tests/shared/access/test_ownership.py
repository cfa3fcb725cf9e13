"""Whose an id is, by the kind that its address is for."""

from __future__ import annotations

from uuid import UUID

from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.servers.served_service import Serve

from intake.ownership import find_protected_case
from shared.kernel import uuid7

UNIT = "dla-44"


def test_an_id_is_known_as_what_it_is_and_as_nothing_else(serve: Serve) -> None:
    """A kind that no address of the service is for has no owner, whatever stands under the id."""
    running = serve(service("intake"))
    app, identity = running.application, uuid7()
    case = UUID(running.by("adviser").post("/api/v1/requests", REQUEST).json()["id"])
    right = {"identity": str(identity), "role": "adviser", "unit": UNIT, "reason": "Arrivée."}
    assert running.by("manager").post("/api/v1/identities/rights", right).status_code == 201
    owners = {
        (what, kind): find_protected_case(app, id_, kind)
        for what, id_ in {"case": case, "identity": identity, "nothing": uuid7()}.items()
        for kind in (None, "request", "register", "diagnosis", "access-log-seal")
    }
    known = {key: owner for key, owner in owners.items() if owner is not None}
    assert {key for key, owner in known.items() if owner.units == {UNIT}} == {
        ("case", None),
        ("case", "request"),
        ("identity", None),
        ("identity", "register"),
    }
    unowned = {key: owner for key, owner in known.items() if not owner.units}
    assert unowned.keys() == {("nothing", None), ("nothing", "request")}, "a case may be heard of before it opens"
    assert not any(owner.opened for owner in unowned.values())
