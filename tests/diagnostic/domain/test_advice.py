"""Advice of a resource centre: requested, and received once."""

from uuid import UUID

from diagnostic.domain.advice import AdviceReceived, AdviceRequested, ReceiveAdvice, RequestAdvice
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)


TODAY = NOW.date()


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


def test_a_resource_centre_s_advice_is_asked_for_and_received_once() -> None:
    requested = AdviceRequested(new_id(1), text("CRDLA Environnement"), question=text("Quels financements ?"))
    given(OPENED).when(RequestAdvice("CRDLA Environnement", "Quels financements ?")).then(requested)
    receive = ReceiveAdvice(new_id(1), TODAY, answer="Voir le fonds vert.")
    received = AdviceReceived(new_id(1), TODAY, answer=text("Voir le fonds vert."))
    given(OPENED).when(receive).refused("unknown-advice")
    given(OPENED, requested).when(receive).then(received)
    given(OPENED, requested, received).when(receive).refused("advice-already-received")
    (advice,) = given(OPENED, requested, received).state.advice
    assert advice.answer == text("Voir le fonds vert.")
