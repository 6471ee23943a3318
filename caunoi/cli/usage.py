"""What is wrong with a command line, in the reader's language: click says it in English."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _


def explain_usage(error: click.UsageError) -> str:
    """How the command is called, and what was wrong with this call."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    lines = []
    if error.ctx is not None:
        pieces = " ".join(error.ctx.command.collect_usage_pieces(error.ctx))
        lines.append(_("Cách dùng: %(command)s") % {"command": f"{error.ctx.command_path} {pieces}".strip()})
        lines.append(_("Xem thêm: %(command)s --help") % {"command": error.ctx.command_path})
    return "\n".join([*lines, _explain(error)])


def _explain(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            sentence = _("Không có tùy chọn %(name)s.") % {"name": error.option_name}
            if error.possibilities:
                sentence += " " + _("Có phải: %(names)s?") % {"names": ", ".join(sorted(error.possibilities))}
            return sentence
        case click.exceptions.NoSuchCommand():
            return _("Không có lệnh %(name)s.") % {"name": error.command_name}
        case click.BadOptionUsage():
            return _("Tùy chọn %(name)s thiếu giá trị, hoặc không nhận giá trị.") % {"name": error.option_name}
        case click.MissingParameter():
            return _("Còn thiếu %(name)s.") % {"name": _name_of(error)}
        case click.BadParameter():
            words = {"name": _name_of(error), "why": _explain_value(error)}
            return _("Giá trị của %(name)s không dùng được: %(why)s") % words
    return error.format_message()


def _name_of(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param is not None else "")
    return hint if isinstance(hint, str) else " / ".join(hint)


def _explain_value(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return _("hãy chọn một trong: %(names)s.") % {"names": ", ".join(map(str, kind.choices))}
    if isinstance(kind, click.IntRange):
        least, most = kind.min, kind.max
        if least is not None and most is not None:
            return _("phải là số nguyên từ %(least)d đến %(most)d.") % {"least": least, "most": most}
        return _("phải là số nguyên, nhỏ nhất là %(least)d.") % {"least": least or 0}
    if isinstance(kind, click.types.IntParamType):
        return _("phải là số nguyên.")
    if isinstance(kind, click.Path):
        return _("không có tệp hoặc thư mục này, hoặc không dùng được.")
    return error.message
