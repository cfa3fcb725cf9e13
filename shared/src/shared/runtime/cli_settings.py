"""Settings of a command: loaded and checked at once, with one line for each fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import typer

from shared.erasure.erasure import decider as key_erasure
from shared.names import name_decider
from shared.runtime.service import Service
from shared.settings import (
    ErasureSettings,
    Misconfigured,
    OwnerSettings,
    Settings,
    TransitSettings,
    collect_faults,
    load_settings,
)
from shared.statistics import StatisticsSettings

Owner = TypeVar("Owner", bound=OwnerSettings)


def settings_for(service: Service, *also: Callable[[], Any]) -> Settings:
    """The common settings, once the service's own settings and those that `also` loads are checked too.

    Exits with 2 and one line for each fault."""
    erasure_settings = ErasureSettings if key_erasure in service.deciders else None
    transit_settings = TransitSettings if name_decider in service.deciders else None
    needed = (service.own_settings, Settings, erasure_settings, transit_settings, StatisticsSettings)
    loaders = [partial(load_settings, settings) for settings in needed if settings]
    with _exit_on_faults():
        collect_faults(*loaders, *also)
        return load_settings(Settings)


def settings_of_owner(service: Service, kind: type[Owner]) -> tuple[Settings, Owner]:
    """The common settings, and those of a command that owns the tables. Exits like `settings_for`."""
    settings = settings_for(service, partial(load_settings, kind))
    owner = load_settings(kind)
    with _exit_on_faults():
        owner.serving_role(settings)
    return settings, owner


@contextmanager
def _exit_on_faults() -> Iterator[None]:
    try:
        yield
    except Misconfigured as misconfigured:
        for fault in misconfigured.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from None
