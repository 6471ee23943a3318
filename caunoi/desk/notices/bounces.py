"""Letters that come back: other servers' reports that one of ours could not be delivered (RFC 3464)."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.message import Message

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts import inviting
from caunoi.accounts.mail import read_message_id, went_to
from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.accounts.queries import holds_anywhere, list_grants, windows_with_role
from caunoi.desk.alarms import Alarm
from caunoi.desk.notices.models import Mailing
from caunoi.desk.notices.rules import came_back_for_good
from caunoi.moments import local_date

# Of a house where nobody corrects addresses, the newest.
MOST_LOOKED_AT, SHOWN = 200, 3
LETTER = "user"  # what the daily letters are about, in their Message-ID


@dataclass(frozen=True)
class Bounce:
    """`status`: the reason by its number (5.1.1). `said`: in the words of the server that refused it."""

    message_id: str
    status: str
    said: str


def read_bounce(letter: bytes) -> Bounce | None:
    """None for anything that isn't such a report about a letter that failed: an answer by hand, a holiday notice, a
    report that it is late."""
    report = email.message_from_bytes(letter)
    if report.get_content_type() != "multipart/report":
        return None
    failed = next((one for one in _list_recipients(report) if one.get("action", "").strip().lower() == "failed"), None)
    message_id = next(_list_message_ids(report), "")
    if failed is None or not message_id:
        return None
    said = str(failed.get("diagnostic-code", "")).partition(";")[2] or str(failed.get("status", ""))
    return Bounce(message_id, str(failed.get("status", "")).strip(), " ".join(said.split())[:200])


def _list_recipients(report: Message) -> Iterator[Message]:
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks := part.get_payload(), list):
            yield from (block for block in blocks if isinstance(block, Message))


def _list_message_ids(report: Message) -> Iterator[str]:
    """Of the letter that the report brings back, whole or only its head; not of the report."""
    for part in report.walk():
        kind, held = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(held, list):
            yield from (str(one.get("message-id", "")) for one in held if isinstance(one, Message))
        elif kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            yield str(email.message_from_bytes(raw if isinstance(raw, bytes) else b"").get("message-id", ""))


def tell_bounced(user: User, at: datetime) -> list[Alarm]:
    """People of the units whose administrator this is, down to the last village, whom letters don't reach; those
    without a role to the administrators of the whole house."""
    today = local_date(at)
    if not holds_anywhere(user, Role.ADMINISTRATOR, today):
        return []
    waiting = Mailing.objects.filter(user__is_active=True, refused_address=F("user__email")).exclude(refused_address="")
    people = [one.user for one in waiting.select_related("user").order_by("-refused_at")[:MOST_LOOKED_AT]]
    mine = [one for one in people if one.pk != user.pk and _answers_for(user, one, today)]
    if not mine:
        return []
    names = ", ".join(f"{one} ({one.email})" for one in mine[:SHOWN])
    said = _("Thư không tới được %(count)d người: %(names)s. Hãy hỏi lại địa chỉ rồi sửa ở tài khoản.") % {
        "count": len(mine),
        "names": names if len(mine) <= SHOWN else f"{names}, …",
    }
    return [Alarm(said, reverse("user", args=[mine[0].pk]) if len(mine) == 1 else reverse("users"))]


def _answers_for(user: User, person: User, today: date) -> bool:
    reach = windows_with_role(user, Role.ADMINISTRATOR, today)
    held = [grant.org_unit_id for grant in list_grants(person, today)]
    return any(reach.sees_unit(unit) for unit in held) if held else reads_whole_audit(user, today)


def note_bounce(letter: bytes, at: datetime) -> str:
    """What was noted about which letter, as a sentence; also that nothing was, and why."""
    found = read_bounce(letter)
    if found is None:
        return _("Đây không phải báo cáo rằng một thư không tới nơi; không có gì được ghi.")
    ours = read_message_id(found.message_id)
    if ours is None:
        return _("Thư được báo trả về không phải do Cầu Nối gửi; không có gì được ghi.")
    about, number, seal = ours
    if about == inviting.LETTER:
        why = _("Thư bị trả về: %(said)s") % {"said": found.said}
        if inviting.note_returned(number, seal, why):
            return _("Đã ghi vào lời mời số %(number)d rằng thư không tới nơi.") % {"number": number}
    elif about == LETTER and (user := User.objects.filter(pk=number).first()) is not None:
        if not came_back_for_good(found.status):
            return _("Lý do %(status)s có thể chỉ nhất thời; lần sau vẫn gửi.") % {"status": found.status}
        if went_to(about, number, seal, user.email):
            refused = {"refused_address": user.email, "refused_at": at, "refused_because": found.said[:300]}
            Mailing.objects.update_or_create(user=user, defaults=refused)
            return _("Đã ghi rằng thư gửi tài khoản số %(number)d không tới nơi; không gửi tới địa chỉ ấy nữa.") % {
                "number": number
            }
    return _("Địa chỉ đã đổi hoặc lời mời đã xong từ khi thư ấy được gửi; không có gì được ghi.")
