"""What the awards room refuses."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal

NAMED = 5


class AwardUnknown(NotFound):
    code = "award-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có hồ sơ khen thưởng này trong phạm vi của bạn. Hãy mở lại từ trang Khen thưởng."))


class AwardsNotYours(NotAllowed):
    code = "awards-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Hồ sơ khen thưởng của %(unit)s do người ghi, người duyệt ở đó lập. Hãy nhờ người có vai trò đó.")
            % {"unit": unit}
        )


class AwardStepNotPossible(Refusal):
    code = "award-step-not-possible"

    def __init__(self) -> None:
        super().__init__(
            _("Hồ sơ đã ở tình trạng khác nên không làm bước này được nữa. Hãy tải lại trang để xem tình trạng mới.")
        )


class AwardInvalid(Refusal):
    """A kind, an occasion, a day or a recipient that cannot be; a reason that is missing."""

    code = "award-invalid"


class TemplateUnusable(Refusal):
    """A paper's Word template that cannot be filled."""

    code = "award-template-unusable"

    def __init__(self, file: str, why: str) -> None:
        said = _("Mẫu giấy %(file)s không điền được: %(why)s. Hãy sửa mẫu trong gói chương trình rồi nạp lại gói.")
        super().__init__(said % {"file": file, "why": why})


class TooManyCertificateChecks(Refusal):
    """Somebody tries codes, or many read behind one address."""

    code = "too-many-certificate-checks"

    def __init__(self, minutes: int) -> None:
        said = _("Đã kiểm tra quá nhiều giấy từ máy này. Hãy thử lại sau %(minutes)d phút.")
        super().__init__(said % {"minutes": minutes})


class AwardTwice(Refusal):
    """The same recipient, kind and decision. `may_stand`: asked about, because two people may bear one name; else it
    stands already and is never written twice."""

    code = "award-twice"

    def __init__(self, names: Sequence[str], *, may_stand: bool) -> None:
        listed = "; ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
        said = (
            _("Đã có trong hồ sơ hoặc trong quyết định này: %(names)s. Nếu là người khác trùng tên, hãy xác nhận.")
            if may_stand
            else _("Đã có trong hồ sơ hoặc trong quyết định này: %(names)s. Hãy bỏ các dòng đó rồi thêm lại.")
        )
        super().__init__(said % {"names": listed})
        self.may_stand = may_stand
