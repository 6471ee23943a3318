"""What is wrong with the chain, in words."""

from django.utils.translation import gettext_lazy

REASONS = {
    "missing": gettext_lazy("thiếu một dòng"),
    "moved": gettext_lazy("dòng không nối với dòng trước nó"),
    "changed": gettext_lazy("nội dung dòng đã bị sửa"),
    "cut": gettext_lazy("các dòng từ đây về sau đã bị cắt mất"),
    "rewritten": gettext_lazy("dòng không phải là dòng của mốc đã đưa, chuỗi đã bị viết lại"),
}
