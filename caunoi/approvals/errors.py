"""Refused steps. Each says what stands in the way and what to do instead."""

from __future__ import annotations

from caunoi.approvals.rules import State, Step
from caunoi.refusals import NotAllowed, Refusal
from caunoi.sentences import gettext as _


class StepImpossible(Refusal):
    """The transition table has no such step from this state."""

    code = "step-impossible"

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(self.describe(state, step))
        self.state, self.step = state, step

    def describe(self, state: State, step: Step) -> str:
        names = {"state": state_name(state), "step": step_name(step)}
        return (
            _("Bản ghi đang ở trạng thái “%(state)s” nên không thể %(step)s.") % names
            + " "
            + _("Hãy tải lại trang để xem tình trạng mới nhất.")
        )


class AlreadyDone(StepImpossible):
    """The same button pressed twice: nothing changed the second time."""

    code = "already-done"

    def describe(self, state: State, step: Step) -> str:
        return _("Bản ghi này đã ở trạng thái “%(state)s” rồi; không có gì thay đổi.") % {"state": state_name(state)}


class CommentMissing(Refusal):
    code = "comment-missing"

    def __init__(self, step: Step) -> None:
        super().__init__(
            _("Khi %(step)s phải ghi rõ lý do để người nhận biết cần làm gì. Hãy ghi ý kiến rồi bấm lại.")
            % {"step": step_name(step)}
        )


class StageMoved(StepImpossible):
    """The same button pressed twice, or two officers at once: this level has approved already."""

    code = "stage-moved"

    def describe(self, state: State, step: Step) -> str:
        return _("Cấp này đã duyệt bản ghi rồi; bản ghi đang chờ cấp trên. Không có gì thay đổi.")


class NotYourTurn(NotAllowed):
    """`level_name`: of the level whose turn it is."""

    code = "not-your-turn"

    def __init__(self, level_name: str) -> None:
        super().__init__(
            _("Bản ghi đang chờ cấp %(level)s duyệt trước. Khi cấp đó duyệt xong, bản ghi sẽ đến lượt bạn.")
            % {"level": level_name}
        )


class RemarkMisplaced(Refusal):
    code = "remark-misplaced"

    def __init__(self, question: str) -> None:
        super().__init__(
            _("Bản ghi không có câu hỏi “%(question)s” để ghi lời nhắn. Hãy tải lại trang rồi ghi lại.")
            % {"question": question}
        )


class OwnApproval(NotAllowed):
    code = "own-approval"

    def __init__(self) -> None:
        super().__init__(_("Bạn không được duyệt bản ghi do chính mình gửi. Hãy nhờ người duyệt khác của đơn vị."))


class StepNotAllowed(NotAllowed):
    code = "step-not-allowed"

    def __init__(self, step: Step) -> None:
        super().__init__(
            _("Bạn không có quyền %(step)s bản ghi này. Quyền đó thuộc người được giao ở cấp có thẩm quyền.")
            % {"step": step_name(step)}
        )


def state_name(state: State) -> str:
    return {
        State.DRAFT: _("đang soạn"),
        State.SUBMITTED: _("chờ duyệt"),
        State.RETURNED: _("bị trả lại"),
        State.APPROVED: _("đã duyệt"),
        State.LOCKED: _("đã khóa"),
        State.WITHDRAWN: _("đã rút"),
    }[state]


def step_name(step: Step) -> str:
    return {
        Step.SUBMIT: _("gửi"),
        Step.RETURN: _("trả lại"),
        Step.ENDORSE: _("duyệt và chuyển cấp trên"),
        Step.APPROVE: _("duyệt"),
        Step.CORRECT: _("sửa"),
        Step.LOCK: _("khóa"),
        Step.UNLOCK: _("mở khóa"),
        Step.WITHDRAW: _("rút"),
    }[step]
