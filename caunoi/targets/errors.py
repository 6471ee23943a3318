"""What the targets room refuses."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class TargetUnknown(NotFound):
    code = "target-unknown"

    def __init__(self, asked: str) -> None:
        super().__init__(
            _(
                "Không có chỉ tiêu phấn đấu nào mã “%(code)s” giao được ở đây. Chỉ tiêu phấn đấu là mục có nature ="
                " target, lấy từ đúng một câu hỏi của một biểu mẫu theo kỳ, và được nối với kết quả bằng target-of."
            )
            % {"code": asked}
        )


class CannotSetTargets(NotAllowed):
    code = "cannot-set-targets"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _(
                "Chỉ quản lý chương trình hoặc người sửa của %(unit)s (hoặc cấp trên) mới giao được chỉ tiêu ở đây."
                " Hãy nhờ người có vai trò đó."
            )
            % {"unit": unit}
        )


class NobodyToGiveTo(Refusal):
    code = "nobody-to-give-to"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _(
                "%(unit)s không có đơn vị nào bên dưới nhận được chỉ tiêu này trong kỳ. Gói phải phân công biểu mẫu chỉ"
                " tiêu cho cấp nhận (assignments.csv)."
            )
            % {"unit": unit}
        )


class PartsDoNotAddUp(Refusal):
    """`difference`: of the whole, as shown."""

    code = "parts-do-not-add-up"

    def __init__(self, whole: str, given: str, difference: str, unit: str, *, too_much: bool) -> None:
        numbers = {"whole": whole, "given": given, "difference": difference, "unit": unit}
        super().__init__(
            (
                _(
                    "Tổng phần giao %(given)s lớn hơn chỉ tiêu chung %(whole)s, vượt %(difference)s %(unit)s. Hãy giảm"
                    " phần của đơn vị hoặc nâng chỉ tiêu chung."
                )
                if too_much
                else _(
                    "Tổng phần giao %(given)s chưa đủ chỉ tiêu chung %(whole)s, còn thiếu %(difference)s %(unit)s. Cấp"
                    " giao không giữ lại chỉ tiêu này được nên phải giao hết."
                )
            )
            % numbers
        )


class PartEmptied(Refusal):
    code = "part-emptied"

    def __init__(self, units: Sequence[str]) -> None:
        super().__init__(
            _("%(units)s đã có chỉ tiêu trong kỳ này, không để trống được. Ghi 0 nếu không giao nữa.")
            % {"units": ", ".join(units)}
        )


class PartOutsideForm(Refusal):
    code = "part-outside-form"

    def __init__(self, unit: str, sentence: str) -> None:
        super().__init__(
            _("%(unit)s: %(sentence)s Hãy sửa con số này, hoặc sửa giới hạn trong biểu mẫu chỉ tiêu của gói.")
            % {"unit": unit, "sentence": sentence}
        )


class EndedUndecided(Refusal):
    """A target stands for a unit that ended within the period, and nobody has said what becomes of it."""

    code = "ended-undecided"

    def __init__(self, units: Sequence[str]) -> None:
        super().__init__(
            _(
                "Còn chỉ tiêu của đơn vị đã kết thúc trong kỳ: %(units)s. Hãy quyết định giao lại cho ai trước khi phân"
                " bổ tiếp."
            )
            % {"units": ", ".join(units)}
        )


class NoHeirNamed(Refusal):
    """Of a target that doesn't add up: nobody was named to take it over, nor was it given up."""

    code = "no-heir-named"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _(
                "Chưa ghi chỉ tiêu của đơn vị nào thay cho %(unit)s. Hãy ghi ít nhất một số, hoặc bấm “Thôi giao chỉ"
                " tiêu này”."
            )
            % {"unit": unit}
        )


class AlreadySettled(Refusal):
    code = "target-already-settled"

    def __init__(self) -> None:
        super().__init__(_("Chỉ tiêu của đơn vị này vừa được người khác quyết định. Hãy mở lại trang để xem."))


class AllotmentMoved(Refusal):
    """Two officers broke the same whole down at once."""

    code = "allotment-moved"

    def __init__(self, who: str) -> None:
        super().__init__(
            _("%(who)s vừa lưu một bản phân bổ khác của chỉ tiêu này. Hãy mở lại trang, xem bản đó rồi sửa tiếp.")
            % {"who": who}
        )
