"""The operations of a service's OpenAPI document, with a plausible request for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from tests.support.generated.golden_samples import openapi_of
from tests.support.servers.served_service import Served

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Un besoin.",
}


def operations(name: str) -> Iterator[Any]:
    schema: Any = schemathesis.openapi.from_dict(openapi_of(name))
    schema.config.base_url = "http://testserver"
    yield from (found.ok() for found in schema.get_all_operations())


def ask(running: Served, token: str, example: Any, headers: dict[str, str] | None = None) -> Any:
    sent = example.as_transport_kwargs(headers={"Authorization": f"Bearer {token}", **(headers or {})})
    return running.http.request(
        **{name: sent[name] for name in sent.keys() & {"method", "url", "params", "headers", "json", "data"}}
    )


def one_of(operation: Any) -> Any:
    """What somebody may well ask of an operation."""
    found = []

    @settings(
        max_examples=1,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def each(example: Any) -> None:
        found.append(example)

    each()
    return found[0]
