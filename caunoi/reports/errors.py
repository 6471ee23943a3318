"""What the reports room refuses."""

from __future__ import annotations

from caunoi.refusals import FileRefused, NotAllowed, NotFound, Refusal
from caunoi.reports.rules.life import ReportState, ReportStep
from caunoi.sentences import gettext as _


class TemplateUnknown(NotFound):
    code = "template-unknown"


class TemplateBroken(FileRefused):
    """Tags of the Word template that mean nothing; all of them at once, each with its paragraph."""

    code = "template-broken"


class TemplatesNotYours(NotAllowed):
    """Templates and layouts of a unit are changed by its administrators and programme managers."""

    code = "templates-not-yours"


class TemplateUnchanged(Refusal):
    """What was to be put in use is in use already."""

    code = "template-unchanged"


class ReportEmpty(Refusal):
    """Not one figure of the report has a value: no approved record for this place and period."""

    code = "report-empty"


class PeriodReversed(Refusal):
    code = "period-reversed"


class PlaceAbsent(Refusal):
    """The unit does not exist on the day whose boundaries were asked for."""

    code = "place-absent"


class NotAReport(Refusal):
    """A file that `verify` cannot read: no Word file, one too large to open safely, or damaged."""

    code = "not-a-report"


class ReportUnknown(NotFound):
    code = "report-unknown"


class BatchUnknown(NotFound):
    code = "report-batch-unknown"


class BatchTooLarge(Refusal):
    """More reports in one go than a page makes; the command line makes them."""

    code = "report-batch-too-large"


class BatchNotYours(NotAllowed):
    """Somebody else's: the reports would bear another name than the batch."""

    code = "report-batch-not-yours"


class ReportOutOfReach(NotAllowed):
    """The report holds figures of units that this reader may not see."""

    code = "report-out-of-reach"


class KeyUnusable(Refusal):
    """The signing key in CAUNOI_HOME/keys cannot be read or made."""

    code = "key-unusable"


class PdfUnavailable(Refusal):
    """LibreOffice, which turns a report into a PDF, is not installed on the server."""

    code = "pdf-unavailable"


class PdfFailed(Refusal):
    """LibreOffice is there, but made no PDF of the report."""

    code = "pdf-failed"


# -- the life of a report ---------------------------------------------------------------------------------------------


def state_name(state: ReportState) -> str:
    return {
        ReportState.DRAFT: _("dự thảo"),
        ReportState.SUBMITTED: _("chờ duyệt"),
        ReportState.RETURNED: _("bị trả lại"),
        ReportState.APPROVED: _("đã duyệt, chờ ban hành"),
        ReportState.ISSUED: _("đã ban hành"),
        ReportState.SUPERSEDED: _("đã được thay thế"),
    }[state]


def step_name(step: ReportStep) -> str:
    return {
        ReportStep.REVISE: _("sửa"),
        ReportStep.SUBMIT: _("trình duyệt"),
        ReportStep.RETURN: _("trả lại"),
        ReportStep.APPROVE: _("duyệt"),
        ReportStep.ISSUE: _("ban hành"),
        ReportStep.SUPERSEDE: _("thay thế"),
    }[step]


def result_name(step: ReportStep) -> str:
    """What happened, said afterwards."""
    return {
        ReportStep.REVISE: _("Có phiên bản mới"),
        ReportStep.SUBMIT: _("Đã trình duyệt"),
        ReportStep.RETURN: _("Đã trả lại"),
        ReportStep.APPROVE: _("Đã duyệt"),
        ReportStep.ISSUE: _("Đã ban hành"),
        ReportStep.SUPERSEDE: _("Đã được thay thế"),
    }[step]


class ReportStepImpossible(Refusal):
    """The life of a report has no such step from this state."""

    code = "report-step-impossible"

    def __init__(self, state: ReportState, step: ReportStep) -> None:
        super().__init__(
            _(
                "Báo cáo đang ở trạng thái “%(state)s” nên không %(step)s được. Hãy tải lại trang để xem tình trạng mới"
                " nhất."
            )
            % {"state": state_name(state), "step": step_name(step)}
        )


class ReportStepDone(Refusal):
    """The same button pressed twice, or two officers at once."""

    code = "report-step-done"

    def __init__(self, state: ReportState) -> None:
        super().__init__(
            _("Báo cáo này đã ở trạng thái “%(state)s” rồi; không có gì thay đổi.") % {"state": state_name(state)}
        )


class ReportStepNotAllowed(NotAllowed):
    code = "report-step-not-allowed"

    def __init__(self, step: ReportStep) -> None:
        super().__init__(
            _(
                "Bạn không có quyền %(step)s báo cáo này. Quyền đó thuộc người được giao ở đơn vị của báo cáo hoặc cấp"
                " trên."
            )
            % {"step": step_name(step)}
        )


class ReportCommentMissing(Refusal):
    code = "report-comment-missing"

    def __init__(self) -> None:
        super().__init__(_("Khi trả lại báo cáo phải ghi rõ cần sửa gì. Hãy ghi ý kiến rồi bấm lại."))


class OwnReport(NotAllowed):
    """Nobody approves what they themselves submitted."""

    code = "own-report"

    def __init__(self) -> None:
        super().__init__(_("Bạn không được duyệt báo cáo do chính mình trình. Hãy nhờ người duyệt khác của đơn vị."))


class ReportMoved(Refusal):
    """Another version came between looking at the report and pressing the button."""

    code = "report-moved"

    def __init__(self) -> None:
        super().__init__(_("Báo cáo đã có phiên bản mới hơn bản bạn đang xem. Hãy tải lại trang, xem lại rồi bấm lại."))


class WrongReportFile(Refusal):
    """The uploaded file is not a version of this report, or its list of figures cannot be relied on."""

    code = "wrong-report-file"


class FiguresRetyped(FileRefused):
    """Figures of the uploaded draft were changed by hand: each with what was printed and what stands there."""

    code = "figures-retyped"


class FiguresDropped(FileRefused):
    """Figures of the draft are no longer in the uploaded file, and nobody has confirmed that they should be gone."""

    code = "figures-dropped"


class DraftUnfinished(Refusal):
    """Tracked changes that nobody has accepted or rejected, or macros, stand in the file."""

    code = "draft-unfinished"


class NumberTaken(Refusal):
    """Another report of the unit and body bears this number in this year."""

    code = "report-number-taken"


class CannotReplace(Refusal):
    """The report that is to be superseded is not an issued one of the same unit, body and template."""

    code = "cannot-replace"


class BodyUnknown(Refusal):
    """No body of this name reports about the unit beside its usual one."""

    code = "body-unknown"

    def __init__(self, body: str, known: list[str]) -> None:
        said = _("Không có cơ quan “%(body)s” cùng báo cáo về đơn vị này.") % {"body": body}
        if known:
            remedy = _("Các cơ quan có thể thức riêng: %(names)s.") % {"names": "; ".join(known)}
        else:
            remedy = _("Hãy thêm cơ quan ở trang “Thể thức của cơ quan báo cáo”, hoặc để trống.")
        super().__init__(f"{said} {remedy}")


class TooManyChecks(Refusal):
    """Files checked from one address without an account."""

    code = "too-many-checks"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            _("Từ địa chỉ này đã kiểm tra quá nhiều lần. Hãy đợi %(minutes)d phút rồi thử lại.") % {"minutes": minutes}
        )


class NoUnitsBelow(Refusal):
    """Reports of all units below were asked for, and there is none of that level."""

    code = "no-units-below"


class PeriodUnclear(Refusal):
    """The period's name does not fit the template, or the days are missing."""

    code = "period-unclear"
