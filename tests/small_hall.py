"""A small hall for tests: three queues, four windows, strips, a board, a kiosk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

NOON = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
"""The time zone in which it was noon when the tests began: no business day ends in the middle of one that lives by the clock."""
HALL = """
[hall]
id = "testhall"
name = {zh = "测试政务大厅", en = "Test hall"}
region = "620524"
address = {zh = "武山县", en = "Wushan"}
telephone = "0938-0000000"

[[hours]]
days = ["mon", "tue", "wed", "thu", "fri"]
opens = 08:30:00
closes = 12:00:00

[[hours]]
days = ["mon", "tue", "wed", "thu", "fri"]
opens = 13:30:00
closes = 17:30:00

[rules]
"""
QUEUES = """
[[theme]]
id = "people"
name = {zh = "个人", en = "People"}

[[queue]]
id = "household"
letter = "A"
name = {zh = "户政", en = "Household"}
theme = "people"

[[queue]]
id = "tax"
letter = "B"
name = {zh = "税务", en = "Tax"}
theme = "people"

[[queue]]
id = "enterprise"
letter = "C"
name = {zh = "企业开办", en = "Starting a business"}
theme = "people"
"""
WINDOWS = """
[[window]]
id = "01"
number = "01"
name = {zh = "户政窗口", en = "Household"}
kind = "sector"
queues = ["household"]

[[window]]
id = "02"
number = "02"
name = {zh = "税务窗口", en = "Tax"}
kind = "sector"
queues = ["tax", "household"]

[[window]]
id = "03"
number = "03"
name = {zh = "综合窗口", en = "All matters"}
kind = "comprehensive"
queues = ["*"]

[[window]]
id = "04"
number = "04"
name = {zh = "绿色通道", en = "Green channel"}
kind = "green-channel"
queues = ["household"]
prefers = ["military", "priority"]

[[clerk]]
id = "0101"
name = "工号 0101"

[[clerk]]
id = "0102"
name = "工号 0102"

[[clerk]]
id = "0103"
name = "工号 0103"

[[clerk]]
id = "0104"
name = "工号 0104"
windows = ["04"]
"""
DEVICES = """
[[terminal]]
id = "kiosk-1"
role = "hall"
devices = []

[[terminal]]
id = "devices-1"
role = "agent"

[[device]]
id = "board-1"
kind = "display"
model = "virtual"
address = "emulator://virtual"
agent = "devices-1"
serves = "board"
options = {rows = 3}
"""
STRIP = """
[[device]]
id = "strip-{window}"
kind = "display"
model = "virtual"
address = "emulator://virtual"
agent = "devices-1"
serves = "{window}"
"""


def write_hall(folder: Path, *, rules: str = "", hall: str = "", queues: str = "") -> Path:
    """Write the hall into `folder`: `rules` and `queues` are added to their tables, `hall` to the table of names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = HALL.replace('telephone = "0938-0000000"\n', f'telephone = "0938-0000000"\n{hall}\n')
    strips = "".join(STRIP.format(window=window) for window in ("01", "02", "03", "04"))
    files = {
        "hall.toml": names + rules,
        "queues.toml": QUEUES + queues,
        "windows.toml": WINDOWS,
        "devices.toml": DEVICES + strips,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def add_kiosk_device(hall: Path, device: str, *, kind: str, model: str, address: str, options: str = "{}") -> None:
    """Give the kiosk of a hall that `write_hall` wrote another device; `options` is a TOML table."""
    path = hall / "devices.toml"
    kiosk = 'id = "kiosk-1"\nrole = "hall"\ndevices = ['
    text = path.read_text(encoding="utf-8").replace(kiosk, f'{kiosk}"{device}", ')
    text += f'\n[[device]]\nid = "{device}"\nkind = "{kind}"\nmodel = "{model}"\naddress = "{address}"\noptions = {options}\n'
    path.write_text(text, encoding="utf-8")
