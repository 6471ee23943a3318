"""Letters that leave by the mail server: one to one person, each with a number of its own by which it is known again
when it comes back, and what to say when the server does not take it."""

from __future__ import annotations

import re
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.crypto import constant_time_compare, salted_hmac

from caunoi.refusals import explain_os_error
from caunoi.sentences import gettext as _

SALT = "caunoi.accounts.mail"
_NUMBER = re.compile(r"<?([a-z]+)\.(\d+)\.([0-9a-f]{32})@[^>\s]+>?")


def may_send() -> bool:
    return bool(settings.CAUNOI_EMAIL_URL)


def send_letter(*, to: str, subject: str, text: str, about: str, number: int) -> str:
    """Outside of any transaction. Empty if the mail server took it, else why it did not, as a sentence for people.
    `about`, `number`: what tells of it if it comes back, see `make_message_id`."""
    headers = {"Message-ID": make_message_id(about, number, to)}
    try:
        EmailMessage(subject=subject, body=text, to=[to], headers=headers).send()
    except (smtplib.SMTPException, OSError) as error:
        return explain_failure(error)
    return ""


def try_server() -> str:
    """Whether the mail server answers and lets us in: empty, or why not. Nothing is sent."""
    server = get_connection()
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        return explain_failure(error)
    server.close()
    return ""


def explain_failure(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()), (0, b""))
        return _("Máy chủ thư từ chối địa chỉ này (%(code)d %(said)s).") % {"code": code, "said": _readable(said)}
    if isinstance(error, smtplib.SMTPResponseException):
        told = {"code": error.smtp_code, "said": _readable(error.smtp_error)}
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return _("Máy chủ thư không nhận tên và mật khẩu trong CAUNOI_EMAIL_URL (%(code)d %(said)s).") % told
        return _("Máy chủ thư từ chối thư (%(code)d %(said)s).") % told
    return _("Không nối được tới máy chủ thư: %(error)s.") % {"error": _explain(error)}


def _explain(error: OSError) -> str:
    """smtplib's own failures are OSErrors too, without a number."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("máy chủ ngắt kết nối giữa chừng")
    return explain_os_error(error)


def _readable(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]


# -- letters that come back -------------------------------------------------------------------------------------------


def make_message_id(about: str, number: int, to: str) -> str:
    """`<user.5.…@office>`: what a letter is about and, sealed, to whom it went. Whoever reports that it came back has
    to show it, so that nobody can have somebody else's letters stopped."""
    host = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
    return f"<{about}.{number}.{_seal(about, number, to)}@{host}>"


def read_message_id(text: str) -> tuple[str, int, str] | None:
    """What it was about, and its seal, to be held against an address by `went_to`; None if it is none of ours."""
    found = _NUMBER.fullmatch(text.strip())
    return (found[1], int(found[2]), found[3]) if found else None


def went_to(about: str, number: int, seal: str, address: str) -> bool:
    return constant_time_compare(seal, _seal(about, number, address))


def _seal(about: str, number: int, to: str) -> str:
    return salted_hmac(SALT, f"{about}.{number}.{to.lower()}", algorithm="sha256").hexdigest()[:32]
