"""Accueil: a request is received, met, assessed, and given one outcome."""

from __future__ import annotations

from random import Random
from uuid import UUID

from deploy.history import shares, texts
from deploy.history.people import leader_of
from deploy.history.stories import diagnostic
from deploy.history.stories.dossier import Dossier, KnownStructure, Office, contact_of, new_structure
from deploy.history.timeline import Story
from intake.domain import orientation
from intake.domain.reference.criteria import Verdict
from intake.domain.reference.targets import TARGETS, TargetKind
from intake.domain.register.rights import GrantRight
from intake.domain.request import assessment, difficulty, outcome, reception
from intake.domain.request.state import DerogationKind
from intake.main import deployment
from shared.kernel import DifficultyCause, DifficultyLevel, DifficultyNature, Role, paris_date

CRISIS_TARGETS = [each.code for each in TARGETS if each.kind is TargetKind.CRISIS]
OTHER_TARGETS = [each.code for each in TARGETS if each.kind is not TargetKind.CRISIS]
CHASED, ACKNOWLEDGED, CONCLUDED = 0.3, 0.85, 0.7
"""Shares of the orientations that are sent. (D)."""
JUDGED = 0.4
"""Share of the criteria that are not hard. (D)."""
SERVICE = "intake"


def request(office: Office, nth: int) -> Story:
    """The dossier of one arrival; `nth`: which one of the unit, from 0."""
    rng = office.unit.rng(f"dossier {nth}")
    known = _who_comes(office, rng)
    dossier = _open(office, rng, known)
    office.dossiers[dossier.case] = dossier
    known.cases.append(dossier.case)
    known.id = office.timeline.state(SERVICE, deployment.requests, dossier.case).structure_id
    yield from assess(dossier)


def assess(dossier: Dossier) -> Story:
    """From the reception, or the opening of a linked request, to the outcome."""
    yield dossier.later(3, 25)
    participants = (assessment.MeetingParticipant(dossier.known.leader),)
    today = dossier.timeline.today
    _do(dossier, assessment.RecordMeeting(today, participants, notes=dossier.text("notes")))
    level = _triage(dossier)
    chosen = shares.draw(dossier.rng, shares.OUTCOMES)
    if level.is_a_crisis:
        _start_orientation(dossier, dossier.rng.choice(CRISIS_TARGETS))
    if chosen == "withdrawn":
        yield dossier.later(2, 30)
        _do(dossier, outcome.WithdrawRequest(texts.one(dossier.rng, "reasons")))
        dossier.known.busy = False
        return
    _assess_criteria(dossier)
    yield dossier.later(2, 40)
    if chosen == "admitted":
        _do(dossier, outcome.AdmitRequest(texts.one(dossier.rng, "reasons")))
        _give_leader_access(dossier)
        yield from diagnostic.diagnosis(dossier)
        return
    if chosen == "oriented" or level.is_a_crisis:
        named = _start_orientation(dossier, dossier.rng.choice(OTHER_TARGETS))
        _do(dossier, outcome.OrientRequest(texts.one(dossier.rng, "reasons"), (named,)))
    else:
        reason, other = texts.one(dossier.rng, "reasons"), texts.one(dossier.rng, "reasons")
        _do(dossier, outcome.RejectRequest(reason, other))
    dossier.known.busy = False


def linked_request(office: Office, case: UUID, former: Dossier) -> Story:
    """A need that a follow-up found has opened a request by itself: its adviser takes it up, as any other."""
    rng = office.unit.rng(f"linked {case}")
    leader = leader_of(office.secrets, case)
    dossier = Dossier(office, case, rng=rng, known=former.known, first_adviser=former.adviser, leader=leader)
    former.known.cases.append(case)
    office.dossiers[case] = dossier
    yield dossier.later(5, 40)
    if former.known.busy:  # another request of the structure is open: this one would be refused an admission
        _do(dossier, outcome.WithdrawRequest("La demande en cours de la structure en tient compte."))
        return
    former.known.busy = True
    yield from assess(dossier)


def _do(dossier: Dossier, command: object) -> None:
    dossier.do(SERVICE, deployment.requests, command)


def _who_comes(office: Office, rng: Random) -> KnownStructure:
    free = [each for each in office.structures if not each.busy]
    if free and rng.random() < shares.RETURNING:
        known = rng.choice(free)
    else:
        known = new_structure(office, rng)
        office.structures.append(known)
    known.busy = True
    return known


def _open(office: Office, rng: Random, known: KnownStructure) -> Dossier:
    timeline = office.timeline
    case, adviser = timeline.new_id(), office.staff.adviser_at(rng, timeline.now)
    body = reception.ReceiveRequest(known.structure, contact_of(known, rng), need=texts.sentences(rng, "needs"))
    earlier = tuple(sorted(known.cases))
    command = reception.ReceiveRequestWithFindings(body, earlier, structure_id=known.id)
    timeline.handle(SERVICE, deployment.requests, case, command, adviser)
    leader = leader_of(office.secrets, case)
    return Dossier(office, case, rng=rng, known=known, first_adviser=adviser, leader=leader)


def _triage(dossier: Dossier) -> DifficultyLevel:
    harder = dossier.timeline.today.year >= shares.HARDER_SINCE
    level = shares.draw(dossier.rng, shares.DIFFICULTIES_SINCE_2022 if harder else shares.DIFFICULTIES)
    if level is DifficultyLevel.NONE and dossier.happens(0.4):
        return level  # nothing to say, and nothing is recorded
    nature = dossier.rng.choice([*DifficultyNature]) if level.gravity else None
    causes = tuple(dossier.rng.sample([*DifficultyCause], dossier.rng.randint(1, 3))) if level.gravity else ()
    days_left = dossier.rng.randint(10, 90) if level.is_a_crisis else None
    _do(dossier, difficulty.TriageDifficulty(level, nature, causes=causes, days_left=days_left))
    return level


def _assess_criteria(dossier: Dossier) -> None:
    """The hard criteria in force, and those that something is to be said of; without employees the second one is not
    met, and a manager grants a derogation."""
    for criterion in deployment.reference.in_force(paris_date(dossier.timeline.now)).list:
        if not criterion.hard and not dossier.happens(JUDGED):
            continue
        unmet = criterion.code == "employer" and not dossier.known.structure.headcount
        verdict = Verdict.NOT_MET if unmet else Verdict.MET
        if not criterion.hard:
            verdict = shares.draw(dossier.rng, {Verdict.MET: 90, Verdict.UNKNOWN: 7, Verdict.NOT_MET: 3})
        evidence = texts.one(dossier.rng, "evidence")
        _do(dossier, assessment.AssessCriterion(criterion.code, verdict, evidence=evidence))
        if unmet:
            reason, kind = "Une première embauche est en cours.", DerogationKind.FIRST_TIME_EMPLOYER
            grant = assessment.GrantDerogation(criterion.code, reason, kind=kind)
            dossier.do(SERVICE, deployment.requests, grant, dossier.manager)


def _give_leader_access(dossier: Dossier) -> None:
    identity = UUID(dossier.leader.id)
    reason, name = "Dirige la structure accompagnée.", dossier.known.leader
    grant = GrantRight(identity, Role.LEADER, reason=reason, case=dossier.case, name=name)
    dossier.timeline.handle(SERVICE, deployment.register, identity, grant, dossier.adviser)


def _start_orientation(dossier: Dossier, target: str) -> UUID:
    stream = dossier.timeline.new_id()
    proposal = orientation.ProposeOrientation(target, texts.one(dossier.rng, "reasons"))
    dossier.handle_elsewhere(SERVICE, deployment.orientations, stream, proposal)
    dossier.timeline.start(dossier.later(1, 6), lambda: _orientation(dossier, stream))
    return stream


def _orientation(dossier: Dossier, stream: UUID) -> Story:
    def do(command: object) -> None:
        dossier.handle_elsewhere(SERVICE, deployment.orientations, stream, command)

    if dossier.happens(0.06):
        do(orientation.DeclineOrientation("La structure préfère attendre."))
        return
    do(orientation.RecordConsent())
    yield dossier.later(0, 3)
    do(orientation.SendOrientation())
    yield dossier.later(4, 20)
    if dossier.happens(CHASED):
        do(orientation.ChaseOrientation(orientation.ChaseChannel.PHONE, "Rappel convenu pour la semaine prochaine."))
        yield dossier.later(3, 15)
    if not dossier.happens(ACKNOWLEDGED):
        return
    do(orientation.AcknowledgeOrientation())
    yield dossier.later(20, 120)
    if dossier.happens(CONCLUDED):
        do(orientation.ConcludeOrientation(texts.one(dossier.rng, "outcomes")))
