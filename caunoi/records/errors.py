"""What the door refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import ngettext

from caunoi.approvals.errors import StepImpossible
from caunoi.forms.rules.check import Problem
from caunoi.refusals import NotFound, Refusal
from caunoi.sentences import gettext as _


def in_words(day: date) -> str:
    return day.strftime("%d/%m/%Y")


class AnswersRefused(Refusal):
    """Answers that cannot be kept: of a wrong type, or (from a spreadsheet) outside the form's rules."""

    code = "answers-refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = len(problems) - 1
        sentence: str = _("Câu “%(label)s”: %(message)s") % {"label": first.label, "message": first.message}
        if more:
            sentence += " " + ngettext("Còn %(count)d lỗi nữa.", "Còn %(count)d lỗi nữa.", more) % {"count": more}
        super().__init__(sentence)
        self.problems = tuple(problems)


class Uncountable(Refusal):
    """Approved it would have to enter the books, which cannot hold what it says."""

    code = "uncountable"

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            _("Chưa duyệt được: câu “%(label)s” không cho ra số liệu. %(message)s Hãy trả lại để sửa câu này.")
            % {"label": problem.label, "message": problem.message}
        )


class NotAssigned(Refusal):
    code = "not-assigned"

    def __init__(self, title: str, unit: str, day: date) -> None:
        super().__init__(
            _("“%(unit)s” không được giao biểu mẫu “%(title)s” vào ngày %(day)s. Hãy kiểm tra lại đơn vị và biểu mẫu.")
            % {"title": title, "unit": unit, "day": in_words(day)}
        )


class UnitNotOnDay(Refusal):
    """The sentence names the successors or predecessors."""

    code = "unit-not-on-day"


class UnitUnknown(NotFound):
    code = "unit-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có đơn vị này. Hãy chọn lại đơn vị."))


class PeriodMissing(Refusal):
    code = "period-missing"

    def __init__(self, title: str, example: str) -> None:
        super().__init__(
            _("Biểu mẫu “%(title)s” phải ghi rõ kỳ báo cáo, ví dụ %(example)s.") % {"title": title, "example": example}
        )


class PeriodMismatch(Refusal):
    code = "period-mismatch"

    def __init__(self, asked: str, answered: str) -> None:
        super().__init__(
            _("Kỳ báo cáo trong phiếu (%(answered)s) khác kỳ đang mở (%(asked)s). Hãy chọn lại kỳ báo cáo.")
            % {"asked": asked, "answered": answered}
        )


class PeriodNotBegun(Refusal):
    code = "period-not-begun"

    def __init__(self, period: str, first: date) -> None:
        super().__init__(
            _("Kỳ %(period)s chưa bắt đầu (bắt đầu ngày %(day)s) nên chưa gửi được.")
            % {"period": period, "day": in_words(first)}
        )


class PeriodClosed(Refusal):
    """`closing`: the last day on which it was accepted; `office`: the unit whose officers can extend it."""

    code = "period-closed"

    def __init__(self, title: str, period: str, closing: date, office: str) -> None:
        super().__init__(
            _(
                "“%(title)s” của kỳ %(period)s đã đóng sau ngày %(day)s nên không nhận nữa. "
                "Hãy nhờ người duyệt hoặc quản lý chương trình của %(office)s gia hạn rồi gửi lại."
            )
            % {"title": title, "period": period, "day": in_words(closing), "office": office}
        )
        self.closing, self.office = closing, office


class EventDayMissing(Refusal):
    code = "event-day-missing"

    def __init__(self, label: str) -> None:
        super().__init__(_("Chưa có ngày diễn ra ở câu “%(label)s”. Hãy ghi ngày rồi gửi lại.") % {"label": label})


class EventInFuture(Refusal):
    code = "event-in-future"

    def __init__(self, day: date) -> None:
        super().__init__(
            _("Ngày %(day)s ở tương lai. Chỉ ghi hoạt động đã diễn ra; hãy kiểm tra lại ngày.") % {"day": in_words(day)}
        )


class InstanceTaken(Refusal):
    """Same instanceID, other content: two answers would share one identity."""

    code = "instance-taken"

    def __init__(self) -> None:
        super().__init__(
            _("Mã nhận dạng của bản gửi đã dùng cho một bản ghi có nội dung khác. Hãy mở lại biểu mẫu rồi gửi lại.")
        )


class InstanceWithdrawn(Refusal):
    """A record that was taken out of the books, sent once more."""

    code = "instance-withdrawn"

    def __init__(self) -> None:
        super().__init__(_("Bản ghi này đã rút nên không nhận lại. Hãy điền một bản mới."))


class DeprecatedUnknown(NotFound):
    code = "deprecated-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không tìm thấy bản ghi mà bản sửa này thay thế. Hãy mở lại bản ghi và sửa lại."))


class DeprecatedStale(Refusal):
    """Somebody corrected it meanwhile; taking this one would silently undo theirs."""

    code = "deprecated-stale"

    def __init__(self) -> None:
        super().__init__(
            _("Bản ghi đã có bản sửa mới hơn trong lúc bạn sửa. Hãy mở lại bản ghi, xem bản mới nhất rồi sửa tiếp.")
        )


class CorrectsAnother(Refusal):
    code = "corrects-another"

    def __init__(self) -> None:
        super().__init__(
            _("Bản sửa ghi đơn vị hoặc kỳ khác với bản ghi ban đầu. Hãy rút bản ghi cũ và gửi bản ghi mới.")
        )


class HeldUnknown(NotFound):
    code = "held-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có bản gửi này, hoặc bạn không được xem nó."))


class HeldSettled(Refusal):
    code = "held-settled"

    def __init__(self, by: str) -> None:
        super().__init__(_("Bản gửi này đã được %(name)s giải quyết. Hãy tải lại trang.") % {"name": by})


class ReasonMissing(Refusal):
    code = "reason-missing"

    def __init__(self) -> None:
        super().__init__(_("Chưa ghi lý do. Hãy ghi lý do rồi bấm lại, để sau này còn tra cứu."))


class SubmissionUnknown(NotFound):
    code = "submission-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có bản ghi này, hoặc bạn không được xem nó."))


class VersionMoved(Refusal):
    """The reader decided on another version than the newest."""

    code = "version-moved"

    def __init__(self) -> None:
        super().__init__(
            _("Bản ghi đã có phiên bản mới hơn bản bạn đang xem. Hãy tải lại trang, xem lại rồi quyết định.")
        )


class EnteringNotAllowed(Refusal):
    code = "entering-not-allowed"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Bạn không có quyền nhập số liệu cho “%(unit)s”. Hãy nhờ người quản trị giao quyền.") % {"unit": unit}
        )


class SentTwiceAtOnce(Refusal):
    code = "sent-twice-at-once"

    def __init__(self) -> None:
        super().__init__(_("Một bản gửi khác của cùng đơn vị và kỳ vừa đến cùng lúc. Hãy gửi lại sau giây lát."))


class SeveralRefused(Refusal):
    """What stands against several sendings of one batch: (index in the batch, refusal)."""

    code = "several-refused"

    def __init__(self, refusals: Sequence[tuple[int, Refusal]]) -> None:
        super().__init__(refusals[0][1].sentence)
        self.refusals = tuple(refusals)


class BookTooLarge(Refusal):
    code = "book-too-large"

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(
            _(
                "Sổ này sẽ có %(rows)d dòng, nhiều hơn %(most)d. "
                "Hãy chọn đơn vị nhỏ hơn, kỳ ngắn hơn hoặc ít biểu mẫu hơn."
            )
            % {"rows": rows, "most": most}
        )


class BookMoved(Refusal):
    """Somebody sent or corrected records between looking a workbook over and confirming it."""

    code = "book-moved"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Số liệu đã thay đổi từ lúc bạn xem trước nên chưa ghi gì. "
                "Hãy xem lại các thay đổi dưới đây rồi xác nhận."
            )
        )


class ErasingNotAllowed(Refusal):
    code = "erasing-not-allowed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Chỉ người phụ trách chương trình hoặc người quản trị của đơn vị mới xóa được dữ liệu cá nhân trong bản"
                " ghi. Hãy chuyển yêu cầu cho họ."
            )
        )


class DiskFull(Refusal):
    code = "disk-full"

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("Ổ đĩa máy chủ đã đầy nên chưa dòng nào của tệp %(file)s được nhập. Hãy báo người quản trị dọn ổ đĩa.")
            % {"file": file_name}
        )


# What says nothing against the answers, only that nobody can tell what they are about: a phone's sending is then held.
UNPLACED: tuple[type[Refusal], ...] = (
    CorrectsAnother,
    EventDayMissing,
    EventInFuture,
    NotAssigned,
    PeriodClosed,
    PeriodMismatch,
    PeriodMissing,
    PeriodNotBegun,
    StepImpossible,
    UnitNotOnDay,
)
