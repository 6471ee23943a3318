"""Answers that take long: a script that asks for it hears how far the work is, line by line, and the page at the end.

Without script the same work gives the same page at once, after a wait. The lines go through the open request, so that
any of several server processes may do the work and nothing is left behind when the reader goes away.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation

LINES = "application/x-ndjson"
Show = Callable[[int, int], None]


def is_told(request: HttpRequest) -> bool:
    """Whether who waits hears how far the work is while it goes on."""
    return LINES in request.headers.get("Accept", "")


def answer(request: HttpRequest, work: Callable[[Show], HttpResponse]) -> HttpResponseBase:
    """`work` is told a function to call with (done, total), and gives the page."""
    if not is_told(request):
        return work(lambda _done, _total: None)
    # Packed answers would keep the lines back until they are many.
    return StreamingHttpResponse(
        _lines(request, work), content_type=LINES, headers={"Content-Encoding": "identity", "Cache-Control": "no-store"}
    )


def _lines(request: HttpRequest, work: Callable[[Show], HttpResponse]) -> Iterator[str]:
    told: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
    language = translation.get_language()
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        share = done * 100 // total if total else 0
        if share != shown:
            shown = share
            told.put({"done": done, "total": total})

    def run() -> None:
        try:
            with translation.override(language):
                page = work(show)
            # The session's own middleware has long finished with this request.
            request.session.save()
            told.put({"page": page.content.decode()})
        finally:
            connection.close()
            told.put(None)

    worker = threading.Thread(target=run)
    worker.start()
    while (line := told.get()) is not None:
        yield json.dumps(line, ensure_ascii=False) + "\n"
    worker.join()
