"""Notices about what is no record: ratings that came back or were closed, commendations, reports in their life,
meetings one is called to."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.queries import read_sheet_of
from caunoi.assessments.rules.life import FINAL, RatingState
from caunoi.awards.models import SUBJECT_OF_DOSSIER, Dossier
from caunoi.desk.awards import read_words
from caunoi.desk.notices.line import Line
from caunoi.desk.notices.models import Kind, Notice
from caunoi.desk.rating_work import name_round
from caunoi.languages import in_reader_language
from caunoi.meetings.models import SUBJECT_OF_MEETING, Meeting, MeetingState
from caunoi.moments import VIETNAM
from caunoi.places.queries import get_snapshot
from caunoi.reports.models import ReportRun

RATING, ROUND, REPORT = "rating:", "rating_round:", "report:"


def show_others(notices: Sequence[Notice]) -> dict[int, Line]:
    """By the notice's number; what is gone meanwhile is told without a name or a way there."""
    ratings = Rating.objects.select_related("round", "org_unit").in_bulk(_numbers(notices, RATING))
    rounds = RatingRound.objects.in_bulk(_numbers(notices, ROUND))
    dossiers = Dossier.objects.in_bulk(_numbers(notices, SUBJECT_OF_DOSSIER))
    meetings = Meeting.objects.in_bulk(_numbers(notices, SUBJECT_OF_MEETING))
    reports = ReportRun.objects.in_bulk(_numbers(notices, REPORT))
    shown = {}
    for one in notices:
        kind, _colon, number = one.about.partition(":")
        pk = int(number)
        if f"{kind}:" == SUBJECT_OF_DOSSIER:
            shown[one.pk] = _decided(one, dossiers.get(pk))
        elif f"{kind}:" == SUBJECT_OF_MEETING:
            shown[one.pk] = _called(one, meetings.get(pk))
        elif f"{kind}:" == REPORT:
            shown[one.pk] = _reported(one, reports.get(pk))
        elif f"{kind}:" == ROUND:
            shown[one.pk] = _closed(one, rounds.get(pk))
        else:
            shown[one.pk] = _rated(one, ratings.get(pk))
    return shown


def _numbers(notices: Sequence[Notice], subject: str) -> list[int]:
    return [int(one.about.removeprefix(subject)) for one in notices if one.about.startswith(subject)]


def _rated(one: Notice, rating: Rating | None) -> Line:
    why = _("Bạn đã gửi bảng chấm này, hoặc ghi cho đơn vị được chấm.")
    returned = bool(one.comment) or (rating is not None and RatingState(rating.state) not in FINAL)
    if rating is None:
        return _line(one, _("Bảng chấm bị trả lại") if returned else _("Đã chốt xếp loại"), why)
    places, round_ = get_snapshot(), rating.round
    about = f"{name_round(round_)}, {places.path_name(rating.org_unit_id, rating.day_to)}"
    address = reverse("rating", args=[round_.pk, rating.org_unit.key])
    if returned:
        return _line(one, f"{_('Bảng chấm bị trả lại')}: {about}", why, address)
    band = next((band for band in read_sheet_of(round_).bands if band.code == rating.class_code), None)
    class_ = in_reader_language(band.name_vi, band.name_en) if band is not None else rating.class_code
    told = _("Đã chốt xếp loại: %(about)s: %(class)s") % {"about": about, "class": class_}
    return _line(one, told, why, address)


def _closed(one: Notice, round_: RatingRound | None) -> Line:
    why = _("Bạn ghi cho các đơn vị được chấm.")
    told = _("Đã chốt xếp loại %(count)d đơn vị của bạn") % {"count": one.count}
    if round_ is None:
        return _line(one, told, why)
    return _line(one, f"{told}: {name_round(round_)}", why, reverse("rating-round", args=[round_.pk]))


def _decided(one: Notice, dossier: Dossier | None) -> Line:
    why = _("Bạn làm việc cho đơn vị có tập thể, cá nhân được ghi nhận.")
    if dossier is None:
        return _line(one, _("Khen thưởng, chứng nhận đã được quyết định"), why)
    told = _("%(kind)s đã được quyết định (số %(number)s): %(title)s") % {
        "kind": read_words().kind(dossier.kind_code), "number": dossier.decision, "title": dossier.title,
    }  # fmt: skip
    return _line(one, told, why, f"{reverse('awards')}?{urlencode({'q': dossier.decision})}")


def _reported(one: Notice, run: ReportRun | None) -> Line:
    if one.kind == Kind.REPORT_WAITING:
        told, why = _("Báo cáo chờ duyệt"), _("Bạn được duyệt báo cáo của đơn vị này.")
    else:
        told = _("Báo cáo bị trả lại") if one.kind == Kind.REPORT_RETURNED else _("Báo cáo đã được duyệt")
        why = _("Bạn đã lập hoặc trình báo cáo này.")
    if run is None:
        return _line(one, told, why)
    where = get_snapshot().path_name(run.org_unit_id, run.boundaries)
    return _line(one, f"{told}: {run.title}, {where}", why, reverse("report", args=[run.pk]))


def _called(one: Notice, meeting: Meeting | None) -> Line:
    """At the hour and place at which it stands now; why it was cancelled only while it is. Who is called no longer
    has no way there and hears nothing of what becomes of it."""
    if one.kind == Kind.MEETING_LEFT:
        return _line(one, str(Kind.MEETING_LEFT.label), _("Đơn vị bạn làm việc đã được mời trước đó."))
    why = _("Đơn vị bạn làm việc được mời hoặc có điểm cầu.")
    if meeting is None:
        return _line(one, str(Kind(one.kind).label), why)
    where = meeting.venue or get_snapshot().name_on(meeting.org_unit_id, meeting.day_to)
    about = f"{meeting.title}, {meeting.starts_at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}, {where}"
    if meeting.state == MeetingState.CANCELLED:
        told = _("Cuộc họp đã hủy: %(about)s") % {"about": about}
    elif one.kind == Kind.MEETING_CHANGED:
        told = _("Cuộc họp có thay đổi, nay là: %(about)s") % {"about": about}
    else:
        told = _("Mời họp: %(about)s") % {"about": about}
    because = one.comment if meeting.state == MeetingState.CANCELLED else ""
    return Line(told, because, why, reverse("meeting", args=[meeting.pk]), one.at, one.read_at is None)


def _line(one: Notice, sentence: str, why: str, address: str = "") -> Line:
    return Line(sentence, one.comment, why, address, one.at, one.read_at is None)
