"""Who comes in by a mail: the button that opens a link once, the recipient's page, and the lost link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, settings, text
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.mailed_intake import MESSAGE, TARGET, MailedIntake, mailed_intake, token_in

from console.main import create_app
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres


@pytest.fixture(scope="module")
def house(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedIntake]:
    with mailed_intake(postgres, nats, tmp_path_factory.mktemp("recipient")) as house:
        yield house


@pytest.fixture
def browser(house: MailedIntake) -> Iterator[Browser]:
    """Only intake is there: nobody else is needed to answer an orientation."""
    ways = {name: Switch(house.intake.web) for name in ("intake", "diagnostic", "parcours", "followup", "audit")}
    for name, way in ways.items():
        way.out = name != "intake"
    with InProcessClient(create_app(settings(), ways), base_url=ADDRESS, raise_server_exceptions=False) as http:
        yield Browser(http)


def come_in(browser: Browser, mail: Any) -> Any:
    """The link of the mail, and its button."""
    token = token_in(mail)
    return browser.submit("/lien", browser.get(f"/lien/{token}"), jeton=token)


def key_of(shown: Any) -> str:
    return found(r'name="cle" value="([^"]+)"', shown)


def found(pattern: str, shown: Any) -> str:
    match = re.search(pattern, shown.text)
    assert match, text(shown)
    return match[1]


def test_a_recipient_opens_the_mail_reads_and_answers_by_screen_alone(house: MailedIntake, browser: Browser) -> None:
    case = house.case()
    adviser = house.intake.by("adviser")
    paper = adviser.upload(f"{case}/attachments?kind=statutes", b"Les statuts.", 'attachment; filename="statuts.txt"')
    path = house.send(case, "ecran@banque.example", attachments=[paper.json()["id"]])
    (mail,) = house.deliver("ecran@banque.example")
    before = browser.get(f"/lien/{token_in(mail)}")
    assert "Les Jardins" not in before.text
    (row,) = adviser.get(f"{case}/mails").json()
    assert row["opened_at"] is None, "who only looks at the address opens nothing"

    shown = come_in(browser, mail)
    read = text(shown)
    for words in ("Une structure vous est orientée", MESSAGE, "Les Jardins de l’Erdre", "maelle@jardins.example"):
        assert words in read, read
    file = browser.get(found(r'href="(/dossiers/[^"]+/pieces-transmises/[^"]+)"', shown))
    assert file.content == b"Les statuts."
    assert file.headers["content-disposition"].startswith("attachment")

    acknowledge = found(r'action="([^"]+/acknowledgment)"', shown)
    shown = browser.submit(acknowledge, shown, cle=key_of(shown))
    assert "votre réponse est enregistrée" in text(shown), text(shown)
    form = browser.get(found(r'href="([^"]+)">Dire ce qu’il en advient<', shown))
    shown = browser.submit(form.url.path, form, cle=key_of(form), outcome="Un prêt est à l’étude.")
    assert "Vous avez répondu" in text(shown), text(shown)
    assert MESSAGE not in shown.text and "pieces-transmises" not in shown.text
    state = adviser.get(path).json()
    assert (state["status"], state["outcome"], state["on_behalf"]) == ("concluded", "Un prêt est à l’étude.", [])


def test_a_link_that_has_served_says_how_to_get_another(house: MailedIntake, browser: Browser) -> None:
    house.send(house.case(), "deux-fois@banque.example")
    (mail,) = house.deliver("deux-fois@banque.example")
    assert come_in(browser, mail).status_code == 200
    browser.http.cookies.clear()
    again = come_in(browser, mail)
    assert (again.status_code, again.url.path) == (410, "/lien")
    assert "Ce lien a déjà servi" in text(again)
    assert token_in(mail) not in again.text
    wrong = browser.submit("/lien", browser.get("/lien/nimporte"), jeton="nimporte")
    assert wrong.status_code == 401


def test_a_lost_link_gets_the_same_page_for_every_address(house: MailedIntake, browser: Browser) -> None:
    house.send(house.case(), "perdu@banque.example")
    house.deliver()
    house.later(hours=1)
    pages = []
    for address in ("perdu@banque.example", "personne@nulle-part.example"):
        page = browser.submit("/lien-perdu", browser.get("/lien-perdu"), adresse=address)
        pages.append((page.status_code, str(page.url), text(page)))
    assert pages[0] == pages[1]
    assert "Si un lien a été envoyé à cette adresse" in pages[0][2]
    assert "Une structure vous est orientée" in text(come_in(browser, house.deliver_soon("perdu@banque.example")))
    wrong = browser.submit("/lien-perdu", browser.get("/lien-perdu"), adresse="accueil")
    assert wrong.status_code == 422 and 'value="accueil"' in wrong.text, "what was typed stays"


def test_the_unit_sees_to_whom_it_was_sent_and_what_it_typed_itself(house: MailedIntake, browser: Browser) -> None:
    case = house.case()
    path = house.send(case, TARGET)
    house.intake.by("adviser").post(f"{path}/acknowledgment", {})
    browser.enter(house.intake.issuer.mint("adviser", subject="some-adviser", unit="dla-44"))
    shown = text(browser.get(f"/dossiers/{case.rpartition('/')[2]}/travail"))
    assert f"Transmise par courriel à Annaïg Kervella ({TARGET})" in shown
    assert "Réponse saisie par l’unité à la place du destinataire" in shown
