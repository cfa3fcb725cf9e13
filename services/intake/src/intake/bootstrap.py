"""One deployment of intake: its settings, its reference data, and the deciders that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from intake.domain import orientation
from intake.domain.orientation import Orientation
from intake.domain.reference.reference import ReferenceData
from intake.domain.reference.territory import Competence
from intake.domain.register import register
from intake.domain.register.state import Register
from intake.domain.request import difficulty, emergency, request
from intake.domain.request.state import Request
from intake.mail.mailed_links import MailedLinks
from intake.mail.mailer import Post
from intake.mail.smtp import SmtpServer
from intake.mail.texts import Sender
from intake.reference.directory import Directory
from intake.reference.files import read_competence
from intake.reference.loading import load_reference
from intake.settings import IntakeSettings
from shared.kernel import CompanionCommand, Context, Deadline, Decider
from shared.settings import load_settings


class Deployment:
    """Built once, and given to what needs it as an argument.

    Settings and reference files are read at their first use: a service that only describes itself reads none."""

    def __init__(self, read_settings: Callable[[], IntakeSettings] | None = None) -> None:
        self._read_settings = read_settings or partial(load_settings, IntakeSettings)
        self.requests = _request_decider(self)
        self.orientations = _orientation_decider(self)
        self.register = _register_decider(self)

    @cached_property
    def settings(self) -> IntakeSettings:
        return self._read_settings()

    @cached_property
    def reference(self) -> ReferenceData:
        settings = self.settings
        return load_reference(
            criteria=settings.criteria,
            targets=settings.targets,
            communes=settings.communes,
            activities=settings.activities,
        )

    def read_reference(self) -> None:
        """Before the service answers: at the first requests each would read the files for itself."""
        _ = self.reference, self.competence

    @cached_property
    def competence(self) -> Competence:
        return read_competence(self.settings.competence) if self.settings.competence else Competence()

    @cached_property
    def directory(self) -> Directory | None:
        """One for the whole process, because it caches its answers."""
        return Directory(str(self.settings.prefill_url)) if self.settings.prefill_url else None

    @property
    def sends_mail(self) -> bool:
        return self.settings.smtp_host is not None

    @cached_property
    def mailed_links(self) -> MailedLinks:
        """Where mail is on."""
        assert self.settings.identity_key is not None
        return MailedLinks(self.settings.identity_key.get_secret_value())

    @cached_property
    def post(self) -> Post | None:
        """The SMTP server and the sender; null where mail is off."""
        settings = self.settings
        if settings.smtp_host is None:
            return None
        assert settings.mail_from and settings.console_url
        server = SmtpServer(
            settings.smtp_host,
            settings.smtp_port,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password_file=settings.smtp_password_file,
            authorities=settings.ca_file,
        )
        return Post(server, Sender(settings.mail_from, str(settings.console_url), link_days=settings.mail_link_days))


def _request_decider(deployment: Deployment) -> Decider[Request]:
    def decide(state: Request, command: Any, context: Context) -> Sequence[Any]:
        return request.decide(state, command, context, deployment.reference)

    def companions(state: Request, event: Any, context: Context) -> Iterable[CompanionCommand]:
        yield from request.companions(state, event, context)
        if deployment.sends_mail:
            yield from difficulty.alerts(state, event, context)
            yield from emergency.alert(event, context)

    return replace(
        request.decider, decide=decide, companions=companions, opened_in_case=orientation.OrientationProposed
    )


def _orientation_decider(deployment: Deployment) -> Decider[Orientation]:
    def decide(state: Orientation, command: Any, context: Context) -> Sequence[Any]:
        return orientation.decide(state, command, context, deployment.reference)

    def companions(state: Orientation, event: Any, context: Context) -> Iterable[CompanionCommand]:
        if not deployment.sends_mail:
            return orientation.companions(state, event, context)
        return orientation.companions(
            state, event, context, deployment.mailed_links.first_identity, deployment.settings.recipient_days
        )

    def deadlines(state: Orientation, event: Any) -> Iterable[Deadline]:
        return orientation.deadlines(state, event, deployment.settings.reminder_days)

    return replace(orientation.decider, decide=decide, companions=companions, deadlines=deadlines)


def _register_decider(deployment: Deployment) -> Decider[Register]:
    def decide(state: Register, command: Any, context: Context) -> Sequence[Any]:
        return register.decide(state, command, context, deployment.competence)

    return replace(register.decider, decide=decide)
