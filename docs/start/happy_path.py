"""A whole case by the API, from the reception of a structure to the first review: `python docs/start/happy_path.py`."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

services = json.loads(Path(".dla/addresses.json").read_text())["services"]
http, calls, position = httpx.Client(timeout=30), 0, ""


def token(*options: str) -> str:
    return subprocess.check_output(["dla", "token", *options], text=True).strip()


def call(method: str, person: str, where: str, body: dict[str, Any] | None = None) -> Any:
    """One call. A read waits for what was recorded last, even by another service."""
    global calls, position
    service, path = where.split("/", 1)
    headers = {"Authorization": f"Bearer {person}"}
    if method == "GET" and position:
        headers["DLA-Wait-For"] = position
    answer = http.request(method, f"{services[service]}/api/v1/{path}", headers=headers, json=body)
    if answer.is_error:
        raise SystemExit(f"{where}: {answer.json()['detail']}")
    calls, position = calls + 1, answer.headers.get("DLA-Position", position)
    return answer.json()


def post(person: str, where: str, **body: Any) -> Any:
    return call("POST", person, where, body or None)


def day(days: int) -> str:
    return str((now + timedelta(days=days)).date())


adviser, operator = token("--role", "adviser", "--unit", "dla-44"), token("--role", "ops")
now = datetime.fromisoformat(call("GET", adviser, "intake/clock")["now"])
garden = {"name": "Le Potager", "legal_form": "association", "department": "44", "rna": "W443009876", "headcount": 6}
case = post(adviser, "intake/requests", structure=garden, contact={"name": "Ali Ba"}, need="Des prix trop bas.")["id"]
leader = token("--role", "leader", "--case", case)
request, diagnosis, parcours = f"intake/requests/{case}", f"diagnostic/diagnoses/{case}", f"parcours/parcours/{case}"
post(adviser, f"{request}/meetings", held_on=day(0), participants=[{"name": "Ali Ba"}], notes="Une équipe prête.")
for criterion in ("existing", "employer", "ess"):
    post(adviser, f"{request}/criteria", criterion=criterion, verdict="met", evidence="Statuts et contrats vus.")
post(adviser, f"{request}/admission", reason="Besoin clair.")
call("GET", adviser, diagnosis)
post(adviser, f"{diagnosis}/sessions", held_on=day(0), participants=[{"name": "Ali Ba", "quality": "leader"}])
post(adviser, f"{diagnosis}/axes", axis="business_model", rating=2, findings="Les prix ne couvrent pas les coûts.")
post(adviser, f"{diagnosis}/employment", cdi=4, cdd=2, aided=0, fte=5.0)
post(adviser, f"{diagnosis}/problem", problem="Comment vendre au juste prix ?", recommendations=["Revoir les prix"])
post(adviser, f"{diagnosis}/submission")
seen = call("GET", leader, diagnosis)["submission"]
post(leader, f"{diagnosis}/validation", version=seen["version"], content_hash=seen["content_hash"])
post(adviser, f"{diagnosis}/plan", axes=["business_model"], objectives="Des prix qui couvrent les coûts.")
call("GET", adviser, parcours)
post(adviser, f"{parcours}/ranking", ranking=["business_model"])
action = {"kind": "own_action", "axis": "business_model", "title": "Recalculer les prix", "who": "Ali Ba"}
planned = post(adviser, f"{parcours}/actions", **action, starts_on=day(1), ends_on=day(60))["created"]["action"]["id"]
post(adviser, f"{parcours}/sharing", starts_on=day(1), ends_on=day(90))
seen = call("GET", leader, parcours)["shared"]
post(leader, f"{parcours}/validation", version=seen["version"], content_hash=seen["content_hash"])
post(adviser, f"{parcours}/actions/{planned}/start")
now += timedelta(days=70)
post(operator, "intake/clock", now=now.isoformat())
post(adviser, f"{parcours}/actions/{planned}/completion", summary="Les nouveaux prix sont affichés.")
post(adviser, f"{parcours}/completion", debrief="Objectif atteint.", held_on=day(0))
follow_up = f"followup/follow-ups/{case}"
call("GET", adviser, follow_up)
post(adviser, f"{follow_up}/reviews/M0/report", held_on=day(0), appropriation=4, summary="Les prix tiennent.")
print(f"{case} : une structure accompagnée, de l’accueil au premier bilan, en {calls} appels.")  # noqa: T201
