"""Word files as LibreOffice prints them: their pages, each with its words and where these stand, and as pictures."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageOps

A4 = (595, 842)
DOTS_PER_INCH = 100
POINTS_PER_INCH = 72
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Page:
    """`words` with their boxes (left, top, right, bottom) in points."""

    width: float
    height: float
    words: list[tuple[str, Box]]

    @property
    def size(self) -> tuple[int, int]:
        return round(self.width), round(self.height)

    @property
    def text(self) -> str:
        """Without spaces: poppler parts words where a letter comes from another typeface."""
        return "".join(word for word, _box in self.words)

    @property
    def beside(self) -> list[str]:
        return [word for word, (left, top, right, bottom) in self.words
                if left < 0 or top < 0 or right > self.width or bottom > self.height]  # fmt: skip

    def lines(self, left: float, right: float) -> list[tuple[str, Box]]:
        """Words that stand side by side between two distances from the paper's left edge, from top to bottom."""
        found: list[tuple[str, Box]] = []
        inside = [one for one in self.words if left <= one[1][0] and one[1][2] <= right]
        for word, box in sorted(inside, key=lambda one: _middle(one[1])):
            if found and _middle(box) - _middle(found[-1][1]) < 5:
                told, (a, b, c, d) = found.pop()
                found.append((told + word, (min(a, box[0]), min(b, box[1]), max(c, box[2]), max(d, box[3]))))
            else:
                found.append((word, box))
        return found


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def print_all(folder: Path) -> None:
    """In one go: most of LibreOffice's time is its start."""
    office = shutil.which("soffice")
    if office is None or shutil.which("pdftotext") is None:
        # Only on a machine of one's own: `.ci/run` brings both, so there nothing is left out.
        pytest.skip("LibreOffice or poppler is not installed (apt-get install libreoffice-writer poppler-utils)")
    subprocess.run(
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), *map(str, sorted(folder.glob("*.docx")))],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip


def read_pages(pdf: Path) -> list[Page]:
    said = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = []
    for width, height, inside in re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', said, re.S):
        found = re.findall(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>', inside)
        words = [(word, (float(a), float(b), float(c), float(d))) for a, b, c, d, word in found]
        pages.append(Page(float(width), float(height), words))
    return pages


def list_pictures(pdf: Path) -> list[int]:
    """The page of each picture in it."""
    said = subprocess.run(["pdfimages", "-list", str(pdf)], check=True, capture_output=True, text=True).stdout
    return [int(page) for page in re.findall(r"^ *(\d+) +\d+ image ", said, re.M)]


def draw(pdf: Path, into: Path) -> list[Image.Image]:
    """Each page as a picture."""
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", str(pdf), str(into / pdf.stem)]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(io.BytesIO(one.read_bytes())) for one in sorted(into.glob(f"{pdf.stem}-*.png"))]


def free_mm(picture: Image.Image) -> Box:
    """White left free at the left, top, right and bottom of a page."""
    left, top, right, bottom = _dark(picture).getbbox() or (0, 0, picture.width, picture.height)
    dots = left, top, picture.width - right, picture.height - bottom
    at_left, at_top, at_right, at_bottom = (25.4 * one / DOTS_PER_INCH for one in dots)
    return at_left, at_top, at_right, at_bottom


def reaches_edge(picture: Image.Image) -> bool:
    """Whether something is printed within 3 mm of the paper's edge, which printers cut off."""
    return min(free_mm(picture)) < 3


def rule_under(picture: Image.Image, line: Box) -> float:
    """Length in points of the first straight rule below a line of words, two lines further down at most. 0: none."""
    scale = DOTS_PER_INCH / POINTS_PER_INCH
    left, top, right, bottom = (round(one * scale) for one in (line[0] - 60, line[1], line[2] + 60, line[3] + 30))
    column = _dark(picture).crop((left, top, right, bottom))
    for number in range(column.height):
        row = column.crop((0, number, column.width, number + 1))
        start, _top, end, _bottom = row.getbbox() or (0, 0, 0, 0)
        # Letters leave gaps.
        if end - start > 20 * scale and row.histogram()[255] == end - start:
            return (end - start) / scale
    return 0


def _dark(picture: Image.Image) -> Image.Image:
    """White where something is printed, all else black."""
    return ImageOps.invert(picture.convert("L")).point(lambda dot: 255 * (dot > 64))
