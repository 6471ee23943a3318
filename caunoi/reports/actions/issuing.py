"""Issuing a report: it gets number, date and place, its last page, and becomes a document that never changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from caunoi import events
from caunoi.accounts.models import User
from caunoi.audit.queries import get_anchor
from caunoi.audit.values import mark_personal
from caunoi.documents.rules.drafts import pad_number
from caunoi.moments import VIETNAM
from caunoi.reports.actions.versions import lock_for_step, seal, store_version, take_step
from caunoi.reports.errors import CannotReplace, NumberTaken
from caunoi.reports.events import ReportIssued
from caunoi.reports.marks import LastPage, finish
from caunoi.reports.models import ReportRun, VersionKind
from caunoi.reports.queries import read_run
from caunoi.reports.rules.life import ReportStep
from caunoi.reports.rules.manifest import Issue, hash_figures
from caunoi.reports.rules.wording import word_day, word_long_day
from caunoi.sentences import gettext as _


@dataclass(frozen=True)
class IssueData:
    """`number`: with its symbol, `12/BC-UBND`. `signer`: the title of who signs, as text, `signer_name`: theirs
    (blank: the line in the signature box stays empty). `replaces`: id of the issued report that this one supersedes."""

    number: str
    on: date
    place: str
    signer: str = ""
    signer_name: str = ""
    replaces: int | None = None


@transaction.atomic
def issue_report(*, report_id: int, data: IssueData, by: User, at: datetime, number: int | None = None) -> ReportRun:
    """Raises NumberTaken, CannotReplace, and what every step raises."""
    run = lock_for_step(report_id, ReportStep.ISSUE, by=by, at=at, number=number)
    data = replace(data, number=pad_number(data.number))
    _check_number(run, data)
    replaced = None if data.replaces is None else _lock_replaced(run, data.replaces, by=by, at=at)
    content, manifest = read_run(run)
    address = f"{settings.CAUNOI_BASE_URL}{reverse('verify-report', args=[run.key])}"
    figures_hash, anchor = hash_figures(manifest.figures), str(get_anchor())
    issue = Issue(
        data.number, data.on.isoformat(), data.place, data.signer, address, figures_hash, anchor, data.signer_name
    )
    last = LastPage(
        manifest.title, data.number, word_day(data.on), f"{address}?ma={figures_hash[:16]}", len(manifest.figures),
        figures_hash, anchor,
    )  # fmt: skip
    blanks = {
        "so_van_ban": data.number, "ngay_ban_hanh": word_long_day(data.on), "noi_ban_hanh": data.place,
        "chuc_vu_ky": data.signer, "nguoi_ky": data.signer_name,
    }  # fmt: skip
    # A place without words keeps what the draft said.
    finished = finish(content, {name: words for name, words in blanks.items() if words}, last)
    sealed, manifest = seal(
        finished,
        replace(
            manifest,
            version=run.current_number + 1,
            issue=issue,
            made_at=at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        ),
    )
    run.issue_number, run.issued_on, run.issued_place, run.signer = data.number, data.on, data.place, data.signer
    run.signer_name, run.replaces = data.signer_name, replaced
    store_version(run, sealed, manifest, VersionKind.ISSUED, by=by.actor, at=at)
    detail = {
        "number": data.number, "on": data.on.isoformat(), "place": data.place, "signer": data.signer,
        "signer_name": mark_personal(data.signer_name), "replaces": data.replaces, "anchor": anchor,
    }  # fmt: skip
    take_step(run, ReportStep.ISSUE, by=by.actor, at=at, detail=detail)
    if replaced is not None:
        take_step(replaced, ReportStep.SUPERSEDE, by=by.actor, at=at, detail={"by": run.subject})
    events.announce(
        ReportIssued(
            run.pk,
            run.title,
            data.number,
            data.on,
            data.signer,
            run.org_unit_id,
            run.file_id,
            run.file_name,
            None if replaced is None else replaced.pk,
            by,
            at,
        )  # fmt: skip
    )
    return run


def _check_number(run: ReportRun, data: IssueData) -> None:
    taken = ReportRun.objects.filter(
        org_unit_id=run.org_unit_id, body=run.body, issue_number=data.number, issued_on__year=data.on.year
    ).first()
    if taken is not None:
        raise NumberTaken(
            _("Số %(number)s của năm %(year)d đã dùng cho “%(title)s”. Hãy ghi số khác.")
            % {"number": data.number, "year": data.on.year, "title": taken.title}
        )


def _lock_replaced(run: ReportRun, replaces: int, *, by: User, at: datetime) -> ReportRun:
    replaced = lock_for_step(replaces, ReportStep.SUPERSEDE, by=by, at=at)
    mine = (run.org_unit_id, run.template_code, run.body)
    if (replaced.org_unit_id, replaced.template_code, replaced.body) != mine:
        raise CannotReplace(
            _(
                "“%(title)s” không cùng đơn vị, cơ quan và mẫu với báo cáo này nên không thay thế được. Hãy chọn báo"
                " cáo khác."
            )
            % {"title": replaced.title}
        )
    return replaced
