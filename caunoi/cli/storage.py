from __future__ import annotations

import click
from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.cli.frame import print_json, progress_bars
from caunoi.documents.actions import send_files
from caunoi.documents.errors import StorageUnreachable
from caunoi.documents.models import StoredFile
from caunoi.facts.errors import LedgerBroken
from caunoi.facts.models import Segment
from caunoi.facts.segments import send_segments


@click.group(help=_("Kho lưu trữ tệp tương thích S3."))
def storage() -> None:
    pass


@storage.command(help=_("Gửi lên kho mọi tệp mà kho chưa có hoặc đang giữ bản hỏng; nêu những tệp không còn ở đâu."))
@click.option("--json", "as_json", is_flag=True)
def send(as_json: bool) -> None:
    if not settings.CAUNOI_STORAGE_URL:
        raise StorageUnreachable(_("Chưa đặt CAUNOI_STORAGE_URL: tệp đang ở trong CAUNOI_HOME."))
    files, segments = StoredFile.objects.count(), Segment.objects.count()
    with progress_bars() as progress:
        task = progress.add_task(_("Gửi lên kho"), total=files + segments)
        wrong = send_files(lambda done: progress.advance(task, done))
        wrong += send_segments(lambda done: progress.advance(task, done))
    if as_json:
        print_json({"files": files, "segments": segments, "missing": wrong})
    if wrong:
        raise LedgerBroken(_("Không còn bản nào nguyên vẹn của: %(names)s") % {"names": ", ".join(wrong)})
    if not as_json:
        click.echo(_("Kho có đủ %(files)d tệp và %(segments)d tệp số liệu.") % {"files": files, "segments": segments})
