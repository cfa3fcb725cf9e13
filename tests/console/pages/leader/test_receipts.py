"""Receipts: a page, a PDF with a QR code, and the public page of a fingerprint."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from tests.console.pages.leader.conftest import CONTESTED, discussed_case, enter, state_of, write
from tests.support.checks.console_pages import ADDRESS, NAME, Browser, Switch, World, text

from audit.api.receipts import DECISIONS
from console.presentation.receipts import RECEIPT_KINDS

UNKNOWN = "019c0000-0000-7000-8000-000000000000"


def receipt_of(leader: Browser, case: str) -> str:
    """The address of the newest receipt."""
    listed = re.findall(rf'href="(/dossiers/{case}/recus/[^"]+)"', leader.get("/").text)
    return str(listed[0])


def public_address(leader: Browser, receipt: str) -> str:
    found = re.search(rf'href="{ADDRESS}(/empreinte/[^"]+)"', leader.get(receipt).text)
    assert found
    return found[1]


def test_the_decisions_that_have_a_receipt_are_those_that_the_ledger_looks_up() -> None:
    assert RECEIPT_KINDS.keys() == DECISIONS.keys()


def test_a_receipt_says_what_was_decided_and_where_the_ledger_has_it(leader: Browser, discussed: str) -> None:
    shown = leader.get(receipt_of(leader, discussed))
    read = text(shown)
    assert "Le diagnostic partagé, dans sa version 5, est contesté par la structure." in read and CONTESTED in read
    assert re.search(r"Entrée du registre n° \d+", read) and "<svg" in shown.text
    assert 'data-header="payload_hash"' in shown.text and "data-proof=" in shown.text


def test_a_receipt_is_kept_as_a_pdf_that_names_its_public_address(leader: Browser, discussed: str) -> None:
    kept = leader.get(f"{receipt_of(leader, discussed)}.pdf")
    assert kept.headers["Content-Type"] == "application/pdf"
    (page, *_) = PdfReader(BytesIO(kept.content)).pages
    read = page.extract_text()
    fingerprint = public_address(leader, receipt_of(leader, discussed)).rpartition("/")[2]
    assert "Reçu de contestation du diagnostic" in read and fingerprint in re.sub(r"\s", "", read).replace("\u200b", "")


def test_the_public_page_says_which_entry_it_is_and_nothing_of_anybody(
    leader: Browser, discussed: str, ways: dict[str, Switch]
) -> None:
    address = public_address(leader, receipt_of(leader, discussed))
    leader.submit("/deconnexion", leader.get("/"))
    ways["audit"].asked.clear()
    shown = leader.get(address)
    assert shown.status_code == 200 and re.search(r"est l’entrée n° \d+ du registre", text(shown))
    assert "a été remplacée" in text(shown), "it was submitted again since"
    assert "authorization" not in ways["audit"].asked[-1].headers
    for secret in (discussed, NAME, "La Ruche", "Maëlle", "diagnostic", "dla-44", CONTESTED):
        assert secret not in text(shown)


def test_a_decision_holds_until_something_replaces_it(browser: Browser, world: World) -> None:
    case = discussed_case(world)
    submission = state_of(world, case)["submission"]
    leader = world.diagnostic.by("leader", case=case)
    body = {"version": submission["version"], "content_hash": submission["content_hash"]}
    assert leader.post(f"/api/v1/diagnoses/{case}/validation", body).status_code == 200
    world.carried()
    at = enter(browser, world, case)
    address = public_address(at, receipt_of(at, case))
    assert "La décision qu’elle désigne vaut toujours." in text(at.get(address))
    write(world, case, ("/axes", {"axis": "finance", "rating": 2, "findings": "Deux mois de trésorerie."}))
    world.carried()
    assert "a été remplacée" in text(at.get(address))


@pytest.mark.parametrize("part", ["another event", "another fingerprint", "no id", "no fingerprint", "no receipt"])
def test_what_is_unknown_gets_one_answer(leader: Browser, world: World, discussed: str, part: str) -> None:
    _, _, event, fingerprint = public_address(leader, receipt_of(leader, discussed)).split("/")
    history = world.audit.by("leader", case=discussed).get(f"/api/v1/cases/{discussed}/timeline").json()["events"]
    first = history[0]
    wrong = {
        "another event": f"{UNKNOWN}/{fingerprint}",
        "another fingerprint": f"{event}/{'0' * 64}",
        "no id": f"x/{fingerprint}",
        "no fingerprint": f"{event}/{fingerprint[:20]}",
        "no receipt": f"{first['id']}/{first['payload_hash']}",
    }[part]
    shown = leader.get(f"/empreinte/{wrong}")
    nothing = leader.get(f"/empreinte?numero={UNKNOWN}&empreinte={'f' * 64}")
    assert shown.status_code == nothing.status_code == 404 and text(shown) == text(nothing)
    assert "Empreinte inconnue" in text(shown)


def test_a_number_and_a_fingerprint_are_typed_in(leader: Browser, discussed: str) -> None:
    _, _, event, fingerprint = public_address(leader, receipt_of(leader, discussed)).split("/")
    spaced = " ".join(re.findall(".{1,8}", fingerprint.upper()))
    shown = leader.http.get("/empreinte", params={"numero": f" {event.upper()} ", "empreinte": spaced})
    assert shown.status_code == 200 and "est l’entrée n°" in text(shown)


def test_an_event_that_is_no_decision_has_no_receipt(leader: Browser, world: World, discussed: str) -> None:
    events = world.audit.by("leader", case=discussed).get(f"/api/v1/cases/{discussed}/timeline").json()["events"]
    assert leader.get(f"/dossiers/{discussed}/recus/{events[0]['id']}").status_code == 404
    assert leader.get(f"/dossiers/{discussed}/recus/{UNKNOWN}.pdf").status_code == 404


def test_a_ledger_that_is_out_is_said(leader: Browser, discussed: str, ways: dict[str, Switch]) -> None:
    address = public_address(leader, receipt_of(leader, discussed))
    ways["audit"].out = True
    shown = leader.get(address)
    assert shown.status_code == 503 and "ne répond pas" in text(shown)
