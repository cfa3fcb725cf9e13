"""`python -m shared.health ADDRESS…`: the status of running services, each by the address of its metrics server."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from shared.health.terminal import show

TIMEOUT_SECONDS = 5


def status(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE=ADDRESS…", help="intake=http://127.0.0.1:9464")],
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every two seconds, until Ctrl-C")] = False,
) -> None:
    """Show how services are: exit code 1 when something hurts."""
    addresses = dict(each.partition("=")[::2] for each in services)
    with httpx.Client(trust_env=False, timeout=TIMEOUT_SECONDS) as http:

        def find() -> list[dict[str, Any]]:
            return [_ask(http, name, address) for name, address in addresses.items()]

        if not show(find, Console(), watch=watch, detailed=False):
            raise typer.Exit(1)


def _ask(http: httpx.Client, service: str, address: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = http.get(f"{address}/status").json()
    except (httpx.HTTPError, ValueError) as error:
        return {"service": service, "error": f"does not answer ({type(error).__name__})"}
    return {"service": service} | answer


if __name__ == "__main__":
    typer.run(status)
