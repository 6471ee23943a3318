"""Reading zips from outside, whose own directory may lie about what is in them.

Python's `ZipFile.read` unpacks a part whole and only then cuts it to the size that the directory names: a part said to
have a thousand bytes can fill the memory. Here nothing is unpacked beyond that size.
"""

from __future__ import annotations

import copy
import zipfile

PIECE = 1_000_000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How office programs pack. The other ways can't be unpacked piece by piece."""


def read_part(packed: zipfile.ZipFile, name: str) -> bytes:
    """Raises KeyError if there is none of this name, BadZipFile if it is not as large as it says or packed in a way no
    office program uses."""
    said = packed.getinfo(name)
    with packed.open(_wider(said)) as part:
        content = part.read(said.file_size + 1)
    if len(content) != said.file_size:
        raise zipfile.BadZipFile(f"{name} is not as large as it says")
    return content


def check_sizes(packed: zipfile.ZipFile) -> None:
    """Every part read through by pieces, for what will read them whole later. Raises BadZipFile as `read_part` does.
    Whoever calls has looked at the sizes that are named."""
    for said in packed.infolist():
        with packed.open(_wider(said)) as part:
            left = said.file_size
            while piece := part.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
        if left:
            raise zipfile.BadZipFile(f"{said.filename} is not as large as it says")


def _wider(said: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """One byte more than it says, so that a longer part is noticed."""
    if said.compress_type not in _PLAIN:
        raise zipfile.BadZipFile(f"{said.filename} is packed in another way")
    wider = copy.copy(said)
    wider.file_size += 1
    return wider
