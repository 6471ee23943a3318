"""What stands against changes of things: of a sending (a problem for a person), or of a person (a refusal)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class EntityMistake(Exception):
    """An entity part of a sending that cannot be carried out. Never reaches the sender; becomes an EntityProblem."""

    def __init__(self, list_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.list_code, self.sentence = list_code, sentence


class EntityUnknown(NotFound):
    code = "entity-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có mục này trong sổ theo dõi, hoặc bạn không được xem nó."))


class EntityListUnknown(NotFound):
    code = "entity-list-unknown"

    def __init__(self, code: str) -> None:
        super().__init__(_("Không có sổ theo dõi “%(code)s”. Hãy chọn lại ở trang Sổ theo dõi.") % {"code": code})


class EntityEditNotAllowed(NotAllowed):
    code = "entity-edit-not-allowed"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Bạn không có quyền sửa sổ theo dõi của “%(unit)s”. Hãy nhờ người quản trị giao quyền.") % {"unit": unit}
        )


class EntityMoved(Refusal):
    """Somebody changed it since the page was opened; deciding unseen would silently undo theirs."""

    code = "entity-moved"

    def __init__(self) -> None:
        super().__init__(_("Mục này vừa được sửa trong lúc bạn đang xem. Hãy tải lại trang, xem lại rồi quyết định."))


class ReviewUnknown(NotFound):
    code = "review-unknown"

    def __init__(self) -> None:
        super().__init__(_("Sổ này không có phần kiện toàn cho cấp của đơn vị. Hãy chọn lại ở trang Ghế và kiện toàn."))


class ReviewNothingCounted(Refusal):
    code = "review-nothing-counted"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Sổ chưa ghi gì của “%(unit)s” nên không đếm được. Hãy ghi vào sổ trước, hoặc điền phiếu như mọi khi.")
            % {"unit": unit}
        )


class ReviewMoved(Refusal):
    """The register counts something else than the officer saw."""

    code = "review-moved"

    def __init__(self) -> None:
        super().__init__(_("Sổ vừa được sửa trong lúc bạn đang xem. Hãy xem lại các con số rồi gửi."))


class EntityLabelMissing(Refusal):
    code = "entity-label-missing"

    def __init__(self) -> None:
        super().__init__(_("Chưa ghi tên, hoặc tên dài quá 400 ký tự. Hãy ghi tên ngắn gọn rồi lưu lại."))


class EntityDayWrong(Refusal):
    code = "entity-day-wrong"

    def __init__(self) -> None:
        super().__init__(_("Ngày áp dụng không được ở tương lai hay trước năm 1900. Hãy ghi lại ngày."))


class EntityUnitWrong(Refusal):
    """It can be moved to a unit of the same level that is there today, and not to the one it belongs to."""

    code = "entity-unit-wrong"

    def __init__(self) -> None:
        super().__init__(_("Chỉ chuyển được sang một đơn vị khác, cùng cấp và đang tồn tại. Hãy chọn lại đơn vị."))


class EntityStageRefused(Refusal):
    """It can't go to that stage, or not on that day, or what must be given with it is missing."""

    code = "entity-stage-refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class EntityStageNotAllowed(NotAllowed):
    code = "entity-stage-not-allowed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class EntityUnchanged(Refusal):
    code = "entity-unchanged"

    def __init__(self) -> None:
        super().__init__(_("Chưa có gì thay đổi nên chưa lưu. Hãy sửa rồi bấm lưu lại."))


class EntityNoConflict(Refusal):
    code = "entity-no-conflict"

    def __init__(self) -> None:
        super().__init__(_("Mục này không còn chỗ trái nhau nào chờ quyết định."))


class EntityChoiceMissing(Refusal):
    code = "entity-choice-missing"

    def __init__(self) -> None:
        super().__init__(_("Chưa chọn giá trị cho mọi chỗ trái nhau. Hãy chọn ở từng dòng rồi lưu lại."))


class EntityMergeImpossible(Refusal):
    """Not of one list, one of them twice, merged already, or removed."""

    code = "entity-merge-impossible"

    def __init__(self) -> None:
        super().__init__(
            _("Chỉ gộp được hai mục khác nhau, còn dùng, của cùng một sổ và cùng đơn vị. Hãy chọn lại hai mục.")
        )


class EntityNotMerged(Refusal):
    code = "entity-not-merged"

    def __init__(self) -> None:
        super().__init__(_("Mục này không ở trong mục nào khác, nên không có gì để bỏ gộp."))


class EntityProblemUnknown(NotFound):
    code = "entity-problem-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có vướng mắc này, nó đã được giải quyết, hoặc bạn không được xem nó."))
