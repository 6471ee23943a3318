"""Who will sign a report: chosen while it is on its way, printed when it is issued."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import write_line
from caunoi.audit.values import changes_of
from caunoi.moments import local_date
from caunoi.reports.errors import ReportStepImpossible, ReportStepNotAllowed
from caunoi.reports.models import ReportRun
from caunoi.reports.permissions import may_choose_signer
from caunoi.reports.queries import get_run
from caunoi.reports.rules.life import NUMBERED, ReportState, ReportStep


@transaction.atomic
def choose_signer(*, report_id: int, title: str, name: str, by: User, at: datetime) -> None:
    """`title` and `name` as they will be printed; blank: as the template has it, and an empty line."""
    today = local_date(at)
    # A report that is being issued is not given another signer meanwhile.
    ReportRun.objects.select_for_update().filter(pk=report_id).first()
    run = get_run(report_id, scope_of(by, today))
    if not may_choose_signer(user=by, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=today):
        raise ReportStepNotAllowed(ReportStep.ISSUE)
    if ReportState(run.state) in NUMBERED:
        raise ReportStepImpossible(ReportState(run.state), ReportStep.ISSUE)
    old = {"signer": run.signer, "signer_name": run.signer_name}
    new = {"signer": title, "signer_name": name}
    if old == new:
        return
    run.signer, run.signer_name = title, name
    run.save(update_fields=["signer", "signer_name"])
    changed = changes_of(old, new, personal=["signer_name"])
    write_line("report.signer", run.subject, {"changed": changed}, by=by.actor, at=at)
