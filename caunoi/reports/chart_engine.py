"""The process that draws charts: read from stdin, written to stdout, until stdin ends.

A program of its own, started by `chart_process`: the JavaScript engine holds a hundred megabytes for as long as its
process lives, and a fault in it must not end a server. It imports nothing of the product, so that it is ready soon.

A request is JSON behind its length (four bytes, the highest first): `to` (png or svg), `specification`, `settings`. An
answer is one byte (0: drawn, 1: refused), a length, and the picture or the reason.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import BinaryIO

FONTS = Path(__file__).parent / "fonts"
LENGTH = struct.Struct(">I")
# The first chart takes as long as three others: it is drawn while the figures are still being asked for.
FIRST = {
    "data": {"values": [{"x": "a", "y": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "x", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}},
}


def main(asked: BinaryIO, answers: BinaryIO) -> None:
    import vl_convert  # noqa: PLC0415 - only where it is the process's business

    # A bare server has no typeface with Vietnamese letters.
    vl_convert.register_font_directory(str(FONTS))
    vl_convert.vegalite_to_png(FIRST)
    while len(head := asked.read(LENGTH.size)) == LENGTH.size:
        request = json.loads(asked.read(LENGTH.unpack(head)[0]))
        convert = vl_convert.vegalite_to_png if request["to"] == "png" else vl_convert.vegalite_to_svg
        try:
            drawn = convert(request["specification"], **request["settings"])
            refused, content = 0, drawn if isinstance(drawn, bytes) else drawn.encode()
        except (ValueError, TypeError, RuntimeError) as error:
            refused, content = 1, str(error).encode()
        answers.write(bytes([refused]) + LENGTH.pack(len(content)) + content)
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
