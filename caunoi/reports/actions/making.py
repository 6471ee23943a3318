"""Making a report from its template: asked, filled, signed, kept as a draft."""

from __future__ import annotations

import copy
import hashlib
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.actions import write_line
from caunoi.audit.clock import current_number
from caunoi.audit.rules import Actor
from caunoi.documents.actions import read_bytes, store_bytes
from caunoi.facts.access import ask_as, check_may_see
from caunoi.facts.models import Kind
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import Question
from caunoi.moments import VIETNAM, local_date
from caunoi.periods.rules import Days
from caunoi.places.queries import describe_absence, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.reports import chart_process
from caunoi.reports.actions.versions import seal, store_version
from caunoi.reports.composing import Composer, Occasion, Picture, PrintedFigure
from caunoi.reports.errors import PeriodReversed, PlaceAbsent, ReportEmpty, TemplateBroken
from caunoi.reports.events import ReportMade
from caunoi.reports.filling import check_template, fill, put_in, read_template_tags
from caunoi.reports.in_use import find_in_use
from caunoi.reports.marks import mark_draft
from caunoi.reports.models import ReportRun, VersionKind
from caunoi.reports.rules.manifest import ChartLine, CoverageLine, Line, Manifest
from caunoi.reports.rules.parameters import Parameters, read_parameters
from caunoi.reports.rules.tags import Asked
from caunoi.reports.rules.wording import make_file_name, word_day, word_period
from caunoi.reports.verification import answer_of
from caunoi.reports.word_file import MEDIA_TYPE

Progress = Callable[[int, int, str], None]
STEPS = 4


@dataclass(frozen=True)
class MadeReport:
    content: bytes
    run: ReportRun
    file_name: str


def check_days(first: date, last: date) -> Days:
    if first > last:
        raise PeriodReversed(
            _("Kỳ báo cáo bị ngược: từ ngày %(first)s đến ngày %(last)s. Hãy đổi chỗ hai ngày.")
            % {"first": word_day(first), "last": word_day(last)}
        )
    return Days(first, last)


def make_report(
    *,
    template_code: str,
    place: int,
    first: date,
    last: date,
    by: Actor,
    at: datetime,
    boundaries: date | None = None,
    scope: Scope = EVERYTHING,
    progress: Progress | None = None,
    as_known: int | None = None,
    kept_with: Callable[[ReportRun], None] | None = None,
    body: str = "",
) -> MadeReport:
    """A Word report of a unit (its id) and days, with its signed list of figures, kept as a draft.

    `body`: who reports, if not the unit's usual body. Only the approved book is asked, as known at `as_known` (default:
    when the report is begun). `kept_with`: called in the transaction that keeps the report, which is kept only if it
    raises nothing. Refuses a unit that does not exist on the day of `boundaries` (default: the last day), a template
    with mistakes, and a report without a single figure.
    """
    key = secrets.token_urlsafe(16)
    drafted = draft_report(
        template_code=template_code, place=place, days=check_days(first, last), boundaries=boundaries or last, by=by,
        at=at, scope=scope, progress=progress or _say_nothing, key=key, number=1, as_known=as_known, body=body,
    )  # fmt: skip
    manifest = drafted.manifest
    with transaction.atomic():
        file = store_bytes(drafted.content, media_type=MEDIA_TYPE, at=at)
        run = ReportRun.objects.create(
            key=key, template_code=template_code, body=body, title=manifest.title[:300], org_unit_id=place,
            day_from=first, day_to=last, boundaries=boundaries or last, as_known=manifest.as_known, file=file,
            file_name=drafted.file_name, figures=len(manifest.figures), made_by_id=by.user_id, made_by_name=by.name,
            made_at=at,
        )  # fmt: skip
        store_version(run, drafted.content, manifest, VersionKind.MADE, by=by, at=at)
        detail = {
            "template": run.template_code, "org_unit": run.org_unit_id, "from": first.isoformat(),
            "to": last.isoformat(), "boundaries": run.boundaries.isoformat(), "as_known": run.as_known,
            "figures": run.figures, "sha256": run.file_id, **({"body": body} if body else {}),
        }  # fmt: skip
        write_line("report.make", run.subject, detail, by=by, at=at)
        events.announce(ReportMade(run.pk))
        if kept_with is not None:
            kept_with(run)
    if progress is not None:
        progress(STEPS, STEPS, _("Xong"))
    return MadeReport(drafted.content, run, PurePath(run.file_name).name)


def _say_nothing(_done: int, _total: int, _what: str) -> None:
    """For who shows no progress."""


@dataclass(frozen=True)
class Drafted:
    content: bytes
    manifest: Manifest
    file_name: str


def draft_report(
    *,
    template_code: str,
    place: int,
    days: Days,
    boundaries: date,
    by: Actor,
    at: datetime,
    scope: Scope,
    progress: Progress,
    key: str,
    number: int,
    as_known: int | None = None,
    body: str = "",
) -> Drafted:
    """The filled and signed draft, not stored yet. `key`, `number`: of the report and the version it will be."""
    file_name = f"{template_code}.docx"
    known = current_number() if as_known is None else as_known
    catalogue, places = get_catalogue(known), get_snapshot()
    occasion = _make_occasion(place, days, boundaries, known, places)
    check_may_see(_question(occasion), scope)
    used = find_in_use(template_code, place, boundaries, places, body)
    template = used.template
    codes = frozenset([*catalogue.elements, *catalogue.indicators])
    word, tags, parameters = _read_sound(used.file_id, file_name, template.title_vi, json.dumps(used.parameters), codes)
    base_url = settings.CAUNOI_BASE_URL

    progress(0, STEPS, _("Hỏi số liệu"))
    if tags.charts:
        chart_process.start()
    composer = Composer(
        occasion, copy.deepcopy(tags), parameters,
        catalogue=catalogue, places=places, scope=scope, on=local_date(at), base_url=base_url,
    )  # fmt: skip
    _check_not_empty(composer)
    progress(1, STEPS, _("Điền mẫu Word"))
    name = places.name_on(place, occasion.boundaries)
    title = f"{template.title_vi}: {name}, {word_period(days)}" + (f" ({body})" if body else "")
    filled = fill(word, composer.tags(), file_name)
    content, printed = put_in(filled, composer.stamps, base_url=base_url, title=title, author=by.name)
    progress(2, STEPS, _("Ký bảng kê số liệu"))
    manifest = Manifest(
        template=template.code, title=title, place=occasion.key, place_name=name,
        first=days.first.isoformat(), last=days.last.isoformat(), boundaries=occasion.boundaries.isoformat(),
        as_known=known, book="approved", made_at=at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        made_by=by.name, base_url=base_url, text_hash="", questions=composer.questions,
        figures=[_line(one) for one in printed.figures], report=key, version=number, template_file=used.file_id,
        charts=[_chart(one) for one in printed.pictures],
        coverage=_list_coverage(composer, {one.address for one in printed.links}),
        coverage_links=[[one.address, one.shown] for one in printed.links],
    )  # fmt: skip
    content, manifest = seal(mark_draft(content, number), manifest)
    progress(3, STEPS, _("Lưu báo cáo"))
    return Drafted(content, manifest, make_file_name(template.code, name, days))


# A batch makes a hundred reports of one template, and reading one takes as long as asking its figures. A refusal is not
# remembered: its sentences are in the language of who asked.
@lru_cache(maxsize=8)
def _read_sound(
    file_id: str, file_name: str, title: str, given: str, codes: frozenset[str]
) -> tuple[bytes, Asked, Parameters]:
    """The template's bytes, tags and parameters (`given`, as JSON). Raises TemplateBroken with all its mistakes."""
    word, spelled = read_bytes(file_id), json.loads(given)
    if mistakes := check_template(word, spelled, codes, file_name):
        raise TemplateBroken(
            _(
                "Mẫu báo cáo “%(title)s” có %(count)d lỗi. Hãy sửa mẫu rồi đưa vào dùng lại, hoặc nạp lại gói"
                " chương trình."
            )
            % {"title": title, "count": len(mistakes)},
            mistakes,
        )
    parameters, _wrong = read_parameters(spelled)
    return word, read_template_tags(word), parameters


def _make_occasion(place: int, days: Days, boundaries: date, known: int, places: PlaceSnapshot) -> Occasion:
    if not places.exists_on(place, boundaries):
        raise PlaceAbsent(
            describe_absence(place, boundaries, places)
            + " "
            + _("Hãy chọn đơn vị khác, hoặc ranh giới của một ngày mà đơn vị này tồn tại.")
        )
    return Occasion(place, places.units[place].key, days, boundaries, known)


def _question(occasion: Occasion) -> Question:
    return Question((), occasion.key, occasion.days.first, occasion.days.last, occasion.boundaries, occasion.as_known)


def _check_not_empty(composer: Composer) -> None:
    """How many units there are is known without any record; everything else rests on records."""
    figures = [figure for figure in composer.all_figures if figure.kind != Kind.UNITS]
    if any(figure.value is not None for figure in figures):
        return
    occasion = composer.occasion
    codes = list(dict.fromkeys(figure.code for figure in figures))
    waiting = False
    if codes:
        days, day = occasion.days, occasion.boundaries
        question = make_question(codes, occasion.key, days.first, days.last, boundaries=day, book="reported")
        waiting = any(figure.value is not None for figure in ask_as(question, composer.scope))
    remedy = (
        _("Đã có bản ghi gửi lên nhưng chưa được duyệt: hãy duyệt rồi lập lại báo cáo.")
        if waiting
        else _("Hãy kiểm tra lại đơn vị và kỳ, hoặc nhập và duyệt các bản ghi của kỳ này rồi lập lại báo cáo.")
    )
    raise ReportEmpty(
        _("%(place)s chưa có bản ghi nào được duyệt trong kỳ báo cáo (%(period)s) nên không lập báo cáo.")
        % {
            "place": composer.places.name_on(occasion.unit, occasion.boundaries),
            "period": word_period(occasion.days),
        }
        + " "
        + remedy
    )


def _chart(picture: Picture) -> ChartLine:
    sha256 = hashlib.sha256(picture.png).hexdigest()
    return ChartLine(picture.name, picture.title, sha256, [_line(one) for one in picture.points])


def _list_coverage(composer: Composer, printed: Collection[str]) -> list[CoverageLine]:
    """Of the forms of the place, and of the late units whose numbers stand in the file; nothing if there is none of
    either. `printed`: addresses of pages of coverage."""
    if not printed:
        return []
    lines = [CoverageLine(row.form_code, row.title, *row.coverage) for row in composer.coverage]
    late = {unit.key: unit for units in composer.late.values() for unit in units}
    return lines + [
        CoverageLine("", "", *unit.coverage, unit.key, unit.ten)
        for unit in late.values()
        if composer.coverage_address(unit.key) in printed
    ]


def _line(printed: PrintedFigure) -> Line:
    figure = printed.figure
    value, numerator, denominator = answer_of(figure)
    return Line(
        ref=figure.ref, code=figure.code, name=figure.name_vi, place=figure.place, place_name=figure.place_name,
        first=figure.first.isoformat(), last=figure.last.isoformat(), value=value, numerator=numerator,
        denominator=denominator, shown=printed.shown, style=str(printed.style), question=printed.question,
    )  # fmt: skip
