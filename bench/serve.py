"""A server on a port: `python -m bench.serve 8123` serves the product, `... 8123 bench.serve:nothing` nothing; a third
argument is the number of processes."""

from __future__ import annotations

import sys
from collections.abc import Callable


def nothing(environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"x"]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        from granian import Granian
        from granian.constants import Interfaces

        # As caunoi.cli.serve sets them, which is not imported: it brings the whole product along.
        Granian(
            sys.argv[2], address="127.0.0.1", port=int(sys.argv[1]), workers=int([*sys.argv, "1"][3]),
            interface=Interfaces.WSGI, blocking_threads=32, backpressure=64, backlog=2048,
        ).serve()  # fmt: skip
    else:
        import django

        django.setup()
        from caunoi.cli.serve import start

        start("127.0.0.1", int(sys.argv[1]), 1)
