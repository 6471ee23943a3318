"""What the reports room refuses."""

from __future__ import annotations

from caunoi.refusals import FileRefused, NotAllowed, NotFound, Refusal


class TemplateUnknown(NotFound):
    code = "template-unknown"


class TemplateBroken(FileRefused):
    """Tags of the Word template that mean nothing; all of them at once, each with its paragraph."""

    code = "template-broken"


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
