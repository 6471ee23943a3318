"""What the accounts room refuses."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.refusals import NotFound, Refusal


class UserNameTaken(Refusal):
    code = "user-name-taken"


class UserInvalid(Refusal):
    """A name or password that cannot be used; the sentence says which and why."""

    code = "user-invalid"


class GrantInvalid(Refusal):
    """A role that cannot be given like this: days in the wrong order, or given already for these days."""

    code = "grant-invalid"


class AccessInvalid(Refusal):
    """Access to predecessors' records asked for a unit that did not come from that succession."""

    code = "access-invalid"


class AppUserInvalid(Refusal):
    """A phone's access that cannot be made like this: for a unit that ended, or with a name too long."""

    code = "app-user-invalid"


class AppUserUnknown(NotFound):
    code = "app-user-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có điện thoại này, hoặc bạn không được xem nó."))


class TokenLost(Refusal):
    """The server's secret key changed: what it sealed cannot be opened any more."""

    code = "token-lost"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("Không in lại được mã QR của “%(name)s” vì khóa bí mật của máy chủ đã đổi. Hãy thu hồi và cấp mã mới.")
            % {"name": name}
        )


class SecondFactorLost(Refusal):
    """The server's secret key changed: codes sealed with the old one cannot be checked any more."""

    code = "second-factor-lost"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Khóa bí mật của máy chủ đã đổi nên không kiểm tra được mã."
                " Hãy nhờ người quản trị gỡ lớp xác thực thứ hai."
            )
        )


class InvitationUnknown(NotFound):
    code = "invitation-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có lời mời nào với mã này. Hãy kiểm tra lại từng chữ, hoặc nhờ người mời gửi lại."))


class InvitationOver(Refusal):
    """Taken, revoked or too old; the sentence says which and what to do."""

    code = "invitation-over"


class OutsideInvalid(Refusal):
    """An account at the provider that cannot be linked: nothing entered, or it belongs to somebody else already."""

    code = "outside-invalid"


class OutsideUnreachable(Refusal):
    """The provider of CAUNOI_OIDC_ISSUER does not answer."""

    code = "outside-unreachable"

    def __init__(self) -> None:
        super().__init__(
            _("%(name)s hiện không trả lời. Hãy thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu nếu bạn có.")
            % {"name": settings.CAUNOI_OIDC_NAME}
        )


class OutsideWrong(Refusal):
    """What the provider answered proves nothing: signed by another, for another, too old, or not what was asked for."""

    code = "outside-wrong"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Câu trả lời của %(name)s không hợp lệ nên chưa đăng nhập được."
                " Hãy thử lại; nếu vẫn vậy, báo người quản trị."
            )
            % {"name": settings.CAUNOI_OIDC_NAME}
        )


class OutsideDeclined(Refusal):
    """The person, or the provider on its own, said no."""

    code = "outside-declined"

    def __init__(self) -> None:
        super().__init__(
            _("%(name)s không cho đăng nhập, hoặc bạn đã bấm từ chối ở đó. Hãy thử lại và bấm đồng ý.")
            % {"name": settings.CAUNOI_OIDC_NAME}
        )


class OutsideStale(Refusal):
    """The answer belongs to no sign-in that was begun in this browser within ten minutes."""

    code = "outside-stale"

    def __init__(self) -> None:
        super().__init__(
            _("Lần đăng nhập này đã quá lâu hoặc bắt đầu ở trình duyệt khác. Hãy bấm đăng nhập lại từ trang này.")
        )


class MailUnreachable(Refusal):
    """`caunoi mail check`: no mail server is set, or it does not answer, or it does not let us in."""

    code = "mail-unreachable"
