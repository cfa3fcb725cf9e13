"""Signatures on a screen: each for their own party, on the text that they have read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.parcours.domain.test_coordination import (
    AGREEMENT,
    AWARD,
    CONSULTING,
    FUNDS,
    INFORMED,
    ONE_SIGNATURE,
    OWN,
    TODAY,
    UNDER_WAY,
    given,
    signed,
)

from parcours.domain.agreement_signatures import AgreementSignatures
from parcours.domain.assignment.agreement import AgreementCountersigned, AgreementRecorded
from parcours.domain.assignment.agreement_text import agreement_hash
from parcours.domain.assignment.own_signature import SignAsProvider, SignForStructure
from parcours.domain.funding.payments import FundsReleased
from parcours.domain.parcours import decider
from parcours.domain.state import AgreementTerms
from shared.kernel import Actor, Role

BY_UNIT = AgreementSignatures(unit=signed(1, "Paul Rivoal"))
RECORDED = replace(AGREEMENT, signatures=BY_UNIT)
WAITING = given(*UNDER_WAY, AWARD, FUNDS, INFORMED, RECORDED)
HASH = agreement_hash(CONSULTING, WAITING.state.actions[CONSULTING])
LEADER_SIGNS = SignForStructure(CONSULTING, HASH, name="Maëlle Kerdoncuff")
PROVIDER_SIGNS = SignAsProvider(CONSULTING, HASH, name="Nadia Le Goff")
CHOSEN, OTHER = (Actor(account, Role.PROVIDER) for account in ("p1", "p2"))


def test_a_leader_and_the_provider_sign_each_for_themselves() -> None:
    by_structure = replace(BY_UNIT, structure=signed(1, "Maëlle Kerdoncuff"))
    countersigned = AgreementCountersigned(CONSULTING, by_structure, signed_on=TODAY, content_hash=HASH)
    WAITING.when(LEADER_SIGNS, by=Role.LEADER).then(countersigned)
    partly = given(*WAITING.events, countersigned)
    assert not partly.state.actions[CONSULTING].is_agreed
    by_all = replace(by_structure, provider=signed(1, "Nadia Le Goff"))
    last = AgreementCountersigned(CONSULTING, by_all, signed_on=TODAY, content_hash=HASH)
    partly.when(PROVIDER_SIGNS, by=CHOSEN).then(last)
    assert given(*partly.events, last).state.actions[CONSULTING].is_agreed
    refused = partly.when(LEADER_SIGNS, by=Role.LEADER).refused("already-signed")
    assert refused.extra == {"party": "structure"}


def test_the_last_signature_gives_back_what_the_agreement_leaves_of_the_funds() -> None:
    less = AgreementRecorded(
        CONSULTING,
        AgreementTerms(380_000, 5),
        signatures=replace(ONE_SIGNATURE, unit=signed(2, "Paul")),
        signed_on=TODAY,
    )
    waiting = given(*UNDER_WAY, AWARD, FUNDS, INFORMED, less)
    read = agreement_hash(CONSULTING, waiting.state.actions[CONSULTING])
    outcome = waiting.when(replace(PROVIDER_SIGNS, content_hash=read), by=CHOSEN)
    assert outcome.events[1:] == (FundsReleased(CONSULTING, 20_000),)


def test_nobody_signs_for_another() -> None:
    WAITING.when(LEADER_SIGNS, by=Role.ADVISER).refused("leaders-only")
    WAITING.when(PROVIDER_SIGNS, by=OTHER).refused("not-your-assignment")


@pytest.mark.parametrize("sign", [LEADER_SIGNS, PROVIDER_SIGNS])
def test_nobody_signs_another_text_than_the_one_they_read(sign: Any) -> None:
    by = Role.LEADER if sign is LEADER_SIGNS else CHOSEN
    dearer = replace(RECORDED, terms=AgreementTerms(400_000, 4))
    changed = given(*UNDER_WAY, AWARD, FUNDS, INFORMED, dearer)
    changed.when(sign, by=by).refused("stale-content")
    given(*UNDER_WAY, AWARD, FUNDS, INFORMED).when(sign, by=by).refused("no-agreement")
    given(*UNDER_WAY).when(replace(sign, action=OWN), by=by).refused("not-consulting")


def test_the_signature_is_offered_while_it_is_awaited() -> None:
    both = {SignForStructure, SignAsProvider}
    assert both <= {*decider.available_commands(WAITING.state)}
    by_structure = given(*UNDER_WAY, AWARD, FUNDS, INFORMED, replace(RECORDED, signatures=ONE_SIGNATURE))
    assert both & {*decider.available_commands(by_structure.state)} == {SignAsProvider}
    assert not both & {*decider.available_commands(given(*UNDER_WAY, AWARD, FUNDS, INFORMED, AGREEMENT).state)}
