"""New needs: one linked request a theme, unless the adviser says how the second differs."""

from tests.support.follow_up_history import OPENED, given

from followup.domain.needs import FindNeed, NeedFound
from followup.domain.themes import Theme
from shared.testing.scenarios import text


def test_several_new_needs_may_be_found() -> None:
    first = NeedFound(Theme.FINANCE, text("Trésorerie tendue."))
    given(OPENED).when(FindNeed(Theme.FINANCE, "Trésorerie tendue.")).then(first)
    second = NeedFound(Theme.DIGITAL, text("Outils vieillis."))
    given(OPENED, first).when(FindNeed(Theme.DIGITAL, "Outils vieillis.")).then(second)
    assert [need.theme for need in given(OPENED, first, second).state.needs] == [Theme.FINANCE, Theme.DIGITAL]


def test_a_second_need_on_the_same_theme_says_what_sets_it_apart() -> None:
    first = NeedFound(Theme.FINANCE, text("Trésorerie tendue."))
    again = FindNeed(Theme.FINANCE, "Trésorerie tendue.")
    assert given(OPENED, first).when(again).refused("need-already-found").extra == {"theme": "finance"}
    apart = NeedFound(Theme.FINANCE, text("Un emprunt à négocier."), distinction=text("Il s’agit d’investir."))
    asked = FindNeed(Theme.FINANCE, "Un emprunt à négocier.", distinction="Il s’agit d’investir.")
    given(OPENED, first).when(asked).then(apart)
    assert given(OPENED, first, apart).state.needs[1].distinction == text("Il s’agit d’investir.")
