"""A server on a port: `python -m bench.serve 8123` serves the product, `... 8123 bench.serve:nothing` nothing."""

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

        Granian(sys.argv[2], address="127.0.0.1", port=int(sys.argv[1]), workers=1, interface=Interfaces.WSGI).serve()
    else:
        from caunoi.cli.serve import start

        start("127.0.0.1", int(sys.argv[1]), 1)
