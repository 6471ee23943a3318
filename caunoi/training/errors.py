"""What the training room refuses."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal

NAMED = 5


class ClassUnknown(NotFound):
    code = "training-class-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có lớp này, hoặc tài khoản của bạn không được xem nó. Hãy mở lại từ trang Đào tạo."))


class ClassNotYours(NotAllowed):
    """Opening, keeping or closing a class without a role that enters its holder's records; or reading its learners."""

    code = "training-class-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Lớp của %(unit)s do người ghi, người sửa ở đó mở và ghi. Hãy nhờ người có vai trò đó.") % {"unit": unit}
        )


class TrainingInvalid(Refusal):
    """What was entered cannot stand; the sentence says which part and why."""

    code = "training-invalid"


class ClassMoved(Refusal):
    """Changed by somebody else meanwhile."""

    code = "training-class-moved"

    def __init__(self) -> None:
        super().__init__(_("Lớp này vừa được người khác sửa. Hãy mở lại trang để xem bản mới rồi làm tiếp."))


class ClassStepImpossible(Refusal):
    """Of two who close a class at once, the second is told this."""

    code = "training-step-impossible"

    def __init__(self, state: str) -> None:
        super().__init__(
            _("Lớp đang ở tình trạng “%(state)s” nên không làm bước này được. Hãy mở lại trang để xem.")
            % {"state": state}
        )


class ClassHasRecord(Refusal):
    """A class that was closed once filled a record, whose figures would outlive it."""

    code = "training-class-has-record"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Lớp này đã gửi phiếu vào số liệu nên chưa hủy được. Hãy nhờ người duyệt rút phiếu đó trước, với lý"
                " do, rồi hủy lớp."
            )
        )


class LearnerTwice(Refusal):
    """Asked about: two people of one place may bear one name."""

    code = "training-learner-twice"

    def __init__(self, names: Sequence[str]) -> None:
        listed = "; ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
        super().__init__(
            _("Đã có trong danh sách lớp: %(names)s. Nếu là người khác trùng tên, hãy xác nhận.") % {"names": listed}
        )


class MarkOutsideScale(Refusal):
    code = "training-mark-outside-scale"

    def __init__(self, mark: str, highest: str, decimals: int) -> None:
        super().__init__(
            _("Điểm %(mark)s ngoài thang điểm: ghi từ 0 đến %(highest)s, nhiều nhất %(decimals)d chữ số thập phân.")
            % {"mark": mark, "highest": highest, "decimals": decimals}
        )
