"""A case receives a file once, may rely on it as a proof, and may have it withdrawn; the history keeps all three."""

from uuid import UUID

import pytest
from tests.support.generated import golden_samples

from shared.attachments import AddAttachment, AttachmentAdded, CiteAttachment, WithdrawAttachment
from shared.attachments.attachment import AttachmentCited, AttachmentWithdrawn, decider
from shared.kernel import Actor, Role
from shared.testing.scenarios import CASE, MemoryLog, Scenarios, text

given = Scenarios(decider)
ADD = AddAttachment(
    "signed_agreement",
    "Convention",
    file_name="convention.pdf",
    media_type="application/pdf",
    size=1200,
    content_hash="ab" * 32,
    salt="00",
)
ADDED = AttachmentAdded(
    CASE,
    "signed_agreement",
    title=text("Convention"),
    file_name=text("convention.pdf"),
    media_type="application/pdf",
    size=1200,
    content_hash="ab" * 32,
    salt=text("00"),
    added_by="some-adviser",
    role=Role.ADVISER,
)
CITE = CiteAttachment("agreement-recorded", UUID(int=5))
CITED = AttachmentCited("agreement-recorded", UUID(int=5))
WITHDRAW = WithdrawAttachment("Mauvais fichier")
WITHDRAWN = AttachmentWithdrawn(text("Mauvais fichier"))


def test_a_file_is_added_with_its_title_and_name_sealed() -> None:
    given().when(ADD).then(ADDED)


def test_who_added_a_file_is_kept_with_it() -> None:
    [added] = given().when(ADD, by=Actor("p1", Role.PROVIDER)).events
    state = given(added).state
    assert (state.added_by, state.role) == ("p1", Role.PROVIDER)


def test_the_same_file_again_changes_nothing() -> None:
    given(ADDED).when(ADD).then()


def test_a_file_is_relied_on_as_a_proof() -> None:
    given(ADDED).when(CITE).then(CITED)
    assert given(ADDED, CITED).state.cited == ("agreement-recorded",)


def test_a_file_is_withdrawn_with_a_reason() -> None:
    given(ADDED, CITED).when(WITHDRAW).then(WITHDRAWN)


def test_a_withdrawn_file_proves_nothing_and_is_withdrawn_once() -> None:
    given(ADDED, WITHDRAWN).when(CITE).refused("attachment-withdrawn")
    given(ADDED, WITHDRAWN).when(WITHDRAW).refused("attachment-withdrawn")


def test_a_withdrawn_file_may_be_added_again_and_its_citations_stand() -> None:
    given(ADDED, CITED, WITHDRAWN).when(ADD).then(ADDED)
    state = given(ADDED, CITED, WITHDRAWN, ADDED).state
    assert (state.status, state.cited, state.reason) == ("active", ("agreement-recorded",), None)


def test_an_unknown_file_or_one_of_another_case_is_none() -> None:
    elsewhere = AttachmentAdded(
        UUID(int=2),
        "other",
        title=text("Convention"),
        file_name=text("c.pdf"),
        media_type="application/pdf",
        size=1,
        content_hash="",
        salt=text(""),
        added_by="some-adviser",
        role=Role.ADVISER,
    )
    for history in (given(), given(elsewhere)):
        for command in (CITE, WITHDRAW):
            history.when(command).refused("unknown-attachment")


@pytest.mark.parametrize(
    ("name", "resources"),
    [
        ("intake", {"requests"}),
        ("diagnostic", {"diagnoses"}),
        ("parcours", {"parcours", "operations"}),
        ("followup", {"follow-ups"}),
    ],
)
def test_a_case_receives_files_in_each_phase_and_an_operation_too(name: str, resources: set[str]) -> None:
    described = golden_samples.openapi_of(name)["paths"]
    mounted = {path for path in described if path.endswith("/{case}/attachments")}
    assert mounted == {f"/api/v1/{each}/{{case}}/attachments" for each in resources}
    for path in mounted:
        assert set(described[path]) == {"get", "post"}
        assert {"408", "413", "415", "422"} <= set(described[path]["post"]["responses"])
        assert "410" in described[f"{path}/{{id}}"]["get"]["responses"]
        assert "post" in described[f"{path}/{{id}}/withdrawal"]


def test_what_was_stored_is_read_back_and_nothing_a_person_wrote_is_in_clear() -> None:
    log = MemoryLog(decider)
    for command in (ADD, CITE, WITHDRAW):
        log.do(command)
    assert log.from_snapshot() == log.state
    assert log.shown(log.state)["title"] == "Convention"
    assert not any(word in stored.state for stored in log.stored for word in (b"Convention", b"convention.pdf"))
