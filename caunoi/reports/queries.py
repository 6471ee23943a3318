from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from itertools import islice

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.audit.clock import current_number
from caunoi.documents.actions import read_bytes
from caunoi.facts.access import Reach, may_see
from caunoi.periods.rules import Days
from caunoi.reports.errors import BatchUnknown, ReportOutOfReach, ReportUnknown, TemplateUnknown
from caunoi.reports.models import BatchUnit, ReportBatch, ReportRun, ReportTemplate, ReportVersion
from caunoi.reports.permissions import may_take
from caunoi.reports.rules.life import ReportState, ReportStep
from caunoi.reports.rules.manifest import Line, Manifest
from caunoi.reports.verification import read_manifest
from caunoi.reports.word_file import WordFile
from caunoi.vietnamese_text import fold, sort_key

BATCHES_SHOWN = 50


def list_templates() -> list[ReportTemplate]:
    return sorted(ReportTemplate.objects.all(), key=lambda one: sort_key(one.title_vi))


def get_template(code: str) -> ReportTemplate:
    found = ReportTemplate.objects.filter(code=code).select_related("template").first()
    if found is None:
        codes = ", ".join(ReportTemplate.objects.values_list("code", flat=True))
        known = _("Các mẫu: %(codes)s.") % {"codes": codes} if codes else _("Hãy nạp gói chương trình có mẫu báo cáo.")
        raise TemplateUnknown(_("Không có mẫu báo cáo “%(code)s”.") % {"code": code} + " " + known)
    return found


def list_runs(scope: Scope, text: str = "", states: Collection[ReportState] = ()) -> list[ReportRun]:
    """Reports about places and days the reader sees, newest first; `text` is searched in title, number and maker,
    accents aside. No `states`: all."""
    runs = ReportRun.objects.select_related("org_unit").order_by("-id")
    if not (scope.everything or scope.whole):
        runs = runs.filter(org_unit_id__in=ids_in_sql(scope.unit_ids))
    if states:
        runs = runs.filter(state__in=[state.value for state in states])
    wanted = fold(text)
    sees = cache(lambda key, days, boundaries: may_see(key, days, boundaries, scope))
    return [
        run
        for run in runs
        if wanted in fold(f"{run.title} {run.issue_number} {run.made_by_name}")
        and sees(run.org_unit.key, Days(run.day_from, run.day_to), run.boundaries)
    ]


def list_waiting(user: User, on: date) -> list[ReportRun]:
    """Reports whose next step is this user's: to approve, to issue, or, made by them, to revise."""
    scope = scope_of(user, on)
    awaited = {
        ReportState.SUBMITTED: ReportStep.APPROVE,
        ReportState.APPROVED: ReportStep.ISSUE,
        ReportState.RETURNED: ReportStep.SUBMIT,
    }
    return [
        run
        for run in list_runs(scope, states=list(awaited))
        if may_take(
            awaited[ReportState(run.state)], user=user, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=on
        )
        and not (run.state == ReportState.SUBMITTED and run.submitted_by_id == user.pk)
        and not (run.state == ReportState.RETURNED and run.made_by_id != user.pk)
    ]


def propose_signer(run: ReportRun) -> tuple[str, str]:
    """(title, name): chosen for this report, or those of the last one of the unit and body that has them."""
    if run.signer or run.signer_name:
        return run.signer, run.signer_name
    signed = ReportRun.objects.filter(org_unit_id=run.org_unit_id, body=run.body).exclude(signer="", signer_name="")
    last = signed.order_by("-pk").first()
    return ("", "") if last is None else (last.signer, last.signer_name)


def list_versions(run: ReportRun) -> list[ReportVersion]:
    """Newest first."""
    return list(run.versions.order_by("-number"))


def get_version(run: ReportRun, number: int) -> ReportVersion:
    found = run.versions.filter(number=number).first()
    if found is None:
        raise ReportUnknown(_("Báo cáo này không có phiên bản %(number)d.") % {"number": number})
    return found


def list_replaceable(run: ReportRun) -> list[ReportRun]:
    """Issued reports of the same unit, body and template that this one may supersede, newest first."""
    found = ReportRun.objects.filter(
        org_unit_id=run.org_unit_id, template_code=run.template_code, body=run.body, state=ReportState.ISSUED
    )
    return list(found.exclude(pk=run.pk).order_by("-issued_on", "-pk")[:50])


def list_comparable(run: ReportRun, scope: Scope) -> list[ReportRun]:
    """Reports of the same template about the same unit, newest first."""
    same = ReportRun.objects.select_related("org_unit").filter(
        template_code=run.template_code, org_unit_id=run.org_unit_id
    )
    return [one for one in same.order_by("-pk")[:50] if _sees(one, scope)]


def find_by_key(key: str) -> ReportRun | None:
    """Of a file or a QR code: only who holds the report knows its key."""
    return ReportRun.objects.select_related("org_unit").filter(key=key).first() if key else None


def find_same_run(
    template_code: str,
    place: int,
    days: Days,
    boundaries: date,
    user_id: int | None,
    as_known: int | None = None,
    body: str = "",
) -> ReportRun | None:
    """The reader's own report of the same question, if nothing has been posted since: pressing twice makes one.
    `as_known`: of those books instead of today's."""
    return ReportRun.objects.filter(
        state=ReportState.DRAFT, template_code=template_code, org_unit_id=place, day_from=days.first,
        day_to=days.last, boundaries=boundaries, body=body,
        as_known=current_number() if as_known is None else as_known, made_by_id=user_id,
    ).first()  # fmt: skip


def get_run(run_id: int, scope: Scope) -> ReportRun:
    run = ReportRun.objects.select_related("org_unit", "file").filter(pk=run_id).first()
    if run is None or not _sees(run, scope):
        raise ReportUnknown(_("Không có báo cáo này, hoặc báo cáo nằm ngoài phạm vi của bạn."))
    return run


def list_batches(scope: Scope) -> list[ReportBatch]:
    """The newest 50 about places and days the reader sees, newest first, each with `total` and `done` units."""
    counted = ReportBatch.objects.select_related("org_unit").annotate(
        total=Count("units"), done=Count("units", filter=~Q(units__run=None, units__why=""))
    )
    if not (scope.everything or scope.whole):
        counted = counted.filter(org_unit_id__in=ids_in_sql(scope.unit_ids))
    reach = cache(lambda days, boundaries: Reach(days, boundaries, scope))
    seen = (
        batch
        for batch in counted.order_by("-pk").iterator(chunk_size=BATCHES_SHOWN)
        if reach(Days(batch.day_from, batch.day_to), batch.boundaries).sees(batch.org_unit.key)
    )
    return list(islice(seen, BATCHES_SHOWN))


def get_batch(batch_id: int, scope: Scope) -> ReportBatch:
    batch = ReportBatch.objects.select_related("org_unit").filter(pk=batch_id).first()
    if batch is None or not _sees(batch, scope):
        raise BatchUnknown(_("Không có đợt lập báo cáo này, hoặc đợt này nằm ngoài phạm vi của bạn."))
    return batch


def list_batch_units(batch: ReportBatch) -> list[BatchUnit]:
    """In their order, with their reports."""
    return list(batch.units.select_related("run", "org_unit").order_by("position"))


def _sees(run: ReportRun | ReportBatch, scope: Scope) -> bool:
    return may_see(run.org_unit.key, Days(run.day_from, run.day_to), run.boundaries, scope)


def read_run(run: ReportRun | ReportVersion) -> tuple[bytes, Manifest]:
    content = read_bytes(run.file_id)
    _status, manifest = read_manifest(WordFile(content))
    assert manifest is not None, "a stored report has its list of figures"
    return content, manifest


def list_visible(manifest: Manifest, scope: Scope) -> list[Line]:
    """The report's figures as far as the reader may know them.

    Whoever made it may have seen more: units that joined the place later have days that are open to few.
    """
    boundaries = date.fromisoformat(manifest.boundaries)
    # A report has few places and hundreds of lines.
    sees = cache(lambda place, days: may_see(place, days, boundaries, scope))
    return [line for line in manifest.figures if sees(line.place, _days(line))]


def check_may_open(manifest: Manifest, scope: Scope) -> None:
    hidden = len(manifest.figures) - len(list_visible(manifest, scope))
    if hidden:
        raise ReportOutOfReach(
            _(
                "Báo cáo này có %(count)d số liệu của đơn vị ngoài phạm vi của bạn nên không tải về được. Hãy lập báo"
                " cáo mới: báo cáo đó chỉ có số liệu bạn được xem."
            )
            % {"count": hidden}
        )


def _days(line: Line) -> Days:
    return Days(date.fromisoformat(line.first), date.fromisoformat(line.last))
