"""The support table: every model with grade, lines and what it was tried on; docs/devices.md is made from it.

python -m drivers.support > docs/devices.md
"""

from __future__ import annotations

from contract.configuration.hall import DISPLAY_TEXTS
from drivers.display.options import SERVER
from drivers.models import Model, models

KINDS = {
    "display": "LED displays",
    "voice": "Voices",
    "printer": "Ticket printers",
    "a4": "A4 printers",
    "scanner": "Scanners",
    "idcard": "Identity card readers",
    "keypad": "Caller keypads",
    "rater": "Rater boxes",
    "locker": "Lock boards",
}
NOT_SUPPORTED = (
    ("Listen (灵信), EQ2008", "displays", "the maker gives only a Windows library, the bytes on the wire are not public"),
    ("CXT, LedSender2010, LY (励研)", "displays", "one example or a library only; not enough to build frames from"),
    ("Raters with an OCX control", "raters", "the maker gives only a Windows control, the bytes on the wire are not public"),
)
HEAD = """# Devices

Every model that `model` in devices.toml may name. This page is made from the registry:
`python -m drivers.support > docs/devices.md`.

Nothing here was tried on a real device yet unless the table names one: drivers are checked byte for byte against the frames in
`tests/vectors.json`, and at work on emulators. Grades say how well a protocol is known:

- **A**: the maker's manual, or several independent sources that agree
- **B**: one source
- **C**: hearsay; try it before you buy

A device's `address` is a URL: `/dev/hall-strip-3?baud=9600`, `socket://10.0.0.7:5005`, `udp://10.0.0.7:5007`,
`rfc2217://10.0.0.9:4001?baud=9600`, or `emulator://MODEL` for an emulated one. Some kinds have addresses of their own:

| kind | address |
|---|---|
| ticket printers | `usb://04b8/0202`, `/dev/usb/lp0`, `file:///var/spool/paper` |
| A4 printers | `ipp://10.0.0.9:631/ipp/print` |
| scanners | `camera:///dev/video0`, `evdev:///dev/input/by-id/...-event-kbd`, `evdev:///?name=Honeywell` |
| voices | `sound://`, `alsa:///plughw:1,0`, `wav:///var/tmp/voice` |

Several strips on one RS-485 bus have the same address and `options = { addr = 3 }` of their own.
`jiaohao-devices doctor --hall DIR` opens them all and reports how each is, and what is plugged into this machine
(`--search`: and which Huidu cards are on the network); of a port that a running agent holds it says what that agent knows;
`jiaohao-devices emulate MODEL --listen 127.0.0.1:5005 --out DIR` starts an emulated one. An agent leaves out a device that
devices.toml describes wrongly, reports it in its log and in `terminal/<id>/status` (`misconfigured`), and goes on with the
rest.

Identity card readers and lock boards have drivers and emulators, and the doctor opens them; no page and no service of the
product uses them yet.
"""


NEW_MODEL = """## Adding a model

1. Write its frames as pure functions, and a driver, a subclass of the protocol of its kind in `drivers/ports.py`. It gets a
   `Device` and a `DeviceSite`, does no I/O before `open`, and raises `DeviceError` with what happened and what to do.
2. Write its emulator, a subclass of `Emulator` in `drivers/emulators/base.py`: `receive` gets bytes as they come. Or say in
   `exempt` why there is none.
3. Add one `Model` to `drivers/<kind>/table.py`, with a grade that its sources allow, and make this page again.
4. Put reference frames into `tests/vectors.json`. Run the contract of its kind in `tests/contract` over it.
5. Try it on a real device and write that into `tested_against`. `JIAOHAO_DISPLAY=onbon-bxk=/dev/ttyUSB0` lets
   `pytest tests/contract` use that one too; so do `JIAOHAO_PRINTER`, `JIAOHAO_VOICE`, `JIAOHAO_SCANNER`,
   `JIAOHAO_LOCKER` and `JIAOHAO_IDCARD=ADDRESS`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [HEAD]
    for kind, title in KINDS.items():
        rows = [_row(model) for model in models().values() if model.kind == kind]
        if rows:
            parts.append("\n".join([f"## {title} (`{kind}`)", "", *_NOTES.get(kind, ()), *_HEAD_ROWS, *rows]) + "\n")
    exempt = [f"| {name} | {kind} | {why} |" for name, kind, why in NOT_SUPPORTED]
    parts.append("\n".join(["## Not supported", "", "| device | kind | why |", "|---|---|---|", *exempt]) + "\n")
    parts.append(NEW_MODEL)
    return "\n".join(parts)


_NOTES = {
    "display": (
        "Every display also takes `rows` (lines of a board, 4), `brightness` (1 to 100, 80), and texts of its own in place of",
        f"those in hall.toml: {', '.join(f'`{name}`' for name in DISPLAY_TEXTS)}.",
        'A short strip shows the number alone with `options = { calling = "{number}", serving = "{number}", idle = "" }`.',
        "`{reason}` in `paused` is why the window pauses, where people may know it; the space before it goes with it.",
        "A board of digits shows the ticket's number in whatever text it gets, and 0 when nobody is called. A text wider",
        "than the display runs through it and does not blink.",
        "",
    )
}
_HEAD_ROWS = (
    "| model | grade | lines | tested against | emulator | options | remark |",
    "|---|---|---|---|---|---|---|",
)


def _row(model: Model) -> str:
    emulator = "yes" if model.emulator else f"exempt: {model.exempt}"
    own = [option for option in model.options if not (model.kind == "display" and option in SERVER)]
    options = ", ".join(f"`{option}`" for option in own) or "—"
    lines = ", ".join(model.transports)
    return f"| `{model.name}` | {model.grade} | {lines} | {model.tested_against} | {emulator} | {options} | {model.remark} |"


def table() -> str:
    """The models as plain columns, for a terminal."""
    rows = [("kind", "model", "grade", "lines", "tested against")]
    rows += [(m.kind, m.name, m.grade, ", ".join(m.transports), m.tested_against) for m in models().values()]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join("  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[4]]) for row in rows)


if __name__ == "__main__":
    print(page(), end="")
