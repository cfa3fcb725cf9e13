"""The command `dla`, which compares each answer that a story reads with what OpenAPI says of it."""

from __future__ import annotations

from unittest.mock import patch

import httpx
from tests.support.checks.answer_shapes import check_answer
from tests.support.generated.golden_samples import SERVICES, service

from embedded.cli import app
from embedded.demo.player import Player
from embedded.stack import Stack


class CheckedPlayer(Player):
    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        titles = {httpx.URL(stack.addresses[name]).port: service(name).title for name in SERVICES}

        def check(answer: httpx.Response) -> None:
            answer.read()
            check_answer(titles[answer.request.url.port], answer)

        self._http.event_hooks["response"] = [check]


if __name__ == "__main__":
    with patch("embedded.demo.Player", CheckedPlayer):
        app()
