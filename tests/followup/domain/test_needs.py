"""New needs: one linked request a theme, unless the adviser says how the second differs."""

from tests.support.histories.follow_up_history import OPENED, given

from followup.domain.needs import FindNeed, NeedFound
from shared.kernel import Axis
from shared.testing.scenarios import text


def test_several_new_needs_may_be_found() -> None:
    first = NeedFound(Axis.FINANCE, text("Trésorerie tendue."))
    given(OPENED).when(FindNeed(Axis.FINANCE, "Trésorerie tendue.")).then(first)
    second = NeedFound(Axis.DIGITAL, text("Outils vieillis."))
    given(OPENED, first).when(FindNeed(Axis.DIGITAL, "Outils vieillis.")).then(second)
    assert [need.theme for need in given(OPENED, first, second).state.needs] == [Axis.FINANCE, Axis.DIGITAL]


def test_a_second_need_on_the_same_theme_says_what_sets_it_apart() -> None:
    first = NeedFound(Axis.FINANCE, text("Trésorerie tendue."))
    again = FindNeed(Axis.FINANCE, "Trésorerie tendue.")
    assert given(OPENED, first).when(again).refused("need-already-found").extra == {"theme": "finance"}
    second = NeedFound(Axis.FINANCE, text("Un emprunt à négocier."), distinction=text("Il s’agit d’investir."))
    command = FindNeed(Axis.FINANCE, "Un emprunt à négocier.", distinction="Il s’agit d’investir.")
    given(OPENED, first).when(command).then(second)
    assert given(OPENED, first, second).state.needs[1].distinction == text("Il s’agit d’investir.")
