"""What the accounts room refuses."""

from __future__ import annotations

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
