"""The personal fields of the product itself; those of forms are declared by packs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class DeclaredField:
    """What, of whom, for what purpose, who sees it, how long it is kept. `gone`: what erasure makes of it."""

    name: str | Promise
    of: str | Promise
    purpose: str | Promise
    seen_by: str | Promise
    kept: str | Promise
    gone: str | Promise


_USER, _PHONE = _("Người có tài khoản"), _("Người được cấp điện thoại thu thập")
_WHILE_ACCOUNT = _("Khi còn dùng tài khoản; xóa khi có yêu cầu.")
FIELDS = (
    DeclaredField(
        _("Họ và tên"), _USER, _("Biết ai ghi, ai duyệt một bản ghi; ai được giao vai trò ở đơn vị nào."),
        _("Người cùng đơn vị và cấp trên, người kiểm tra"), _WHILE_ACCOUNT,
        _("Thay bằng “da-xoa” và số của tài khoản."),
    ),
    DeclaredField(
        _("Số điện thoại"), _USER, _("Cán bộ gọi nhắc nộp báo cáo."), _("Cán bộ nhắc nộp, người quản trị"),
        _WHILE_ACCOUNT, _("Bỏ trống."),
    ),
    DeclaredField(
        _("Thư điện tử"), _USER, _("Gửi lời mời và thông báo, nếu người đó bật."), _("Chính người đó, người quản trị"),
        _WHILE_ACCOUNT, _("Bỏ trống."),
    ),
    DeclaredField(
        _("Mật khẩu, mã xác thực, khóa truy cập"), _USER, _("Để chỉ chính người đó đăng nhập được."),
        _("Không ai; chỉ giữ dạng đã băm hoặc mã hóa"), _WHILE_ACCOUNT, _("Hủy hết."),
    ),
    DeclaredField(
        _("Phiên đăng nhập và địa chỉ mạng"), _USER, _("Thấy và chấm dứt phiên lạ."),
        _("Chính người đó, người quản trị"), _("Hai tuần sau lần dùng cuối."), _("Hủy hết."),
    ),
    DeclaredField(
        _("Tên người dùng điện thoại thu thập"), _PHONE, _("Biết bản ghi gửi từ điện thoại nào."),
        _("Cán bộ cấp điện thoại, người duyệt bản ghi"), _("Khi điện thoại còn được dùng."),
        _("Đổi tên điện thoại trên trang Điện thoại."),
    ),
    DeclaredField(
        _("Tên và địa chỉ mạng trong nhật ký"), _USER, _("Trả lời được ai đã làm gì, khi nào."),
        _("Người kiểm tra, người quản trị"), _("Như nhật ký: không sửa, không xóa được."),
        _("Ở lại: pháp luật đòi hỏi truy được trách nhiệm của người thi hành công vụ."),
    ),
)  # fmt: skip
