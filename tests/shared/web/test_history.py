"""A past moment over HTTP: the same bytes for ever, each change with its event, and clear words for what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from shared.kernel import Actor, Role, paris_date, uuid7


@pytest.fixture
def diagnostic(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def auditor(diagnostic: Served) -> Client:
    return diagnostic.by("auditor", unit=None, units=["dla-44"])


@pytest.fixture
def path(diagnostic: Served) -> str:
    """A diagnosis with an axis that was assessed twice."""
    application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
    case = uuid7()
    ourselves = Actor("service:diagnostic", Role.SERVICE)
    command = OpenDiagnosis(
        uuid7(), "dla-44", adviser="some-adviser", admitted_at=application.clock.now(), headcount=12
    )
    application.handle(decider, case, command, application.context(case, ourselves))
    path = f"/api/v1/diagnoses/{case}"
    for findings, rating in (("Une seule subvention.", 2), ("Deux financeurs.", 3)):
        body = {"axis": "business_model", "findings": findings, "rating": rating, "strengths": [], "weaknesses": []}
        assert diagnostic.by("adviser").post(f"{path}/axes", body).status_code == 200
    return path


def axis(answer: Any) -> Any:
    return answer.json()["content"]["axes"]["business_model"]


def test_a_dossier_is_read_as_it_was_at_a_version_and_at_an_instant(auditor: Client, path: str) -> None:
    second = auditor.get(path, version=2)
    assert axis(second)["findings"] == "Une seule subvention."
    assert axis(auditor.get(path))["findings"] == "Deux financeurs."
    instant = second.json()["replayed"]["recorded_at"]
    by_then = auditor.get(path, as_of=instant)
    assert axis(by_then) == axis(second)
    assert by_then.content == auditor.get(path, as_of=instant).content
    typed_by_hand = f"{path}?as_of={instant.replace('Z', '+00:00')}"
    assert axis(auditor.get(typed_by_hand)) == axis(second)


def test_the_answer_names_what_it_rests_on(auditor: Client, path: str) -> None:
    history = auditor.get(f"{path}/history").json()
    basis = auditor.get(path, version=2).json()["replayed"]
    assert basis["events"] == [event["id"] for event in history[:2]]
    assert (basis["version"], basis["position"], basis["erased"]) == (2, history[1]["position"], [])
    assert auditor.get(path).json().get("replayed") is None


def test_what_stands_beside_a_dossier_is_told_as_it_was_too(diagnostic: Served, auditor: Client, path: str) -> None:
    named = "attachment; filename*=UTF-8''bilan.pdf"
    added = diagnostic.by("adviser").upload(f"{path}/attachments?kind=other", sample_files.pdf(b"Bilan "), named)
    assert added.status_code == 201, added.text
    whole = auditor.get(f"{path}/history")
    assert (len(whole.json()), len(auditor.get(f"{path}/attachments").json())) == (4, 1)
    instant = whole.json()[2]["recorded_at"]
    for moment in ({"version": 3}, {"as_of": instant}):
        then = auditor.get(f"{path}/history", **moment)
        assert then.json() == whole.json()[:3]
        assert then.headers["DLA-Basis"].endswith(f"position={whole.json()[2]['position']}, version=3")
        assert auditor.get(f"{path}/attachments", **moment).json() == []
    assert [made["version"] for made in auditor.get(f"{path}/versions").json()] == [1, 2]
    assert [made["version"] for made in auditor.get(f"{path}/versions", version=2).json()] == [1]
    assert auditor.get(f"{path}/versions/2", version=2).json()["type"].endswith("/unknown-version")
    assert auditor.get(f"{path}/history", as_of="1998-07-12T21:00:00Z").json()["type"].endswith("/not-yet")
    assert auditor.get(f"{path}/history", on="1998-07-12").json()["type"].endswith("/not-yet")
    listed = auditor.get(f"{path}/documents", version=2).json()
    assert all(paper["lacking"] or paper["pdf"].endswith("?version=2") for paper in listed)


def test_each_change_is_told_with_its_event(auditor: Client, path: str) -> None:
    (step,) = auditor.get(f"{path}/changes", since="2", until="3").json()
    assert (step["event"], step["label"]) == ("axis-assessed", "Axe examiné")
    told = {change["path"]: (change["before"], change["after"]) for change in step["changes"]}
    assert told["content.axes.business_model.findings"] == ("Une seule subvention.", "Deux financeurs.")
    assert told["content.axes.business_model.rating"] == (2, 3)
    assert [one["version"] for one in auditor.get(f"{path}/changes").json()] == [1, 2, 3]
    instant = auditor.get(path, version=2).json()["replayed"]["recorded_at"]
    assert auditor.get(f"{path}/changes", since=instant).json() == [step]
    today, tomorrow = (str(paris_date(datetime.now(UTC)) + timedelta(days=days)) for days in (0, 1))
    assert len(auditor.get(f"{path}/changes", until=today).json()) == 3
    assert auditor.get(f"{path}/changes", since=today, until=tomorrow).json() == []
    assert auditor.get(f"{path}/changes", since="1998-07-12").json()["type"].endswith("/not-yet")


@pytest.mark.parametrize(
    ("moment", "status", "slug"),
    [
        ({"version": 9}, 404, "unknown-version"),
        ({"as_of": "1998-07-12T21:00:00+02:00"}, 404, "not-yet"),
        ({"on": "1998-07-12"}, 404, "not-yet"),
        ({"as_of": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, 422, "still-to-come"),
        ({"as_of": "2026-03-02T09:00:00"}, 422, "invalid-request"),
        ({"version": 0}, 422, "invalid-request"),
        ({"version": 10**30}, 422, "invalid-request"),
    ],
)
def test_a_moment_that_cannot_be_told_is_said_clearly(
    auditor: Client, path: str, moment: dict[str, Any], status: int, slug: str
) -> None:
    answer = auditor.get(path, **moment)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)


@pytest.mark.parametrize(
    "bound",
    [
        "hier",
        "2026-03-02T09:00:00",
        "-1",
        "99999999999999999999",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31",
        "2026-02-30",
    ],
)
def test_a_bound_that_is_neither_version_nor_instant_is_refused(auditor: Client, path: str, bound: str) -> None:
    assert auditor.get(f"{path}/changes", since=bound).status_code == 422


def test_only_who_reads_the_dossier_reads_its_past(diagnostic: Served, path: str) -> None:
    stranger = diagnostic.by("leader", unit=None, case=str(uuid7()))
    assert stranger.get(path, version=1).status_code == 403
    assert stranger.get(f"{path}/changes").status_code == 403
