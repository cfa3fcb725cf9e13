"""The description of a service, as JSON and as a page: written once, whoever asks for it how often."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from tests.support.servers.in_process_client import InProcessClient

from intake.main import service
from shared.web.http import docs_page


def test_they_are_written_once() -> None:
    web, written = FastAPI(openapi_url=None), list[str]()

    def describe() -> dict[str, Any]:
        written.append("once more")
        return {"info": {"title": "Écoute"}, "paths": {}}

    web.openapi = describe  # type: ignore[method-assign]
    docs_page.install(web)
    with InProcessClient(web) as client:
        answers = [client.get(path) for path in ("/openapi.json", "/docs") * 3]
    assert [each.status_code for each in answers] == [200] * 6
    assert len({each.content for each in answers}) == 2
    assert len(written) == 2


def test_the_description_is_what_fastapi_would_answer() -> None:
    web = service.web(None)
    plain = FastAPI()
    plain.openapi = web.openapi  # type: ignore[method-assign]
    ours, theirs = (InProcessClient(each).get("/openapi.json") for each in (web, plain))
    assert ours.content == theirs.content
    assert ours.headers["content-type"] == theirs.headers["content-type"]
