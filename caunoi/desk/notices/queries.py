from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.desk.inbox import describe
from caunoi.desk.notices.line import Line
from caunoi.desk.notices.models import Kind, Mailing, Notice, Silence
from caunoi.desk.notices.others import show_others
from caunoi.records.models import Submission

NEWEST = 100


def count_unread(user: User) -> int:
    return Notice.objects.filter(user=user, read_at=None).count()


def list_newest(user: User) -> list[Notice]:
    return list(Notice.objects.filter(user=user)[:NEWEST])


def show(notices: Sequence[Notice]) -> list[Line]:
    ids = [one.submission_id for one in notices if one.submission_id is not None]
    records = Submission.objects.select_related("form").in_bulk(ids)
    others = show_others([one for one in notices if one.about])
    return [others[one.pk] if one.pk in others else _show(one, records.get(one.submission_id or 0)) for one in notices]


def _show(one: Notice, record: Submission | None) -> Line:
    if one.kind == Kind.RETURNED:
        what, why = _("Bị trả lại"), _("Bạn đã gửi bản ghi này, hoặc ghi cho đơn vị này.")
    else:
        what, why = _("Đã được duyệt"), _("Bạn đã gửi.")
    about = describe(record) if record is not None else _("%(count)s bản ghi của bạn") % {"count": one.count}
    address = reverse("submission", args=[record.pk]) if record is not None else ""
    return Line(f"{what}: {about}", one.comment, why, address, one.at, one.read_at is None)


def list_wanted(user_id: int) -> set[str]:
    """Kinds the person gets letters of."""
    return set(Kind.values) - set(Silence.objects.filter(user_id=user_id).values_list("kind", flat=True))


def list_refused(user_ids: Sequence[int]) -> set[int]:
    """Those of them whose address refused a letter for good and is still the same: somebody has to ask for another."""
    found = Mailing.objects.filter(user__in=user_ids, refused_address=F("user__email")).exclude(refused_address="")
    return set(found.values_list("user_id", flat=True))
