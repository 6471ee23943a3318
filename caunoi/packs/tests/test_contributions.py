"""contributions/ of a pack: every mistake is told with its row and column, all at once."""

from __future__ import annotations

from dataclasses import replace

from caunoi.forms.rules.questions import Choice, Question
from caunoi.packs.rules.contents import ContributionRows, ElementRow
from caunoi.packs.rules.contributions import AMOUNTS, FORMS, KINDS, SOURCES, read_contributions
from caunoi.packs.rules.tables import Notes

GOOD = {
    SOURCES: "code,name_vi,name_en\ndan,Nhân dân,Residents\nngan_sach,Ngân sách,State budget\n",
    KINDS: "code,name_vi,name_en,unit,decimals,money\ntien,Tiền,Money,đồng,0,yes\ndat,Đất,Land,m²,0,no\n",
    FORMS: (
        "form,side,register,work,source,households,giver,consent,consent_day,consent_way,progress\n"
        "gop,given,so,viec,,so_ho,ten,dong_y=co,dong_y_ngay,cach,\n"
        "cap,given,so,viec,nguon,,,,,,\n"
        "xong,cost,so,viec,,,,,,,dai=dai_giao\n"
    ),
    AMOUNTS: (
        "form,question,kind,source,element\n"
        "gop,so_tien,tien,dan,tien_dan\ncap,so_tien,tien,ngan_sach,\nxong,chi,tien,ngan_sach,\n"
    ),
}


def asked(name: str, type_: str = "text", **more: object) -> Question:
    return Question(name, type_, f"/data/{name}", **more)


QUESTIONS = {
    "gop": [
        asked(name, "integer" if name == "so_tien" else "text")
        for name in ("viec", "so_tien", "so_ho", "ten", "dong_y", "dong_y_ngay", "cach")
    ],
    "cap": [
        asked("viec"),
        asked("nguon", "select_one", choices=(Choice("ngan_sach", {}),)),
        asked("so_tien", "integer"),
    ],
    "xong": [asked("viec"), asked("chi", "integer"), asked("dai", "decimal")],
}
ELEMENT = ElementRow(
    "tien_dan",
    "Tiền",
    "Money",
    "đồng",
    "flow",
    0,
    ("village",),
    "gop",
    "${so_tien}",
    "",
    "${ngay}",
    "result",
    (),
    "",
    "",
)


def read(element: ElementRow = ELEMENT, **changed: str) -> tuple[ContributionRows, list[tuple[str, int, str]]]:
    """`changed`: file's stem -> (old text, new text) as `old=>new`."""
    files = dict(GOOD)
    for stem, change in changed.items():
        name, (old, new) = f"contributions/{stem}.csv", change.split("=>")
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    notes = Notes()
    found = read_contributions(
        {name: text.encode() for name, text in files.items()}, QUESTIONS, [element], {"so": ("dai_giao",)},
        frozenset({("gop", "ten")}), notes,
    )  # fmt: skip
    return found, [(one.file.removeprefix("contributions/"), one.row, one.column) for one in notes.mistakes]


def test_a_good_folder_is_read_whole() -> None:
    found, mistakes = read()

    assert mistakes == []
    assert [one.form for one in found.purse.forms] == ["gop", "cap", "xong"]
    assert found.purse.forms[0].consent_value == "co" and found.purse.forms[2].progress == {"dai": "dai_giao"}


def test_a_figure_in_another_unit_than_the_gift_is_a_mistake() -> None:
    _found, mistakes = read(replace(ELEMENT, unit="triệu đồng"))

    assert mistakes == [("amounts.csv", 2, "element")]


def test_a_sensitive_figure_is_not_added_up_beside_the_ledger() -> None:
    _found, mistakes = read(replace(ELEMENT, sensitive=True))

    assert mistakes == [("amounts.csv", 2, "element")]


def test_a_name_without_consent_or_seal_is_a_mistake() -> None:
    _found, mistakes = read(forms="ten,dong_y=co,dong_y_ngay,cach=>viec,,dong_y_ngay,")

    assert mistakes == [("forms.csv", 2, "consent"), ("forms.csv", 2, "consent_way"), ("forms.csv", 2, "giver")]


def test_what_names_nothing_is_told_by_row_and_column() -> None:
    _found, mistakes = read(
        forms="xong,cost,so,viec,,,,,,,dai=dai_giao=>xong,chi_phi,so_khac,viec,,,,,,,rong=",
        amounts="cap,so_tien,tien,ngan_sach,=>cap,nguon,vang,dan,khong_co",
    )

    assert set(mistakes) == {
        ("forms.csv", 4, "side"), ("forms.csv", 4, "register"), ("forms.csv", 4, "progress"),
        ("amounts.csv", 3, "question"), ("amounts.csv", 3, "kind"), ("amounts.csv", 3, "source"),
        ("amounts.csv", 3, "element"),
    }  # fmt: skip
