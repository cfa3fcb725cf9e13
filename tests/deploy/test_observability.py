"""Alert rules and dashboards: what promtool says of them, and that they name metrics and faults that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

import audit.status
import shared.health
import shared.telemetry

FOLDER = Path("deploy/observability").absolute()
PROCESS_METRICS = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}
NAME = re.compile(r"\b(?:dla|http_server|process)_[a-z0-9_]+|\bup\b")
GUIDE = Path("docs/guides/operator.md")
ALERT_PAGES = sorted(Path("docs/guides/alerts").absolute().glob("*.md"))
PARTS_OF_A_SECTION = ["What it means.", "How to look.", "What mends it.", "It is over when"]

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not here"
)


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found = json.loads((FOLDER / "grafana" / "dla.json").read_text())["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def known_metrics() -> set[str]:
    """All that a process of some service shows."""
    gauges = {gauge.name for gauge in (*shared.health.GAUGES, *audit.status.GAUGES)} | {"dla_status_up"}
    instruments = {
        name
        for instrument in vars(shared.telemetry).values()
        if isinstance(instrument, MetricWrapperBase)
        for metric in instrument.describe()
        for name in names_of(metric.name, metric.type)
    }
    return gauges | instruments | PROCESS_METRICS


def names_of(name: str, kind: str) -> set[str]:
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(kind, ("",))
    return {name + ending for ending in endings}


def promtool(*arguments: str | Path) -> str:
    run = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, cwd=FOLDER)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@needs_promtool
def test_promtool_takes_the_configuration_and_its_rules() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "config", "prometheus.yml")


@needs_promtool
def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    promtool("test", "rules", "alerts.test.yml")


def test_each_alert_has_both_tests() -> None:
    tests = [test["name"] for test in yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]]
    expected = [f"{rule['alert']} {what}" for rule in rules() for what in ("fires", "does not fire")]
    assert sorted(tests) == sorted(expected)


@needs_promtool
def test_a_rule_that_is_changed_fails_its_test(tmp_path: Path) -> None:
    text = (FOLDER / "alerts.yml").read_text()
    (tmp_path / "alerts.yml").write_text(text.replace("(dla_lag_seconds) > 60", "(dla_lag_seconds) > 600"))
    shutil.copy(FOLDER / "alerts.test.yml", tmp_path)
    with pytest.raises(AssertionError, match="DlaLag"):
        promtool("test", "rules", tmp_path / "alerts.test.yml")


def test_each_alert_has_a_line_of_runbook_and_its_place_in_the_guide() -> None:
    guide = GUIDE.read_text()
    for rule in rules():
        runbook = rule["annotations"]["runbook"]
        assert runbook and "\n" not in runbook
        page = rule["annotations"]["runbook_page"].removeprefix("guides/").replace(".html#", ".md#")
        assert f"[`{rule['alert']}`]({page}) | {runbook} |" in guide, rule["alert"]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_the_page_of_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """What it means, how to look with a command, what mends it, and how one sees that it is over."""
    page, _, anchor = rule["annotations"]["runbook_page"].partition(".html#")
    assert anchor == rule["alert"].lower(), "as the documentation site names the section"
    text = (Path("docs") / f"{page}.md").read_text()
    section = text.partition(f"\n## {rule['alert']}\n")[2].partition("\n## ")[0]
    parts = re.split(r"^\*\*(.+?)\*\*", section, flags=re.MULTILINE)[1:]
    assert parts[::2] == PARTS_OF_A_SECTION
    assert all(len(part.split()) > 2 for part in parts[1::2])
    assert "```" in parts[3], "a command to look"


def test_no_section_is_of_an_alert_that_is_gone() -> None:
    sections = [name for page in ALERT_PAGES for name in re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)]
    assert sorted(sections) == sorted(rule["alert"] for rule in rules())


def test_each_fault_of_readyz_has_its_place_in_the_guide() -> None:
    guide = GUIDE.read_text()
    assert [name for name in (*shared.health.ADVICE, *audit.status.ADVICE) if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_alerts_name_metrics_that_exist(rule: dict[str, Any]) -> None:
    assert set(NAME.findall(rule["expr"])) <= known_metrics()


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_panels_name_metrics_that_exist(panel: dict[str, Any]) -> None:
    expressions = [target["expr"] for target in panel["targets"]]
    named = set(NAME.findall(" ".join(expressions)))
    assert named
    assert named <= known_metrics()


@needs_promtool
def test_panels_ask_what_prometheus_understands(tmp_path: Path) -> None:
    expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
    filled = [each.replace("$__rate_interval", "1m").replace("$service", ".*") for each in expressions]
    records = [{"record": f"panel:{n}", "expr": expression} for n, expression in enumerate(filled)]
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": records}]}))
    promtool("check", "rules", tmp_path / "panels.yml")


def test_every_gauge_of_a_service_has_a_panel_or_an_alert() -> None:
    """What nobody looks at need not be measured."""
    shown = " ".join(target["expr"] for panel in panels() for target in panel["targets"])
    shown += " ".join(rule["expr"] for rule in rules())
    gauges = {gauge.name for gauge in (*shared.health.GAUGES, *audit.status.GAUGES)}
    assert gauges - set(NAME.findall(shown)) <= ONLY_IN_STATUS


ONLY_IN_STATUS = {
    "dla_announcement_age_seconds",
    "dla_deadlines_late",
    "dla_parked_age_seconds",
    "dla_parked_events",
    "dla_part_report_age_seconds",
    "dla_projection_lag_events",
    "dla_relay_report_age_seconds",
}
"""Shown by `status` beside what alerts and panels show."""


def test_the_instruments_of_a_process_are_registered() -> None:
    registered = {metric.name for metric in REGISTRY.collect()}
    assert {"dla_commands", "dla_append_duration_seconds", "http_server_request_duration_seconds"} <= registered
