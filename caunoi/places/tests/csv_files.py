"""Builders: small files of places, in the user's words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from caunoi.audit.rules import Actor
from caunoi.moments import VIETNAM

OFFICER = Actor("Cán bộ")
NOON = datetime(2026, 1, 5, 12, tzinfo=VIETNAM)

UNITS = """key,level,name,short_name,code,parent,from,to
vn,country,Việt Nam,Việt Nam,VN,,,
p,province,Tỉnh Thử,Thử,90,vn,,
d,district,Huyện Thử,Thử,90.1,p,,2025-07-01
east,commune,Xã Đông,Đông,90.1.1,d,,2025-07-01
west,commune,Xã Tây,Tây,90.1.2,d,,2025-07-01
north,commune,Xã Bắc,Bắc,90.1.3,d,,
united,commune,Xã Hợp Nhất,Hợp Nhất,90.1,p,2025-07-01,
e1,village,Thôn 1,Thôn 1,,east,,
e2,village,Thôn 2,Thôn 2,,east,,
w1,village,Thôn 1,Thôn 1,,west,,
n1,village,Thôn 1,Thôn 1,,north,,
n2,village,Thôn 2,Thôn 2,,north,,
"""
CHANGES = """key,from,name,short_name,code,parent
north,2025-07-01,Xã Bắc,Bắc,90.3,p
"""
SUCCESSIONS = """day,kind,old,new,share_of_old,share_of_new,basis
2025-07-01,merge,east,united,1,0.75,dân số
2025-07-01,merge,west,united,1,0.25,dân số
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
