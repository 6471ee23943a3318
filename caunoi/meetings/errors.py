"""What the meetings room refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class MeetingUnknown(NotFound):
    code = "meeting-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có cuộc họp này, hoặc tài khoản của bạn không được xem nó."))


class MeetingNotYours(NotAllowed):
    """Planning, counting or answering for a unit without a role that enters its records."""

    code = "meeting-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Tài khoản của bạn không ghi được cuộc họp của %(unit)s. Hãy nhờ người ghi hoặc người sửa của đơn vị đó.")
            % {"unit": unit}
        )


class MeetingInvalid(Refusal):
    """What was entered cannot stand; the sentence says which part and why."""

    code = "meeting-invalid"


class MeetingMoved(Refusal):
    """Changed, closed or cancelled by somebody else meanwhile."""

    code = "meeting-moved"

    def __init__(self) -> None:
        super().__init__(_("Cuộc họp này vừa được người khác sửa. Hãy mở lại trang để xem bản mới rồi làm tiếp."))


class MeetingStepImpossible(Refusal):
    code = "meeting-step-impossible"

    def __init__(self, state: str) -> None:
        super().__init__(
            _("Cuộc họp đang ở tình trạng “%(state)s” nên không làm bước này được. Hãy mở lại trang để xem.")
            % {"state": state}
        )


class MeetingHasRecord(Refusal):
    """A meeting that was closed once filled a record, whose figures would outlive it."""

    code = "meeting-has-record"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Cuộc họp này đã gửi phiếu vào số liệu nên chưa hủy được. Hãy nhờ người duyệt rút phiếu đó trước, với"
                " lý do, rồi hủy cuộc họp."
            )
        )


class DoorUnknown(NotFound):
    """The code at a door, mistyped, of another server, or of a site that was taken out."""

    code = "door-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có điểm danh nào ở địa chỉ này. Hãy quét lại mã dán ở cửa phòng họp."))


class DoorClosed(Refusal):
    code = "door-closed"

    def __init__(self) -> None:
        super().__init__(_("Điểm danh chưa mở hoặc đã đóng, nên lượt này không được tính. Hãy báo cho người tổ chức."))


class TooManyTurns(Refusal):
    """More than a hall lets in within some minutes; the page keeps them and tries again."""

    code = "too-many-turns"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            _("Đang có quá nhiều lượt cùng lúc. Trang này giữ lại và gửi tiếp sau %(minutes)d phút.")
            % {"minutes": minutes}
        )
