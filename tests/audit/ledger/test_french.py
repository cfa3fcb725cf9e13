"""French sentences of what does not verify."""

from __future__ import annotations

import re

import pytest

from audit.ledger.french import SENTENCES, EvidenceError, in_french
from audit.tlog import Fault, VerificationError


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_has_a_french_sentence_with_the_same_details(fault: Fault) -> None:
    names = [set(re.findall(r"\{(\w+)\}", text)) for text in (fault.value, SENTENCES[fault])]
    assert names[0] == names[1]
    details = {name: f"<{name}>" for name in names[0]}
    sentence = in_french(VerificationError(fault, **details))
    assert all(detail in sentence for detail in details.values())


def test_what_is_said_in_french_stays_as_it_is() -> None:
    assert in_french(EvidenceError("ce contenu manque")) == "ce contenu manque"
