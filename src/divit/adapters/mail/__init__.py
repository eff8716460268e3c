"""A mail server over SMTP."""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from divit.kernel.errors import Invalid, NeighbourFailed

_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+\.[^\s@<>,;:\"\\()\[\]]+")
_CONNECT_SECONDS, _TOTAL_SECONDS = 3.0, 10.0


@dataclass(frozen=True, kw_only=True)
class SmtpMail:
    """Implements `notifications.ports.MailGateway`; with `user` it insists on STARTTLS before the password."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    connect_seconds: float = _CONNECT_SECONDS
    total_seconds: float = _TOTAL_SECONDS

    def send(self, *, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand one mail over; `Invalid("email_invalid")` for an address that could smuggle a header."""
        mail = self._letter(to=to, subject=subject, text=text, message_id=message_id)
        ends = time.monotonic() + self.total_seconds
        with self._connection(ends) as server:
            outcome_known = True
            try:
                server.mail(parseaddr(self.sender)[1])
                _bound(server, ends)
                code, _answer = server.rcpt(to)
                if code not in {250, 251}:
                    raise smtplib.SMTPResponseException(code, b"")
                # From the first byte of the letter on, a lost answer may be a delivered letter.
                outcome_known = False
                _bound(server, ends)
                # Lines end in CRLF on this wire; with bare LF the whole letter is one line, and soon one too long.
                code, _answer = server.data(mail.as_bytes(policy=policy.SMTP))
                if code != 250:
                    raise smtplib.SMTPResponseException(code, b"")
            except (smtplib.SMTPException, OSError) as problem:
                raise _failed(problem, outcome_known=outcome_known) from problem

    def _letter(self, *, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
        if len(to) > 254 or not to.isascii() or not _ADDRESS.fullmatch(to):
            raise Invalid("email_invalid", "email")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", message_id):
            raise ValueError("a message id is made of letters, digits, dots and dashes")
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = to
        # A subject is one line, whatever a name in it holds; EmailMessage would refuse a line break anyway.
        mail["Subject"] = " ".join(subject.split())
        mail["Message-ID"] = f"<{message_id}@{domain}>"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text, cte="base64")
        return mail

    @contextmanager
    def _connection(self, ends: float) -> Iterator[smtplib.SMTP]:
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=self.connect_seconds)
        except (smtplib.SMTPException, OSError) as problem:
            raise _failed(problem, outcome_known=True) from problem
        try:
            self._greet(server, ends)
            yield server
        finally:
            server.close()

    def _greet(self, server: smtplib.SMTP, ends: float) -> None:
        try:
            _bound(server, ends)
            server.ehlo()
            if self.user:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as problem:
            raise _failed(problem, outcome_known=True) from problem


def _failed(problem: smtplib.SMTPException | OSError, *, outcome_known: bool) -> NeighbourFailed:
    if isinstance(problem, smtplib.SMTPResponseException):
        return NeighbourFailed("mail", "refused" if problem.smtp_code >= 500 else "down", outcome_known=True)
    # smtplib says "disconnected" when it stopped waiting; what really happened is the context.
    if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
        return NeighbourFailed("mail", "slow", outcome_known=outcome_known)
    return NeighbourFailed("mail", "down", outcome_known=outcome_known)


def _bound(server: smtplib.SMTP, ends: float) -> None:
    """The next step may take what is left of the time."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if isinstance(server.sock, socket.socket):
        server.sock.settimeout(left)
