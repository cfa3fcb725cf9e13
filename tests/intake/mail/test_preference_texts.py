"""Mails to people of the DLA: numbers alone, and a way out in one click."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

import pytest

from intake.domain.mail_preferences import TaskCounts
from intake.mail.preference_texts import WaysOut, write_alert, write_digest
from intake.mail.texts import Sender, begin_message

SENDER = Sender("DLA <dla@dla.example>", "https://dla.example/", link_days=7)
WAYS = WaysOut(SENDER.page("/mes-courriels"), SENDER.page("/desabonnement/token"))
OUT = "https://dla.example/desabonnement/token"


def digest(counts: TaskCounts) -> EmailMessage:
    message = begin_message(SENDER, UUID(int=1), to="moi@dla.example", now=datetime(2026, 9, 14, tzinfo=UTC))
    write_digest(message, counts, SENDER.page("/aujourdhui"), WAYS)
    return message


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        (TaskCounts(late=1), ["- 1\u00a0échéance dépassée"]),
        (
            TaskCounts(late=2, due_today=1, due_soon=3),
            [
                "- 2\u00a0échéances dépassées",
                "- 1\u00a0échéance aujourd’hui",
                "- 3\u00a0échéances dans les sept jours",
            ],
        ),
    ],
)
def test_a_digest_counts_what_waits(counts: TaskCounts, lines: list[str]) -> None:
    body = digest(counts).get_content()
    assert [line for line in body.splitlines() if line.startswith("- ")] == lines
    assert "il y manque" not in body
    assert "https://dla.example/aujourdhui" in body


def test_a_digest_names_the_services_that_it_does_not_count() -> None:
    body = digest(TaskCounts(late=1, missing=("diagnostic", "parcours", "followup"))).get_content()
    assert "«\u202fDiagnostic partagé\u202f», «\u202fParcours\u202f» et «\u202fSuivi et consolidation\u202f»" in body


def test_a_digest_ends_in_one_click_as_rfc_8058_says() -> None:
    message = digest(TaskCounts(late=1))
    assert message["List-Unsubscribe"] == f"<{OUT}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert OUT in message.get_content()


def test_an_alert_has_a_way_out_too_and_names_its_case_by_its_address_alone() -> None:
    message = begin_message(SENDER, UUID(int=1), to="moi@dla.example", now=datetime(2026, 9, 14, tzinfo=UTC))
    write_alert(message, "https://dla.example/dossiers/7/travail", WAYS)
    assert "https://dla.example/dossiers/7/travail" in message.get_content()
    assert message["List-Unsubscribe"] == f"<{OUT}>"
