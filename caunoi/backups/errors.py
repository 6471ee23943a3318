from __future__ import annotations

from caunoi.refusals import Refusal


class BackupNotWritten(Refusal):
    """There is no room, no permission, or the name is taken; nothing was left behind."""

    code = "backup-not-written"


class NotABackup(Refusal):
    """The file was not made by `caunoi backup`, or cannot be read at all."""

    code = "not-a-backup"


class BackupCutShort(Refusal):
    """The file ends before its end: a copy that was broken off."""

    code = "backup-cut-short"


class BackupDamaged(Refusal):
    """Bytes of the file are other than those that were written."""

    code = "backup-damaged"


class BackupNewer(Refusal):
    """A newer version of the product made the backup."""

    code = "backup-newer"


class PassphraseNeeded(Refusal):
    """The backup is encrypted, and no passphrase was given, or another one."""

    code = "passphrase-needed"


class HomeNotEmpty(Refusal):
    """A backup is restored only where there is nothing yet."""

    code = "home-not-empty"


class NotRestored(Refusal):
    """There is no room, or the database does not take a row; what was begun has been removed."""

    code = "not-restored"
