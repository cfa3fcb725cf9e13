"""Parcours over HTTP: it opens by itself, then is built, validated, carried out and ended here."""

from __future__ import annotations

from parcours import views
from parcours.domain import building, consulting, coordination, duration, ending, parcours, validation
from shared.decider import Role
from shared.web.endpoints import EVERYONE_AT_WORK, WHO_READS_A_CASE, Endpoints, case_router

router = case_router("/parcours", "parcours")
accompaniments = Endpoints(router, parcours.decider)

accompaniments.does("/ranking", building.RankAxes, *EVERYONE_AT_WORK)
accompaniments.does("/deferrals", building.DeferAxis, *EVERYONE_AT_WORK)
accompaniments.does("/actions", building.AddAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/removal", building.RemoveAction, *EVERYONE_AT_WORK)

accompaniments.does("/duration-derogation", duration.GrantDurationDerogation, Role.MANAGER)
accompaniments.does("/sharing", validation.ShareParcours, *EVERYONE_AT_WORK)
accompaniments.does("/validation", validation.ValidateParcours, Role.LEADER)
accompaniments.does("/contestation", validation.ContestParcours, Role.LEADER)
accompaniments.does("/adjustment", validation.AdjustParcours, *EVERYONE_AT_WORK)

accompaniments.does("/introductions", coordination.Introduce, *EVERYONE_AT_WORK)
accompaniments.does("/actions/start", coordination.StartAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/completion", coordination.FinishAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/abandonment", coordination.AbandonAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/carry-over", coordination.CarryOver, *EVERYONE_AT_WORK)

accompaniments.does("/agreements", consulting.RecordAgreement, *EVERYONE_AT_WORK)
accompaniments.does("/funds", consulting.CommitFunds, *EVERYONE_AT_WORK)
accompaniments.does("/days", consulting.RecordDays, *EVERYONE_AT_WORK)
accompaniments.does("/amendments", consulting.SignAmendment, *EVERYONE_AT_WORK)
accompaniments.does("/final-reports", consulting.AcceptFinalReport, *EVERYONE_AT_WORK)
accompaniments.does("/payments", consulting.AuthorisePayment, *EVERYONE_AT_WORK)

accompaniments.does("/completion", ending.CompleteParcours, *EVERYONE_AT_WORK)
accompaniments.does("/abandonment", ending.AbandonParcours, *EVERYONE_AT_WORK, Role.LEADER)

accompaniments.reads(*WHO_READS_A_CASE)
accompaniments.lists(views.parcours_list, *EVERYONE_AT_WORK)
