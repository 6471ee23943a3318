"""Whom to remind of what: units that owe reports, who records for them, and a text the officer may copy and send.

Nothing is sent from here. The text is the officer's, in the office's own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from caunoi.accounts.models import AppUser, Role, RoleGrant
from caunoi.accounts.scope import ids_in_sql
from caunoi.desk.inbox import place_order
from caunoi.desk.templatetags.caunoi import period
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.queries import Due


@dataclass(frozen=True)
class Recorder:
    """Who enters for a unit: an account, or a phone that was given access."""

    name: str
    phone: str


@dataclass(frozen=True)
class OwedReport:
    """`days_late` is negative while there are days left. `value` as the extension page takes it."""

    form_title: str
    period_key: str
    due_on: date
    days_late: int
    closes_on: date | None
    is_closed: bool
    until: date | None
    value: str

    @property
    def how_late(self) -> str:
        if self.days_late > 0:
            return ngettext("quá hạn %(days)d ngày", "quá hạn %(days)d ngày", self.days_late) % {"days": self.days_late}
        if self.days_late == 0:
            return _("hôm nay là hạn")
        return ngettext("còn %(days)d ngày", "còn %(days)d ngày", -self.days_late) % {"days": -self.days_late}


@dataclass(frozen=True)
class Reminder:
    """One unit, everything it owes, the most overdue first."""

    unit_key: str
    unit_code: str
    unit_name: str
    above_name: str
    recorders: tuple[Recorder, ...]
    reports: tuple[OwedReport, ...]
    text: str


def list_units(found: Iterable[Due]) -> list[int]:
    """Units that owe something, in the order of places."""
    newest: dict[int, date] = {}
    for due in found:
        newest[due.org_unit_id] = max(due.last_day, newest.get(due.org_unit_id, due.last_day))
    places = get_snapshot()
    return sorted(newest, key=lambda unit: place_order(unit, newest[unit], places))


def list_reminders(found: Iterable[Due], units: Sequence[int], office: str, today: date) -> list[Reminder]:
    """For these units, in this order. `office` signs the texts."""
    several: dict[int, list[Due]] = {unit: [] for unit in units}
    for due in found:
        if due.org_unit_id in several:
            several[due.org_unit_id].append(due)
    recorders = find_recorders(units, today)
    places = get_snapshot()
    reminders = []
    for unit, dues in several.items():
        dues.sort(key=lambda due: (due.due_on, due.title))
        path = places.path_name(unit, max(due.last_day for due in dues))
        name, _comma, above = path.partition(", ")
        reports = tuple(_report(due, today, places) for due in dues)
        people = tuple(recorders.get(unit, ()))
        newest = max(due.last_day for due in dues)
        text = write_text(path, people, reports, office)
        code = places.code_on(unit, newest)
        reminders.append(Reminder(places.units[unit].key, code, name, above, people, reports, text))
    return reminders


def _report(due: Due, today: date, places: PlaceSnapshot) -> OwedReport:
    return OwedReport(
        form_title=(get_language() == "en" and due.title_en) or due.title,
        period_key=due.period_key,
        due_on=due.due_on,
        days_late=(today - due.due_on).days,
        closes_on=due.closes_on,
        is_closed=due.is_closed(today),
        until=due.until,
        value=f"{due.form_code}|{places.units[due.org_unit_id].key}|{due.period_key}",
    )


def find_recorders(units: Sequence[int], today: date) -> dict[int, list[Recorder]]:
    """Accounts that record for the unit itself, then phones with access to it; by name."""
    found: dict[int, list[Recorder]] = {}
    grants = RoleGrant.objects.select_related("user").filter(
        Q(to_day__isnull=True) | Q(to_day__gt=today),
        org_unit_id__in=ids_in_sql(units), role=Role.RECORDER, from_day__lte=today, user__is_active=True,
    )  # fmt: skip
    for grant in sorted(grants, key=lambda grant: str(grant.user)):
        found.setdefault(grant.org_unit_id, []).append(Recorder(str(grant.user), grant.user.phone))
    phones = AppUser.objects.filter(org_unit_id__in=ids_in_sql(units), revoked_at__isnull=True).order_by("name")
    for phone in phones:
        if phone.name not in {one.name for one in found.get(phone.org_unit_id, [])}:
            found.setdefault(phone.org_unit_id, []).append(Recorder(phone.name, ""))
    return found


def write_text(unit: str, recorders: Sequence[Recorder], reports: Sequence[OwedReport], office: str) -> str:
    """Several lines for Zalo or SMS."""
    whom = ", ".join(one.name for one in recorders)
    lines = [_("Kính gửi %(whom)s (%(unit)s),") % {"whom": whom, "unit": unit} if whom else f"{_('Kính gửi')} {unit},"]
    lines.append(_("%(office)s nhắc nộp báo cáo trên Cầu Nối:") % {"office": office})
    for one in reports:
        line = _("- %(form)s, %(period)s: hạn %(due)s, %(late)s") % {
            "form": one.form_title,
            "period": period(one.period_key),
            "due": f"{one.due_on:%d/%m/%Y}",
            "late": one.how_late,
        }
        if one.is_closed:
            line += " " + _("(đã đóng, cần gửi thì báo lại để gia hạn)")
        elif one.closes_on is not None:
            line += " " + _("(đóng sau ngày %(day)s)") % {"day": f"{one.closes_on:%d/%m/%Y}"}
        lines.append(line)
    lines.append(_("Nếu đã gửi rồi, xin bỏ qua tin này. Xin cảm ơn."))
    return "\n".join(lines)


def list_csv_rows(reminders: Iterable[Reminder]) -> Iterator[list[str]]:
    """Header, then one row a report; days as 2026-09-05 so that other programs sort them."""
    yield [
        _("Đơn vị"), _("Thuộc"), _("Biểu mẫu"), _("Kỳ"), _("Hạn gửi"), _("Số ngày quá hạn"), _("Đóng sau ngày"),
        _("Gia hạn đến"), _("Người ghi"), _("Điện thoại"),
    ]  # fmt: skip
    for one in reminders:
        for report in one.reports:
            yield [
                one.unit_name,
                one.above_name,
                report.form_title,
                report.period_key,
                report.due_on.isoformat(),
                str(report.days_late),
                report.closes_on.isoformat() if report.closes_on else "",
                report.until.isoformat() if report.until else "",
                "; ".join(person.name for person in one.recorders),
                "; ".join(person.phone for person in one.recorders if person.phone),
            ]
