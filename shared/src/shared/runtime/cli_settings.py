"""What must a deployment have told before a command can run? All that is missing is told at once, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import typer

from shared.erasure.erasure import decider as key_erasure
from shared.runtime.service import Service
from shared.settings import ErasureSettings, Misconfigured, Settings, collect_faults, load_settings


def settings_for(service: Service, *also: Callable[[], Any]) -> Settings:
    """What the deployment tells all services, once what it tells this one alone, and what `also` asks, is there too.

    Ends with 2, and all that is missing."""
    erases = ErasureSettings if key_erasure in service.deciders else None
    asked = [partial(load_settings, settings) for settings in (service.own_settings, Settings, erases) if settings]
    with _told_plainly():
        collect_faults(*asked, *also)
        return load_settings(Settings)


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except Misconfigured as missing:
        for fault in missing.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from None
