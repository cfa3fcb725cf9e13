"""The part of the leaders' validation that every phase shares."""

import pytest

from shared.kernel import Refused, Role
from shared.kernel.content_hash import content_hash
from shared.kernel.vocabulary.validation import (
    Submission,
    build_submission,
    require_current_version,
    require_leader,
    require_same_content,
)
from shared.testing.scenarios import context, text

SUBMISSION = Submission(3, "a" * 64, salt=text("b" * 32))


def test_a_submission_names_a_version_and_a_salted_hash_of_its_content() -> None:
    content = {"axes": ["finance"]}
    submission = build_submission(3, content, context())
    assert submission.salt.plaintext is not None
    salt = bytes.fromhex(submission.salt.plaintext)
    assert (submission.version, submission.content_hash) == (3, content_hash(salt, content))
    assert submission.content_hash != content_hash(b"", content)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEADER])
def test_only_a_leader_decides(role: Role) -> None:
    with pytest.raises(Refused, match="leaders-only"):
        require_leader(context(by=role), "Réservé.")
    require_leader(context(by=Role.LEADER), "Réservé.")


def test_a_refusal_gives_the_current_version_and_never_its_hash() -> None:
    with pytest.raises(Refused) as old_version:
        require_current_version(2, 3, "Le diagnostic")
    with pytest.raises(Refused) as other_content:
        require_same_content("c" * 64, SUBMISSION, "Le diagnostic")
    for refused in (old_version.value, other_content.value):
        assert (refused.slug, refused.extra) == ("stale-content", {"version": 3})
        assert "a" * 64 not in refused.detail
    require_current_version(3, 3, "Le diagnostic")
    require_same_content("a" * 64, SUBMISSION, "Le diagnostic")
