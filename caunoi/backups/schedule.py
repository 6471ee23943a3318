"""The worker's backups: one a day in the folder of the settings, older ones removed by the rule of what is kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from caunoi.audit.rules import Actor
from caunoi.backups import home
from caunoi.backups.actions import make_backup
from caunoi.backups.errors import BackupNotWritten, PassphraseNeeded
from caunoi.backups.making import Made
from caunoi.backups.models import BackupRun
from caunoi.backups.rules.retention import Keep, choose_kept, is_due
from caunoi.refusals import explain_os_error

NAME = "caunoi-%Y%m%d-%H%M%S.caunoi"
_OURS = re.compile(r"caunoi-\d{8}-\d{6}\.caunoi")
AUTOMATIC = Actor(name=gettext_noop("Tự động: sao lưu theo lịch"))


def keep() -> Keep:
    return Keep(*map(int, settings.CAUNOI_BACKUP_KEEP.split(",")))


def back_up_if_due(*, at: datetime) -> Made | None:
    """None where there is no schedule, or today's was tried. One that failed is tried again a day later: what it needs
    is somebody who reads the sentence, and the page of backups shows it."""
    where = home.scheduled_folder()
    last = BackupRun.objects.filter(scheduled=True).values_list("started_at", flat=True).first()
    local = timezone.localtime
    if where is None or not is_due(local(at), settings.CAUNOI_BACKUP_HOUR, local(last) if last else None):
        return None
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupNotWritten(
            _("Không ghi được bản sao lưu vào %(path)s: %(why)s. Hãy kiểm tra thư mục và quyền ghi.")
            % {"path": where, "why": explain_os_error(error)}
        ) from error
    for half in where.glob(f".caunoi-*{home.PARTLY_WRITTEN}"):
        half.unlink(missing_ok=True)
    made = make_backup(
        where / local(at).strftime(NAME), by=AUTOMATIC, at=at, passphrase=read_passphrase(), scheduled=True
    )
    remove_old(where, keep())
    return made


def remove_old(where: Path, kept: Keep) -> list[Path]:
    """Only files that bear the schedule's names; after a new one was read back whole, never before."""
    found = {
        datetime.strptime(path.name, NAME).replace(tzinfo=timezone.get_default_timezone()): path
        for path in where.iterdir()
        if _OURS.fullmatch(path.name)
    }
    removed = [found[moment] for moment in sorted(found.keys() - choose_kept(found, kept))]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def read_passphrase(file: Path | None = None, ask: Callable[[], str] = str) -> str:
    """From the file named, or the environment, or whatever `ask` gives; blank: no encryption. Never from the command
    line, which every user of the machine can read."""
    if file is None and (given := os.environ.get("CAUNOI_BACKUP_PASSPHRASE")):
        return given
    if file is None and (named := os.environ.get("CAUNOI_BACKUP_PASSPHRASE_FILE")):
        file = Path(named)
    if file is None:
        return ask()
    try:
        found = file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseNeeded(_("Không đọc được tệp mật khẩu %(path)s.") % {"path": file}) from error
    if not found:
        raise PassphraseNeeded(_("Tệp mật khẩu %(path)s trống.") % {"path": file})
    return found
