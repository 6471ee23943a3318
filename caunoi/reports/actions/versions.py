"""Sealing a file with its signed list, keeping it as a version, and the one place where a report's state changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.approvals.actions import Taken, record_steps
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.documents.actions import store_bytes
from caunoi.moments import local_date
from caunoi.reports import signing
from caunoi.reports.errors import ReportMoved, ReportStepNotAllowed
from caunoi.reports.models import ReportRun, ReportVersion, VersionKind
from caunoi.reports.permissions import may_take
from caunoi.reports.policies import find_obstacle
from caunoi.reports.queries import get_run
from caunoi.reports.rules.life import TRANSITIONS, ReportState, ReportStep
from caunoi.reports.rules.manifest import Manifest, hash_sentence, hash_text, spell, to_text
from caunoi.reports.word_file import MEDIA_TYPE, Envelope, WordFile, attach
from caunoi.tasks.actions import close_tasks

TASKS = ("report-approve", "report-revise", "report-issue")


def seal(content: bytes, manifest: Manifest) -> tuple[bytes, Manifest]:
    """The file with the list, which now covers the words as they stand in it, signed."""
    file = WordFile(content)
    manifest = replace(
        manifest,
        text_hash=hash_text(file.words()),
        sentences=[hash_sentence(one) for one in file.sentences()],
    )
    payload = spell(manifest)
    return attach(content, Envelope(*signing.sign(payload), to_text(payload))), manifest


def store_version(
    run: ReportRun,
    content: bytes,
    manifest: Manifest,
    kind: VersionKind,
    *,
    by: Actor,
    at: datetime,
    sentences_changed: int = 0,
) -> ReportVersion:
    """Within the caller's transaction, with the report's row locked; `take_step` then saves the row."""
    file = store_bytes(content, media_type=MEDIA_TYPE, at=at)
    run.file, run.as_known, run.figures = file, manifest.as_known, len(manifest.figures)
    run.current_number = manifest.version
    return ReportVersion.objects.create(
        run=run, number=manifest.version, kind=kind, file=file, as_known=manifest.as_known,
        figures=len(manifest.figures), sentences_changed=sentences_changed, by_id=by.user_id, by_name=by.name, at=at,
    )  # fmt: skip


def lock_for_step(
    report_id: int, step: ReportStep, *, by: User, at: datetime, number: int | None = None, comment: str = ""
) -> ReportRun:
    """The report, locked until the transaction ends, if this user may take the step now; the refusal otherwise.

    `number`: the version they were looking at.
    """
    today = local_date(at)
    # Two officers press at once: the second waits here and then sees what the first has done.
    ReportRun.objects.select_for_update().filter(pk=report_id).first()
    run = get_run(report_id, scope_of(by, today))
    if not may_take(step, user=by, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=today):
        raise ReportStepNotAllowed(step)
    is_own = run.submitted_by_id == by.pk
    obstacle = find_obstacle(ReportState(run.state), step, comment=comment, is_own=is_own)
    if obstacle is not None:
        raise obstacle
    if number is not None and number != run.current_number:
        raise ReportMoved
    return run


def take_step(
    run: ReportRun,
    step: ReportStep,
    *,
    by: Actor,
    at: datetime,
    comment: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """The new state with its step and audit line; tasks for the step before are done."""
    before = ReportState(run.state)
    after = TRANSITIONS[before, step]
    run.state = after.value
    run.save()
    record_steps([Taken(run.subject, run.current_number, step, before, after, by, at, comment.strip())])
    said = {"comment": comment.strip()} if comment.strip() else {}
    line = {"version": run.current_number, "sha256": run.file_id, **said, **(detail or {})}
    write_line(f"report.{step.value}", run.subject, line, by=by, at=at)
    if after is not before:
        for kind in TASKS:
            close_tasks(kind, [run.subject], at=at)
