"""What actions and fields are called for people who read the audit. A name without an entry is shown as it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

# What stands before the point, then what is done with it: "role.end" is "vai trò: kết thúc".
THINGS = {
    "access": gettext_lazy("hồ sơ của đơn vị cũ"),
    "app-user": gettext_lazy("điện thoại"),
    "audit": gettext_lazy("nhật ký"),
    "award": gettext_lazy("khen thưởng, chứng nhận"),
    "backup": gettext_lazy("sao lưu"),
    "breach": gettext_lazy("sự cố dữ liệu"),
    "dashboard": gettext_lazy("bảng theo dõi"),
    "document": gettext_lazy("văn bản"),
    "entity": gettext_lazy("mục trong sổ"),
    "form": gettext_lazy("biểu mẫu"),
    "held": gettext_lazy("bản gửi chờ xếp chỗ"),
    "invitation": gettext_lazy("lời mời"),
    "outside": gettext_lazy("tài khoản ở cơ quan khác"),
    "pack": gettext_lazy("gói chương trình"),
    "person": gettext_lazy("dữ liệu cá nhân"),
    "places": gettext_lazy("đơn vị hành chính"),
    "register": gettext_lazy("sổ"),
    "release": gettext_lazy("bảng công bố"),
    "reorganisation": gettext_lazy("sắp xếp đơn vị"),
    "report": gettext_lazy("báo cáo"),
    "report-layout": gettext_lazy("thể thức báo cáo"),
    "report-template": gettext_lazy("mẫu báo cáo"),
    "role": gettext_lazy("vai trò"),
    "second-factor": gettext_lazy("lớp xác thực thứ hai"),
    "session": gettext_lazy("phiên đăng nhập"),
    "sign-in": gettext_lazy("đăng nhập"),
    "submission": gettext_lazy("bản ghi"),
    "target": gettext_lazy("chỉ tiêu phấn đấu"),
    "training": gettext_lazy("đào tạo"),
    "user": gettext_lazy("tài khoản"),
    "view": gettext_lazy("bảng xem đã lưu"),
}
DEEDS = {
    "accept": gettext_lazy("nhận"),
    "add": gettext_lazy("thêm"),
    "approve": gettext_lazy("duyệt"),
    "approved": gettext_lazy("duyệt"),
    "assign": gettext_lazy("được giao"),
    "begin": gettext_lazy("bắt đầu"),
    "bind": gettext_lazy("gắn khi dùng lần đầu"),
    "break-down": gettext_lazy("giao cho đơn vị"),
    "change": gettext_lazy("đổi"),
    "close": gettext_lazy("đóng"),
    "confirm": gettext_lazy("mở cho đơn vị kế tục"),
    "correct": gettext_lazy("sửa"),
    "create": gettext_lazy("tạo"),
    "delete": gettext_lazy("xóa"),
    "edit": gettext_lazy("sửa"),
    "end": gettext_lazy("kết thúc"),
    "erase": gettext_lazy("xóa vĩnh viễn"),
    "export": gettext_lazy("xuất ra tệp"),
    "extend": gettext_lazy("gia hạn"),
    "files": gettext_lazy("đổi tệp kèm"),
    "grant": gettext_lazy("được giao"),
    "import": gettext_lazy("nhập từ bảng tính"),
    "issue": gettext_lazy("phát hành"),
    "lift": gettext_lazy("mở khóa"),
    "link": gettext_lazy("nối"),
    "load": gettext_lazy("nạp"),
    "lock": gettext_lazy("khóa"),
    "make": gettext_lazy("tạo"),
    "merge": gettext_lazy("gộp"),
    "move": gettext_lazy("chuyển đơn vị"),
    "password": gettext_lazy("đặt mật khẩu"),
    "pause": gettext_lazy("tạm khóa vì nhập sai"),
    "publish": gettext_lazy("phát hành"),
    "read": gettext_lazy("đã xem"),
    "receive": gettext_lazy("nhận"),
    "recover": gettext_lazy("dùng mã khôi phục"),
    "register": gettext_lazy("vào sổ"),
    "remove": gettext_lazy("gỡ bỏ"),
    "renew": gettext_lazy("làm mới"),
    "restore": gettext_lazy("khôi phục"),
    "return": gettext_lazy("trả lại"),
    "revoke": gettext_lazy("thu hồi"),
    "save": gettext_lazy("lưu"),
    "send": gettext_lazy("gửi"),
    "set": gettext_lazy("đặt"),
    "signer": gettext_lazy("chọn người ký"),
    "settle-ended": gettext_lazy("quyết định cho đơn vị đã kết thúc"),
    "submit": gettext_lazy("trình"),
    "unlink": gettext_lazy("gỡ nối"),
    "unmerge": gettext_lazy("tách lại"),
    "update": gettext_lazy("sửa"),
    "withdraw": gettext_lazy("rút"),
}
FIELDS = {
    "assignments": gettext_lazy("ai phải nộp"),
    "because": gettext_lazy("lý do"),
    "closed_on": gettext_lazy("ngừng nhận từ"),
    "email": gettext_lazy("thư điện tử"),
    "from": gettext_lazy("từ ngày"),
    "full_name": gettext_lazy("họ và tên"),
    "is_active": gettext_lazy("được đăng nhập"),
    "language": gettext_lazy("ngôn ngữ"),
    "name": gettext_lazy("tên"),
    "org_unit": gettext_lazy("đơn vị"),
    "period": gettext_lazy("kỳ"),
    "phone": gettext_lazy("số điện thoại"),
    "reason": gettext_lazy("lý do"),
    "role": gettext_lazy("vai trò"),
    "signer": gettext_lazy("chức vụ người ký"),
    "signer_name": gettext_lazy("họ tên người ký"),
    "title": gettext_lazy("tên"),
    "to": gettext_lazy("đến trước ngày"),
    "units": gettext_lazy("đơn vị"),
    "until": gettext_lazy("đến hết ngày"),
    "username": gettext_lazy("tên đăng nhập"),
}


def name_action(action: str) -> str:
    """ "role.end" in words; the name itself where one of its parts has no words."""
    thing, _point, deed = action.partition(".")
    if thing not in THINGS or deed not in DEEDS:
        return action
    return f"{THINGS[thing]}: {DEEDS[deed]}"


def name_field(field: str) -> str:
    return str(FIELDS.get(field, field))
