"""The setting that makes audit a hub."""

from __future__ import annotations

import pytest

from audit.hub.settings import HubSettings, read_regions
from shared.settings import Misconfigured, load_settings


@pytest.fixture(autouse=True)
def development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLA_MODE", "development")


@pytest.mark.parametrize("written", ["nord,pays-de-la-loire", "nord pays-de-la-loire", " nord,  pays-de-la-loire "])
def test_regions_are_read(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("DLA_AUDIT_REGIONS", written)
    assert load_settings(HubSettings).regions == read_regions() == ("nord", "pays-de-la-loire")


def test_without_it_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLA_AUDIT_REGIONS", raising=False)
    assert load_settings(HubSettings).regions == read_regions() == ()


@pytest.mark.parametrize("written", ["Nord", "nord-", "nord,nord", "n" * 41])
def test_wrong_regions_are_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("DLA_AUDIT_REGIONS", written)
    with pytest.raises(Misconfigured, match="DLA_AUDIT_REGIONS"):
        load_settings(HubSettings)
    assert read_regions() == ()
