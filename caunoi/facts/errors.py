"""What the facts room refuses."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.languages import show_number
from caunoi.refusals import NotAllowed, Refusal


class CodeUnknown(Refusal):
    code = "code-unknown"


class CannotBeAdded(Refusal):
    """Asked to add what cannot be added (own-level values, targets to results, a whole to its part)."""

    code = "cannot-be-added"


class FactRefused(Refusal):
    """An answer that cannot become the exact value its data element asks for (too many decimals, too large)."""

    code = "fact-refused"


class QuestionMalformed(Refusal):
    """A period the wrong way round, an unknown level, a ref that is no question."""

    code = "question-malformed"


class TooManyFigures(QuestionMalformed):
    """More figures than one page or list holds; as CSV they come part after part."""

    code = "too-many-figures"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            _(
                "Câu hỏi này cho %(size)s số, nhiều hơn %(most)s."
                " Hãy chọn ít chỉ tiêu, cấp cao hơn hoặc kỳ ngắn hơn, hoặc tải về dạng CSV."
            )
            % {"size": show_number(Decimal(count)), "most": show_number(Decimal(most))}
        )


class TooManyForSheet(Refusal):
    """A workbook of more figures than Excel has rows; as CSV there is no limit."""

    code = "too-many-for-sheet"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            _("Câu hỏi này cho %(count)s số, nhiều hơn %(most)s dòng của một trang tính Excel. Hãy tải về dạng CSV.")
            % {"count": show_number(Decimal(count)), "most": show_number(Decimal(most))}
        )


class SegmentsNotWritten(Refusal):
    """The disk of the columnar files is full, or not ours to write on. Nothing is lost: the ledger holds all of it."""

    code = "segments-not-written"

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(
            _(
                "Không ghi được tệp số liệu vào %(folder)s: %(why)s. Sổ số liệu vẫn nguyên vẹn. Hãy dọn chỗ hoặc sửa"
                " quyền của thư mục rồi chạy: caunoi ledger rebuild"
            )
            % {"folder": folder, "why": why}
        )


class LedgerBroken(Refusal):
    """A columnar segment is missing or differs from its hash; remedy: `caunoi ledger rebuild`."""

    code = "ledger-broken"


class EngineUnreachable(Refusal):
    """`CAUNOI_ENGINE=spark` and the cluster does not answer; nothing else answers in its place."""

    code = "engine-unreachable"


class CannotMarkSeen(NotAllowed):
    """Marking what a check said as seen and right, by someone who does not decide about the unit or entered it."""

    code = "cannot-mark-seen"

    def __init__(self) -> None:
        super().__init__(
            _("Chỉ người duyệt hoặc quản lý chương trình, không phải chính người ghi, mới xác nhận được điểm này.")
        )


class NoteMissing(Refusal):
    code = "note-missing"

    def __init__(self) -> None:
        super().__init__(_("Hãy ghi vì sao con số này đúng rồi bấm lại."))


class FindingGone(Refusal):
    """What was to be marked as seen is not said any more: the figures around it changed meanwhile."""

    code = "finding-gone"

    def __init__(self) -> None:
        super().__init__(_("Điểm này không còn nữa: số liệu đã đổi. Hãy tải lại trang."))


class OnlyReleased(Refusal):
    """Sensitive counts, asked by someone without a role: they are read in released tables. Says which there are."""

    code = "only-released"


class ReleaseRefused(Refusal):
    """A release of other than whole periods, of a place that isn't there, or one that can't be protected."""

    code = "release-refused"
