"""The fonts of the terminal, from Debian packages: Noto Sans CJK for text, Material Design Icons for pictures.

SDL opens only the first face of a font collection, which in Noto CJK is the Japanese one, with other forms of many
characters. So a copy with the Simplified Chinese face first is kept in the cache folder; only the order differs.
"""

from __future__ import annotations

import os
import re
import struct
from functools import cache
from pathlib import Path

from contract import durable

TEXT = "Hall"
ICONS = "Icons"
COLLECTIONS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-cjk"),
)
ICON_FILE = Path("/usr/share/fonts-materialdesignicons-webfont/fonts/materialdesignicons-webfont.ttf")
SIMPLIFIED_CHINESE = 2
"""The place of the face in the collection: JP, KR, SC, TC, HK."""

ICON_NAMES = Path("/usr/share/fonts-materialdesignicons-webfont/css/materialdesignicons.css")
ICON_RULE = re.compile(r'\.mdi-([a-z0-9-]+):before \{\s*content: "\\([0-9A-F]+)"')
UNKNOWN_ICON = "file-document"


class NoFont(FileNotFoundError):
    """A font of the terminal is not installed; the text names the Debian package."""


def cache_folder() -> Path:
    """Where the reordered fonts are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiaohao"


def text_files(folder_for_copies: Path | None = None) -> tuple[Path, Path]:
    """The regular and the bold file whose first face is Simplified Chinese; raise NoFont."""
    folder = next((f for f in COLLECTIONS if (f / "NotoSansCJK-Regular.ttc").exists()), None)
    if folder is None:
        raise NoFont("the font Noto Sans CJK is missing; install the Debian package fonts-noto-cjk")
    copies = folder_for_copies or cache_folder()
    return (
        _simplified_first(folder / "NotoSansCJK-Regular.ttc", copies),
        _simplified_first(folder / "NotoSansCJK-Bold.ttc", copies),
    )


def icon_file() -> Path:
    """The icon font; raise NoFont."""
    if not ICON_FILE.exists():
        raise NoFont("the icon font is missing; install the Debian package fonts-materialdesignicons-webfont")
    return ICON_FILE


@cache
def icons() -> dict[str, str]:
    """Every icon's character by its name, read from the style sheet that comes with the font."""
    return {name: chr(int(code, 16)) for name, code in ICON_RULE.findall(ICON_NAMES.read_text(encoding="utf-8"))}


def icon(name: str) -> str:
    """The character of an icon; a name from a hall's configuration that is not known gives a sheet of paper."""
    return icons().get(name) or icons()[UNKNOWN_ICON]


def register() -> None:
    """Make the fonts known to Kivy under the names TEXT and ICONS."""
    from kivy.core.text import LabelBase

    regular, bold = text_files()
    LabelBase.register(TEXT, str(regular), fn_bold=str(bold))
    LabelBase.register(ICONS, str(icon_file()))


def _simplified_first(collection: Path, copies: Path) -> Path:
    """The copy of `collection` in `copies`, made unless there is one as long and of the same time as the original.

    It is on the disk before it has its name: a copy cut short by a power cut would keep the terminal dark for ever.
    """
    made, original = copies / f"{collection.stem}-sc.ttc", collection.stat()
    if _fits(made, original):
        return made
    content = bytearray(collection.read_bytes())
    faces = struct.unpack_from(">I", content, 8)[0]
    if content[:4] != b"ttcf" or faces <= SIMPLIFIED_CHINESE:
        raise NoFont(f"{collection} is not the collection that is expected; reinstall the Debian package fonts-noto-cjk")
    content[12:16] = content[12 + 4 * SIMPLIFIED_CHINESE : 16 + 4 * SIMPLIFIED_CHINESE]
    copies.mkdir(parents=True, exist_ok=True)
    with durable.replacement(made, mark=str(os.getpid())) as file:
        file.write(content)
        file.flush()
        os.utime(file.fileno(), (original.st_atime, original.st_mtime))
    return made


def _fits(made: Path, original: os.stat_result) -> bool:
    try:
        copy = made.stat()
    except FileNotFoundError:
        return False
    return copy.st_size == original.st_size and int(copy.st_mtime) == int(original.st_mtime)
