"""What the room of contributions refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class WorkUnknown(NotFound):
    code = "work-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có công trình này trong phạm vi của bạn. Hãy mở lại từ trang Đóng góp, công trình."))


class WorksNotYours(NotAllowed):
    code = "works-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Việc này do người ghi, người duyệt của %(unit)s làm. Hãy nhờ người có vai trò đó.") % {"unit": unit}
        )


class DisclosureInvalid(Refusal):
    """A reason that is missing, a step that is done already, a template that the pack does not bring."""

    code = "disclosure-invalid"


class TooManyDisclosureReads(Refusal):
    """Somebody tries addresses, or many read behind one."""

    code = "too-many-disclosure-reads"

    def __init__(self, minutes: int) -> None:
        said = _("Đã mở quá nhiều danh sách từ máy này. Hãy thử lại sau %(minutes)d phút.")
        super().__init__(said % {"minutes": minutes})
