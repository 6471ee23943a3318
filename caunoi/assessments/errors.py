"""What the assessments room refuses."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from caunoi.assessments.rules.life import RatingState, RatingStep
from caunoi.moments import VIETNAM
from caunoi.refusals import NotAllowed, NotFound, Refusal


class RatingUnknown(NotFound):
    code = "rating-unknown"

    def __init__(self) -> None:
        super().__init__(
            _("Không có đợt chấm điểm này trong phạm vi của bạn. Hãy mở lại từ trang Chấm điểm, xếp loại.")
        )


class CriteriaSetUnknown(NotFound):
    code = "criteria-set-unknown"

    def __init__(self) -> None:
        super().__init__(
            _("Không có bộ tiêu chí này, hoặc đơn vị nằm ngoài phạm vi của bạn. Hãy chọn lại từ trang Bộ tiêu chí.")
        )


class SheetUnknown(NotFound):
    """No scoring sheet of that code, or none that holds on the period's last day."""

    code = "scoring-sheet-unknown"


class RatingNotAllowed(NotAllowed):
    code = "rating-not-allowed"

    def __init__(self, who: str) -> None:
        super().__init__(_("Việc này thuộc về %(who)s. Hãy nhờ người có vai trò đó.") % {"who": who})


class OwnRating(NotAllowed):
    """Nobody reviews the points they sent themselves."""

    code = "own-rating"

    def __init__(self) -> None:
        super().__init__(
            _("Bạn đã gửi bảng tự chấm này nên người khác phải thẩm định. Hãy nhờ đồng nghiệp ở cấp trên.")
        )


class RatingOpened(Refusal):
    """The sheet is open, or closed, for this unit and period already."""

    code = "rating-opened-already"


class NothingToRate(Refusal):
    code = "nothing-to-rate"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("%(unit)s không có đơn vị nào thuộc cấp được chấm trong kỳ này. Hãy chọn đơn vị hoặc kỳ khác.")
            % {"unit": unit}
        )


class RatingStepNotPossible(Refusal):
    code = "rating-step-not-possible"

    def __init__(self, state: RatingState, step: RatingStep) -> None:
        said = _(
            "Không thể %(step)s khi bảng chấm đang ở trạng thái “%(state)s”."
            " Hãy tải lại trang để xem tình trạng mới nhất."
        )
        super().__init__(said % {"step": step_name(step), "state": state_name(state)})


class ReasonMissing(Refusal):
    code = "rating-reason-missing"

    def __init__(self) -> None:
        super().__init__(_("Hãy ghi lý do: đơn vị được chấm có quyền biết vì sao."))


class PointsRefused(Refusal):
    """Points out of the line's bounds, without evidence or reason, or on a line that a figure scores."""

    code = "points-refused"


class RoundClosed(Refusal):
    """Also said to the second of two officers who close at the same moment."""

    code = "rating-closed"

    def __init__(self, by: str, at: datetime) -> None:
        said = _(
            "%(by)s đã chốt đợt này lúc %(at)s; từ đó không sửa điểm được nữa. Đơn vị chưa đồng ý có thể kiến nghị."
        )
        super().__init__(said % {"by": by, "at": f"{at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"})


class CompleteChanged(Refusal):
    """More or fewer sheets are complete by now than the reviewer was told of."""

    code = "rating-complete-changed"

    def __init__(self, count: int) -> None:
        super().__init__(
            _("Sau khi bạn mở trang đã có bảng chấm thay đổi: bây giờ %(count)d bảng đủ điểm chờ bạn. Hãy xem lại.")
            % {"count": count}
        )


class RoundChanged(Refusal):
    """Figures or points changed after the simulation that was looked at."""

    code = "rating-changed"

    def __init__(self, *, of_one: bool = False) -> None:
        """`of_one`: the lines of one rating, not the round's simulation."""
        super().__init__(
            _("Điểm đã thay đổi sau khi bạn xem bảng mô phỏng. Hãy xem lại kết quả mới rồi chốt.")
            if not of_one
            else _("Điểm hoặc số liệu đã thay đổi sau khi bạn mở trang. Hãy xem lại từng dòng rồi ghi lần nữa.")
        )


class AppealTooLate(Refusal):
    code = "appeal-too-late"

    def __init__(self, last: date) -> None:
        said = _("Hạn kiến nghị của đợt này là ngày %(day)s. Đơn vị có thể đề nghị cấp mở đợt xem xét ở đợt sau.")
        super().__init__(said % {"day": f"{last:%d/%m/%Y}"})


class RoundUnfinished(Refusal):
    """Units without a review or with a line that nobody scored."""

    code = "rating-unfinished"


class CapBroken(Refusal):
    """More units in a class than its cap allows, and no exception of the sheet covers it or no reason was recorded."""

    code = "cap-broken"


class StatementRefused(Refusal):
    """A statement on a criterion without evidence, on a day outside the set's, or on one that the set doesn't have."""

    code = "statement-refused"


def state_name(state: RatingState) -> str:
    return {
        RatingState.OPEN: _("chưa tự chấm"),
        RatingState.SENT: _("đã tự chấm"),
        RatingState.RETURNED: _("bị trả lại"),
        RatingState.REVIEWED: _("đã thẩm định"),
        RatingState.LEFT_OUT: _("không xếp loại"),
        RatingState.CLOSED: _("đã chốt"),
        RatingState.APPEALED: _("đang kiến nghị"),
        RatingState.ANSWERED: _("đã trả lời kiến nghị"),
    }[state]


def step_name(step: RatingStep) -> str:
    return {
        RatingStep.SCORE: _("tự chấm"),
        RatingStep.SEND: _("gửi bảng tự chấm"),
        RatingStep.RETURN: _("trả lại"),
        RatingStep.REVIEW: _("thẩm định"),
        RatingStep.DECIDE: _("ghi điểm hội đồng"),
        RatingStep.LEAVE_OUT: _("đưa ra khỏi đợt xếp loại"),
        RatingStep.TAKE_IN: _("đưa lại vào đợt xếp loại"),
        RatingStep.CLOSE: _("chốt"),
        RatingStep.APPEAL: _("kiến nghị"),
        RatingStep.ANSWER: _("trả lời kiến nghị"),
    }[step]
