"""When no letter goes out: noted, told to who can mend it, and over with the first letter that is taken."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from caunoi.accounts.mail import may_send, try_server
from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.accounts.queries import holds_anywhere
from caunoi.desk.alarms import Alarm
from caunoi.desk.notices.models import MailOutage
from caunoi.moments import local_date
from caunoi.sentences import keep, tell


def find_outage() -> MailOutage | None:
    """The one that lasts, its problem in the reader's language."""
    found = MailOutage.objects.filter(over_at=None).first()
    if found is not None:
        found.problem = tell(found.problem)
    return found


def note_failure(problem: str, at: datetime) -> None:
    if MailOutage.objects.filter(over_at=None).update(tried_at=at, problem=keep(problem)):
        return
    try:
        with transaction.atomic():
            MailOutage.objects.create(since=at, tried_at=at, problem=keep(problem))
    except IntegrityError:  # another worker was first
        note_failure(problem, at)


def note_success(at: datetime) -> None:
    MailOutage.objects.filter(over_at=None).update(over_at=at)


def look_again(at: datetime) -> str:
    """Asks the server now: empty if it answers, else why it does not."""
    problem = try_server()
    if problem:
        note_failure(problem, at)
    else:
        note_success(at)
    return problem


def may_mend(user: User, at: datetime) -> bool:
    """The mail server is the whole office's."""
    today = local_date(at)
    return holds_anywhere(user, Role.ADMINISTRATOR, today) and reads_whole_audit(user, today)


def tell_outage(user: User, at: datetime) -> list[Alarm]:
    if not may_send() or not may_mend(user, at):
        return []
    found = find_outage()
    if found is None:
        return []
    said = _("Từ %(since)s không thư nào gửi đi được. %(problem)s Thư đang chờ sẽ tự gửi khi gửi lại được.")
    since = localtime(found.since).strftime("%H:%M %d/%m/%Y")
    return [Alarm(said % {"since": since, "problem": found.problem}, reverse("notices"))]
