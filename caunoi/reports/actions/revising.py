"""Another version of a draft: made again from the figures of today, or rewritten in Word and brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.periods.rules import Days
from caunoi.refusals import Mistake
from caunoi.reports.actions.making import Progress, draft_report
from caunoi.reports.actions.versions import lock_for_step, seal, store_version, take_step
from caunoi.reports.errors import DraftUnfinished, FiguresDropped, FiguresRetyped, WrongReportFile
from caunoi.reports.marks import mark_draft
from caunoi.reports.models import ReportRun, ReportVersion, VersionKind
from caunoi.reports.queries import check_may_open, get_run, read_run
from caunoi.reports.rules.life import ReportStep
from caunoi.reports.rules.manifest import Line, Manifest, pair, same_words
from caunoi.reports.verification import count_sentences, read_manifest
from caunoi.reports.word_file import WordFile
from caunoi.sentences import gettext as _


def make_again(
    *, report_id: int, by: User, at: datetime, scope: Scope, number: int | None = None, progress: Progress | None = None
) -> ReportVersion:
    """The same question asked anew, as the report's next version. Sentences that were rewritten are the template's
    again; the earlier versions stay."""
    run = get_run(report_id, scope)
    drafted = draft_report(
        template_code=run.template_code, place=run.org_unit_id, days=Days(run.day_from, run.day_to),
        boundaries=run.boundaries, by=by.actor, at=at, scope=scope,
        progress=progress or (lambda _done, _total, _what: None), key=run.key, number=run.current_number + 1,
        body=run.body,
    )  # fmt: skip
    with transaction.atomic():
        # Asked before the lock, which is short: who brought a version meanwhile goes first, and this one is refused.
        looked_at = run.current_number if number is None else number
        locked = lock_for_step(report_id, ReportStep.REVISE, by=by, at=at, number=looked_at)
        version = store_version(locked, drafted.content, drafted.manifest, VersionKind.MADE, by=by.actor, at=at)
        take_step(locked, ReportStep.REVISE, by=by.actor, at=at, detail={"kind": VersionKind.MADE.value})
    return version


def take_back_file(
    *,
    report_id: int,
    content: bytes,
    by: User,
    at: datetime,
    scope: Scope,
    dropping: bool = False,
) -> ReportVersion:
    """A draft that was downloaded and rewritten, as the report's next version. Sentences are the officer's to write;
    figures are not.

    Raises WrongReportFile (no version of this report, or an older one), FiguresRetyped with every figure changed by
    hand, FiguresDropped with every figure taken out unless that was confirmed (`dropping`), DraftUnfinished for macros.
    """
    run = get_run(report_id, scope)
    _content, standing = read_run(run)
    check_may_open(standing, scope)
    file = WordFile(content)
    if file.has_macros:
        raise DraftUnfinished(_("Tệp có macro nên không nhận. Hãy lưu lại thành tệp Word .docx không có macro."))
    manifest = _check_belongs(file, run)
    kept = _check_figures(manifest, file, dropping=dropping)
    changed = count_sentences(manifest, file) or 0
    sealed, manifest = seal(
        mark_draft(content, run.current_number + 1),
        replace(manifest, figures=kept, version=run.current_number + 1),
    )
    with transaction.atomic():
        locked = lock_for_step(report_id, ReportStep.REVISE, by=by, at=at, number=run.current_number)
        version = store_version(
            locked, sealed, manifest, VersionKind.EDITED, by=by.actor, at=at, sentences_changed=changed
        )
        detail = {"kind": VersionKind.EDITED.value, "sentences_changed": changed, "figures": len(kept)}
        take_step(locked, ReportStep.REVISE, by=by.actor, at=at, detail=detail)
    return version


def _check_belongs(file: WordFile, run: ReportRun) -> Manifest:
    status, manifest = read_manifest(file)
    if manifest is None:
        raise WrongReportFile(
            {
                "missing": _("Tệp này không có bảng kê số liệu nên không phải là dự thảo đã tải về từ đây."),
                "broken": _("Bảng kê số liệu trong tệp đã bị sửa hoặc hỏng nên không nhận."),
            }.get(status, _("Tệp này do một hệ thống khác lập ra."))
            + " "
            + _("Hãy tải dự thảo về, sửa trong chính tệp đó rồi nộp lại.")
        )
    if manifest.report != run.key:
        raise WrongReportFile(
            _("Tệp này là của một báo cáo khác: %(title)s. Hãy mở đúng báo cáo đó rồi nộp.") % {"title": manifest.title}
        )
    if manifest.version != run.current_number:
        raise WrongReportFile(
            _(
                "Tệp này sửa từ phiên bản %(old)d, nhưng báo cáo đã có phiên bản %(current)d. Hãy tải phiên bản mới về,"
                " chép phần đã sửa sang rồi nộp lại."
            )
            % {"old": manifest.version, "current": run.current_number}
        )
    return manifest


def _check_figures(manifest: Manifest, file: WordFile, *, dropping: bool) -> list[Line]:
    """The figures that are still in the file."""
    texts, added = pair(manifest.figures, file.list_links())
    lines = list(zip(manifest.figures, texts, strict=True))
    retyped = [
        Mistake("", "", 0, line.name, _word(line, _("đã in %(was)s, trong tệp là %(now)s"), text), text)
        for line, text in lines
        if text is not None and not same_words(text, line.shown)
    ]
    retyped += [
        Mistake(
            "", "", 0, "", _("số “%(text)s” được dán vào, không phải do hệ thống in") % {"text": link.text}, link.text
        )
        for link in added
    ]
    if retyped:
        raise FiguresRetyped(
            _(
                "%(count)d số liệu trong tệp đã bị sửa bằng tay nên không nhận. Câu chữ thì sửa tùy ý; số sai thì sửa ở"
                " bản ghi gốc rồi lập lại báo cáo."
            )
            % {"count": len(retyped)},
            retyped,
        )
    dropped = [line for line, text in lines if text is None]
    if dropped and not dropping:
        raise FiguresDropped(
            _("%(count)d số liệu không còn trong tệp. Nếu đúng là muốn bỏ, hãy đánh dấu xác nhận rồi nộp lại.")
            % {"count": len(dropped)},
            [Mistake("", "", 0, line.name, _word(line, _("đã in %(was)s, nay không còn"), ""), "") for line in dropped],
        )
    return [line for line, text in lines if text is not None]


def _word(line: Line, sentence: str, now: str) -> str:
    return f"{line.name}, {line.place_name}: " + sentence % {"was": line.shown, "now": now}
