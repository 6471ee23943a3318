"""What phones are told, with the status the protocol wants; Collect shows the sentence to its user."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class VersionHeaderMissing(Refusal):
    code = "openrosa-version-missing"

    def __init__(self) -> None:
        super().__init__(
            _("Địa chỉ này dành cho ứng dụng ODK Collect (thiếu “X-OpenRosa-Version: 1.0”). Hãy mở bằng ứng dụng.")
        )


class TokenMissing(NotAllowed):
    code = "token-missing"

    def __init__(self) -> None:
        super().__init__(_("Điện thoại chưa có mã truy cập. Hãy quét mã QR mà cán bộ xã đã cấp."))


class TokenRefused(NotAllowed):
    """Never one, or revoked: the two are never told apart."""

    code = "token-refused"

    def __init__(self) -> None:
        super().__init__(_("Mã truy cập của điện thoại không đúng hoặc đã thu hồi. Hãy xin cán bộ xã mã QR mới."))


class TooManyGuesses(NotAllowed):
    code = "too-many-guesses"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            _("Có quá nhiều lần dùng mã truy cập sai. Hãy đợi %(minutes)d phút rồi thử lại.") % {"minutes": minutes}
        )


class FormNotYours(NotAllowed):
    code = "form-not-yours"

    def __init__(self, title: str) -> None:
        super().__init__(
            _("Đơn vị của điện thoại không được giao biểu mẫu “%(title)s”, hoặc biểu mẫu đã đóng.") % {"title": title}
        )


class DeviceAddressUnknown(NotFound):
    code = "device-address-unknown"

    def __init__(self) -> None:
        super().__init__(_("Máy chủ không có địa chỉ hoặc tệp này. Hãy quét lại mã QR mà cán bộ xã đã cấp."))


class NothingSent(Refusal):
    code = "nothing-sent"

    def __init__(self) -> None:
        super().__init__(_("Bản gửi không có nội dung hoặc bị cắt giữa chừng. Hãy gửi lại."))


class FormIdMissing(Refusal):
    code = "form-id-missing"

    def __init__(self) -> None:
        super().__init__(_("Bản gửi không ghi mã biểu mẫu. Hãy tải lại biểu mẫu rồi điền lại."))


class SendingTooLarge(Refusal):
    """`megabytes`: the limit."""

    code = "sending-too-large"

    def __init__(self, megabytes: int) -> None:
        super().__init__(
            _("Bản gửi lớn hơn %(size)d MB nên máy chủ không nhận. Hãy bớt ảnh hoặc chọn ảnh nhỏ hơn rồi gửi lại.")
            % {"size": megabytes}
        )


class UnitsMissing(Refusal):
    code = "units-missing"

    def __init__(self) -> None:
        super().__init__(_("Chưa chọn đơn vị nào. Hãy chọn đơn vị rồi bấm lại."))
