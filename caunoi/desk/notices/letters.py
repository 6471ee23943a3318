"""One letter a day to each person who has something new or to do, sent by `caunoi worker`."""

from __future__ import annotations

import smtplib
from datetime import datetime

from django.conf import settings
from django.core import mail, signing
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from caunoi.accounts.mail import explain_failure, make_message_id, may_send
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants
from caunoi.desk.notices.bounces import LETTER
from caunoi.desk.notices.models import Kind, Mailing, Notice
from caunoi.desk.notices.outages import find_outage, look_again, note_failure, note_success
from caunoi.desk.notices.queries import list_wanted, show
from caunoi.desk.notices.rules import CLOSING, is_for_good, is_of_the_server
from caunoi.desk.notices.soon import list_to_tell
from caunoi.desk.work import list_piles
from caunoi.moments import local_date

SALT = "caunoi.notices.off"
FROM_HOUR = 6


def send_letters(at: datetime) -> int:
    """How many went out. Nobody gets two on one day, or one before the morning; a server that cannot be reached is
    asked again the next hour, an address that was refused for good never, until somebody changes it or asks to try.

    While nothing goes out at all, that is an outage, which ends with the first letter taken, or, with no letter to
    send, when the server answers."""
    today = local_date(at)
    if not may_send() or localtime(at).hour < FROM_HOUR:
        return 0
    sent, unwilling = 0, ""
    people = User.objects.filter(is_active=True).exclude(email="").exclude(mailing__last_on=today)
    for user in people.select_related("mailing").order_by("pk"):
        mailing = getattr(user, "mailing", None) or Mailing(user=user)
        if mailing.refused_address and mailing.refused_address == user.email:
            continue
        with translation.override(user.language):
            letter, told = _write(user, at)
        if letter is None:
            continue
        try:
            letter.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refused:
            code, said = _answer_of(refused)
            if code == CLOSING:
                note_failure(explain_failure(refused), at)
                return sent
            if not is_for_good(code, said, after_data=isinstance(refused, smtplib.SMTPDataError)):
                unwilling = explain_failure(refused) if is_of_the_server(said) else unwilling
                continue
            mailing.refused_address, mailing.refused_at = user.email, at
            mailing.refused_because = f"{code} {said}"[:300]
        except (smtplib.SMTPException, OSError) as error:
            # The server, not the address: nobody else's letter would go out now.
            note_failure(explain_failure(error), at)
            return sent
        else:
            sent += 1
            Notice.objects.filter(pk__in=told).update(mailed_at=at)
        mailing.last_on = today
        mailing.save()
    if sent:
        note_success(at)
    elif unwilling:
        note_failure(unwilling, at)
    elif find_outage() is not None:
        look_again(at)
    return sent


def _write(user: User, at: datetime) -> tuple[mail.EmailMessage | None, list[int]]:
    """The letter, None if there is nothing to say, and the ids of the notices in it."""
    wanted = list_wanted(user.pk)
    notices = list(Notice.objects.filter(user=user, mailed_at=None, read_at=None, kind__in=wanted)[:50])
    parts = []
    for line in show(notices):
        address = f"{settings.CAUNOI_BASE_URL}{line.address}" if line.address else ""
        parts.append(
            "\n  ".join(said for said in (f"– {line.sentence}", line.comment, address, f"({line.why})") if said)
        )
    if Kind.DUE in wanted:
        parts += [
            f"– {one.title} ({one.unit}): {one.when}\n  {settings.CAUNOI_BASE_URL}{one.address}\n  ({one.why})"
            for one in list_to_tell(user, local_date(at))
        ]
    if Kind.WORK in wanted:
        roles = {Role(grant.role) for grant in list_grants(user, local_date(at))}
        parts += [
            f"– {pile.label}: {pile.count}{'+' if pile.is_more else ''}\n  {settings.CAUNOI_BASE_URL}{pile.address}"
            for pile in list_piles(user, roles, at)
            if pile.count
        ]
    if not parts:
        return None, []
    off = [
        f"{kind.label}: {settings.CAUNOI_BASE_URL}{reverse('notices-off', args=[make_token(user.pk, kind)])}"
        for kind in Kind
        if kind in wanted
    ]
    text = "\n\n".join(
        [
            _("Chào %(name)s,") % {"name": user},
            _("Những việc mới và việc đang chờ bạn trong Cầu Nối:"),
            *parts,
            settings.CAUNOI_BASE_URL + "/",
            _("Bạn nhận thư này vì tài khoản của bạn có địa chỉ thư này. Không muốn nhận nữa, hãy mở:")
            + "\n"
            + "\n".join(off),
        ]
    )
    token = make_token(user.pk, "")
    headers = {
        "Message-ID": make_message_id(LETTER, user.pk, user.email),
        "List-Unsubscribe": f"<{settings.CAUNOI_BASE_URL}{reverse('notices-off', args=[token])}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    subject = _("Cầu Nối: %(count)s việc mới hoặc đang chờ") % {"count": len(parts)}
    return mail.EmailMessage(subject, text, to=[user.email], headers=headers), [one.pk for one in notices]


def make_token(user_id: int, kind: str) -> str:
    """`kind` empty: all of them."""
    return signing.dumps([user_id, str(kind)], salt=SALT)


def read_token(token: str) -> tuple[int, str] | None:
    try:
        user_id, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return int(user_id), str(kind)


def _answer_of(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    if isinstance(refused, smtplib.SMTPDataError):
        code, said = refused.smtp_code, refused.smtp_error
    else:
        code, said = next(iter(refused.recipients.values()))
    return code, said.decode(errors="replace") if isinstance(said, bytes) else said
