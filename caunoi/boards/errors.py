"""What the boards room refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class ViewUnknown(NotFound):
    code = "view-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có bảng xem đã lưu này, hoặc nó không được chia sẻ với bạn."))


class DashboardUnknown(NotFound):
    code = "dashboard-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có bảng theo dõi này, hoặc nó không được chia sẻ với bạn."))


class NotTheOwner(NotAllowed):
    """Only who made it changes it; others may keep a copy of their own."""

    code = "not-the-owner"

    def __init__(self, owner: str) -> None:
        super().__init__(
            _("Chỉ người lập (%(owner)s) được sửa hoặc xóa. Bạn có thể mở ra và lưu một bản của mình.")
            % {"owner": owner}
        )


class CannotShareHere(NotAllowed):
    code = "cannot-share-here"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Bạn không có vai trò ở %(unit)s nên không chia sẻ cho đơn vị đó được. Hãy chọn đơn vị của mình.")
            % {"unit": unit}
        )


class ViewMalformed(Refusal):
    """A question that no page would read."""

    code = "view-malformed"


class BoardTooLong(Refusal):
    code = "board-too-long"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("Một bảng theo dõi có nhiều nhất %(most)d ô để mở nhanh trên đường truyền yếu. Hãy lập thêm bảng khác.")
            % {"most": most}
        )


class CampaignUnknown(NotFound):
    code = "campaign-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có đợt ra quân này, hoặc nó nằm ngoài phạm vi của bạn."))


class CannotDeclareHere(NotAllowed):
    code = "cannot-declare-here"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Bạn không có vai trò duyệt hoặc quản lý ở %(unit)s nên không đặt hay bỏ đợt ra quân ở đó được.")
            % {"unit": unit}
        )


class CampaignMalformed(Refusal):
    """Days or a form with which nobody could take part."""

    code = "campaign-malformed"
