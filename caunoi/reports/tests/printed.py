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
DOTS_PER_INCH = 50
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


def print_all(folder: Path) -> None:
    """In one go: most of LibreOffice's time is its start."""
    office = shutil.which("soffice")
    if office is None or shutil.which("pdftotext") is None:
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


def draw(pdf: Path, into: Path) -> list[Image.Image]:
    """Each page as a picture."""
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", str(pdf), str(into / pdf.stem)]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(io.BytesIO(one.read_bytes())) for one in sorted(into.glob(f"{pdf.stem}-*.png"))]


def reaches_edge(picture: Image.Image) -> bool:
    """Whether something is printed within 3 mm of the paper's edge, which printers cut off."""
    left, top, right, bottom = (
        ImageOps.invert(picture.convert("L")).point(lambda dot: 255 * (dot > 64)).getbbox() or (picture.width // 2,) * 4
    )
    edge = round(3 / 25.4 * DOTS_PER_INCH)
    return min(left, top, picture.width - right, picture.height - bottom) < edge
