"""Delivery over SMTP, to a real server: encrypted and with a login, refused for now, and refused for good."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.servers.certificate_authority import ELSEWHERE, HERE, Authority
from tests.support.servers.mail_server import USER, MailServer, mail_server, password_file

from embedded.processes import ports
from intake.domain.mail import BY_PREFERENCE, MailKind
from intake.mail.smtp import SmtpReply, SmtpServer, SmtpTls
from intake.mail.texts import TEXTS, Sender, begin_message, write_link_mail
from shared.kernel.clock import Clock

MAIL = UUID(int=5)
SENDER = Sender("DLA <dla@dla.example>", "https://dla.example/", link_days=7)


def message(kind: MailKind = MailKind.ORIENTATION) -> EmailMessage:
    begun = begin_message(SENDER, MAIL, to="accueil@banque.example", now=Clock().now())
    write_link_mail(begun, SENDER, kind, token="t" * 64, until="1er juin 2026")
    return begun


@pytest.fixture(scope="module")
def plain() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def certificate(authority: Authority, *, elsewhere: bool = False) -> ssl.SSLContext:
    files = authority.server(ELSEWHERE if elsewhere else HERE)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context


def test_a_mail_goes_over_tls_with_a_login_and_not_otherwise(authority: Authority, tmp_path: Path) -> None:
    with mail_server(certificate(authority), with_login=True) as server:
        good = SmtpServer(
            "127.0.0.1",
            server.port,
            tls=SmtpTls.STARTTLS,
            user=USER,
            password_file=password_file(tmp_path),
            authorities=authority.file,
        )
        assert good.deliver(message()) == SmtpReply(250)
        (received,) = server.received
        assert received["Message-ID"] == f"<{MAIL}@dla.example>"
        assert received["Auto-Submitted"] == "auto-generated"
        strangers = replace(good, authorities=None).deliver(message())
        assert (strangers.code, strangers.is_final, strangers.fault) == (None, False, "SSLCertVerificationError")
        unencrypted = replace(good, tls=SmtpTls.NONE, user=None).deliver(message())
        assert (unencrypted.code, unencrypted.is_final) == (530, False)
        wrong = replace(good, password_file=password_file(tmp_path, "another one")).deliver(message())
        assert (wrong.code, wrong.is_final, wrong.fault) == (535, False, "SMTPAuthenticationError 535")
        assert len(server.received) == 1


def test_a_server_that_offers_no_tls_or_has_another_name_gets_nothing(authority: Authority, plain: MailServer) -> None:
    offered_none = replace(plain.plain(), tls=SmtpTls.STARTTLS).deliver(message())
    assert (offered_none.code, offered_none.fault) == (None, "SMTPNotSupportedError")
    with mail_server(certificate(authority, elsewhere=True)) as server:
        other = SmtpServer("127.0.0.1", server.port, tls=SmtpTls.STARTTLS, authorities=authority.file)
        assert other.deliver(message()).fault == "SSLCertVerificationError"
        assert server.received == []


@pytest.mark.parametrize(
    ("recipient", "data", "expected"),
    [
        ("450 Busy", None, SmtpReply(450)),
        ("550 No such user", None, SmtpReply(550, is_final=True)),
        (None, "452 Full", SmtpReply(452)),
        (None, "554 Spam", SmtpReply(554, is_final=True)),
    ],
)
def test_a_refusal_of_the_mail_is_for_now_or_for_good(
    plain: MailServer, recipient: str | None, data: str | None, expected: SmtpReply
) -> None:
    plain.to_recipients.extend([recipient] if recipient else [])
    plain.replies.extend([data] if data else [])
    assert plain.plain().deliver(message()) == expected


def test_a_server_that_is_away_is_tried_again() -> None:
    nobody = ports.choose_ports({"smtp": None})["smtp"]
    reply = SmtpServer("127.0.0.1", nobody, tls=SmtpTls.NONE).deliver(message())
    assert reply == SmtpReply(None, fault="ConnectionRefusedError")


@pytest.mark.parametrize("kind", sorted(set(MailKind) - BY_PREFERENCE))
def test_each_mail_is_neutral_and_tells_how_to_come_in(kind: MailKind) -> None:
    written = message(kind)
    body = written.get_content()
    assert ("https://dla.example/lien/" + "t" * 64 in body) is TEXTS[kind].has_link
    assert "{" not in body
    assert written["Subject"].startswith("DLA\u00a0: ")
    assert all(len(line) < 200 or "/lien/" in line or " " in line for line in body.splitlines())
