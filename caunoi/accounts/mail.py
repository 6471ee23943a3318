"""One letter to one person, sent at once; says whether the other side took it."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from caunoi.refusals import explain_os_error


def may_send() -> bool:
    return bool(settings.CAUNOI_EMAIL_URL)


def send_letter(*, to: str, subject: str, text: str) -> str:
    """Outside of any transaction. Empty if the mail server took it, else why it did not, as a sentence for people."""
    letter = EmailMessage(subject=subject, body=text, to=[to])
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (0, b""))
        return _("Máy chủ thư từ chối địa chỉ này (%(code)d %(said)s).") % {"code": code, "said": _readable(said)}
    except smtplib.SMTPResponseException as refused:
        return _("Máy chủ thư từ chối thư (%(code)d %(said)s).") % {
            "code": refused.smtp_code,
            "said": _readable(refused.smtp_error),
        }
    except (smtplib.SMTPException, OSError) as error:
        return _("Không nối được tới máy chủ thư: %(error)s.") % {"error": _explain(error)}
    return ""


def _explain(error: OSError) -> str:
    """smtplib's own failures are OSErrors too, without a number."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("máy chủ ngắt kết nối giữa chừng")
    return explain_os_error(error)


def _readable(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
