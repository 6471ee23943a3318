"""Photos taken in the browser: small, upright, and silent about where they were taken unless the form asks."""

from __future__ import annotations

import io
import subprocess
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.device import Device, OwnServer, open_event, wait_for_records
from tests.browser.filling import send
from tests.browser.serving import CAUNOI, REPOSITORY, environment
from tests.browser.visitor import PATIENCE_MS

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
FORM = """
| survey | | | | | | | |
|  | type | name | label::Tiếng Việt (vi) | label::English (en) | appearance | parameters | default |
|  | date | ngay | Ngày | Day | | | today() |
|  | image | anh_nho | Ảnh nhỏ | Small photo | | max-pixels=800 | |
|  | image | anh_noi | Ảnh có nơi chụp | Photo with place | with-position | max-pixels=800 | |
|  | image | anh_thuong | Ảnh thường | Plain photo | | | |
|  | integer | so_nguoi | Số người | People | | | |
| settings | | | | |
|  | form_id | form_title | form_title_en | version | default_language |
|  | chup_anh | Chụp ảnh hoạt động | Photos | 1 | Tiếng Việt (vi) |
"""
PACK = {
    "pack.toml": """id = "anh"
version = "1"
licence = "CC0"
levels = ["village"]
[title]
vi = "Ảnh"
en = "Photos"
""",
    "forms/chup_anh.md": FORM,
    "data_elements.csv": (
        "code,name_vi,name_en,unit,kind,decimals,levels,form,expression,filter,day,nature,classes,definition_vi,"
        "definition_en\nnguoi_anh,Người,People,người,flow,0,village,chup_anh,${so_nguoi},,${ngay},,,,\n"
    ),
    "assignments.csv": (
        "form,level,period_type,cut_off,due_days,approval,self_approval,covers,from,to\n"
        "chup_anh,village,event,1,5,none,forbidden,,,\n"
    ),
}


def load_pack(server: OwnServer, folder: Path) -> None:
    for name, content in PACK.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    loaded = subprocess.run(
        [CAUNOI, "pack", "load", str(folder)],
        env=environment(server.home), cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr


def photo(path: Path) -> Path:
    """2400 × 1200 as the sensor saw it, held upright: a viewer turns it by a quarter."""
    picture = Image.new("RGB", (2400, 1200), "green")
    notes = picture.getexif()
    notes[ORIENTATION] = 6
    notes[MAKE] = "Máy ảnh thử"
    notes.get_ifd(GPS).update({1: "N", 2: (22.0, 30.0, 0.0), 3: "E", 4: (103.0, 58.0, 0.0)})
    picture.save(path, exif=notes)
    return path


def kept_photos(page: Page) -> dict[str, Image.Image]:
    """By question, as they lie in the browser."""
    found: dict[str, str] = page.evaluate("""async () => {
      const open = indexedDB.open("caunoi-collect");
      const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
      const rows = await new Promise((resolve) => {
        const request = database.transaction("records").objectStore("records").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      const [{ xml, files }] = rows;
      const encode = (blob) => new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.readAsDataURL(blob);
      });
      const named = {};
      for (const leaf of new DOMParser().parseFromString(xml, "text/xml").querySelectorAll("*")) {
        const file = files.find(({ name }) => name === leaf.textContent);
        if (!leaf.children.length && file) named[leaf.localName] = await encode(file.blob);
      }
      return named;
    }""")
    return {name: Image.open(io.BytesIO(b64decode(content))) for name, content in found.items()}


def test_photos_are_shrunk_upright_and_tell_no_place_unless_the_form_asks(
    device: Callable[..., Device], own_server: OwnServer, tmp_path: Path
) -> None:
    load_pack(own_server, tmp_path / "pack")
    phone = device()
    open_event(phone.page, "Chụp ảnh hoạt động")
    taken = photo(tmp_path / "IMG_0001.jpg")
    pickers = phone.page.locator("#form-host input[type=file]:not([capture])")
    expect(pickers).to_have_count(3)
    for number in range(3):
        pickers.nth(number).set_input_files(taken)
        expect(phone.page.locator("#form-host img[src^='blob:']")).to_have_count(number + 1)
    phone.page.locator("#form-host").get_by_label("Số người").fill("5")
    phone.person.look("form-with-photos")
    wait_for_photos(phone.page, 3)

    photos = kept_photos(phone.page)

    assert {name: one.size for name, one in photos.items()} == {
        "anh_nho": (400, 800), "anh_noi": (400, 800), "anh_thuong": (800, 1600),
    }  # fmt: skip
    assert not photos["anh_nho"].getexif() and not photos["anh_thuong"].getexif()
    asked: Any = photos["anh_noi"].getexif()
    assert asked.get_ifd(GPS)[2] == (22.0, 30.0, 0.0)
    assert asked[ORIENTATION] == 1

    own_server.stop()
    send(phone.page)
    wait_for_records(phone.page, "waiting")
    own_server.start()
    phone.page.goto("/offline/")
    wait_for_records(phone.page, "sent")
    names = own_server.sql("SELECT count(*) FROM records_attachment a WHERE a.version_id > ? AND file_id IS NOT NULL",
                           own_server.newest_before)  # fmt: skip
    assert names == [(3,)]


def wait_for_photos(page: Page, count: int) -> None:
    given_up = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < given_up:
        if len(kept_photos(page)) == count:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"photos kept: {list(kept_photos(page))}")
