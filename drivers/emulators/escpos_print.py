"""How an emulated ESC/POS printer sets characters and pictures: the print state that commands change, the line being set."""

from __future__ import annotations

import qrcode
from PIL import Image

from drivers.emulators.escpos_commands import Command
from drivers.emulators.paper import LINE_SPACING, PaperStrip, glyph
from drivers.printer.profile import Profile


class PrintState:
    """Everything that ESC @ resets, and the line that is not printed yet."""

    def __init__(self, paper: PaperStrip, profile: Profile) -> None:
        self.paper, self.profile = paper, profile
        self.reset(chinese=True)

    def reset(self, *, chinese: bool) -> None:
        """As after ESC @; `chinese` is the mode the printer powers on in."""
        self.chinese = chinese
        self._scale = self._chinese_scale = (1, 1)
        self._align = 0
        self._bold = self._inverse = False
        self._spacing = LINE_SPACING
        self._underline = 0
        self._chinese_gap = (0, 0)
        self._qr_size, self._qr_level, self._qr_data = 3, 48, b""
        self.forget_line()

    def forget_line(self) -> None:
        """Drop the characters that were not printed yet."""
        self._line: list[Image.Image] = []

    def do(self, command: Command) -> bool:
        """Carry out a command; False for one that this printer does not know."""
        if command.name == "text":
            self._character(command.data)
        elif command.name in ("LF", "FF"):
            self._print_line()
        elif command.name.startswith(("ESC", "GS", "FS")):
            return self._set(command) or self._move(command) or self._draw(command) or command.name in IGNORED
        else:
            return command.name in ("CR", "HT", "CAN")
        return True

    def _set(self, command: Command) -> bool:
        """Commands that only change the state."""
        value = command.data[0] if command.data else 0
        match command.name:
            case "FS &" | "FS .":
                self.chinese = command.name == "FS &"
            case "ESC a":
                self._align = {48: 0, 49: 1, 50: 2}.get(value, value) % 3
            case "ESC E" | "ESC G":
                self._bold = bool(value & 1)
            case "GS B":
                self._inverse = bool(value & 1)
            case "GS !":
                self._scale = ((value >> 4 & 7) + 1, (value & 7) + 1)
            case "ESC !":
                self._scale, self._bold = ((value >> 5 & 1) + 1, (value >> 4 & 1) + 1), bool(value & 8)
            case "FS !":
                self._chinese_scale = ((value >> 2 & 1) + 1, (value >> 3 & 1) + 1)
            case "FS W":
                self._chinese_scale = (2, 2) if value & 1 else (1, 1)
            case "FS S":
                self._chinese_gap = (command.data[0], command.data[1])
            case "ESC -" | "FS -":
                self._underline = value & 3
            case "ESC 2":
                self._spacing = LINE_SPACING
            case "ESC 3":
                self._spacing = value
            case _:
                return False
        return True

    def _move(self, command: Command) -> bool:
        match command.name:
            case "ESC J":
                self._print_line(spacing=command.data[0])
            case "ESC d":
                for _ in range(max(1, command.data[0]) if self._line else command.data[0]):
                    self._print_line()
            case _:
                return False
        return True

    def _draw(self, command: Command) -> bool:
        match command.name:
            case "GS v":
                self._raster(command.data)
            case "ESC *":
                self._bit_image(command.data)
            case "GS (":
                self._function(command.data)
            case _:
                return False
        return True

    # --- characters --------------------------------------------------------------------------------------------------

    def _character(self, code: bytes) -> None:
        shape = glyph(code, self.profile.charset, bold=self._bold)
        before, after = self._chinese_gap if len(code) > 1 else (0, 0)
        wide, high = self._scale_of(code)
        if before or after:
            spaced = Image.new("1", (before + shape.width + after, shape.height), 255)
            spaced.paste(shape, (before, 0))
            shape = spaced
        shape = shape.resize((shape.width * wide, shape.height * high), Image.Resampling.NEAREST)
        if self._underline:
            shape.paste(0, (0, shape.height - self._underline, shape.width, shape.height))
        if self._inverse:
            shape = shape.point(lambda dot: 255 - dot)
        self._add(shape)

    def _scale_of(self, code: bytes) -> tuple[int, int]:
        """Chinese characters follow FS !, and GS ! too on printers that are made so."""
        if len(code) == 1:
            return self._scale
        if self.profile.chinese_size_by_fs:
            return self._chinese_scale
        return max(self._scale[0], self._chinese_scale[0]), max(self._scale[1], self._chinese_scale[1])

    def _add(self, shape: Image.Image) -> None:
        if sum(s.width for s in self._line) + shape.width > self.profile.dots:
            self._print_line()
        self._line.append(shape)

    def _print_line(self, spacing: int | None = None) -> None:
        """Print what is in the line and feed: by the line spacing, or the height of the characters if that is more."""
        spacing = self._spacing if spacing is None else spacing
        height = max((s.height for s in self._line), default=0)
        if self._line:
            picture = Image.new("1", (min(self.profile.dots, sum(s.width for s in self._line)), height), 255)
            x = 0
            for shape in self._line:
                picture.paste(shape, (x, height - shape.height))
                x += shape.width
            self.forget_line()
            self.paper.put(picture, self._place(picture.width))
        self.paper.feed(max(0, spacing - height))

    def _place(self, width: int) -> int:
        return max(0, (0, (self.profile.dots - width) // 2, self.profile.dots - width)[self._align])

    # --- pictures ----------------------------------------------------------------------------------------------------

    def _raster(self, data: bytes) -> None:
        """GS v 0 m xL xH yL yH: rows of dots."""
        mode, width, height = data[1], int.from_bytes(data[2:4], "little"), int.from_bytes(data[4:6], "little")
        if not width or not height:
            return
        picture = Image.frombytes("1", (width * 8, height), bytes(b ^ 0xFF for b in data[6:]))
        if mode & 3:
            picture = picture.resize((picture.width << (mode & 1), picture.height << (mode >> 1 & 1)), Image.Resampling.NEAREST)
        self._picture(picture)

    def _bit_image(self, data: bytes) -> None:
        """ESC * m nL nH: columns of 8 or 24 dots, a part of the line of text."""
        mode, columns, tall = data[0], int.from_bytes(data[1:3], "little"), 3 if data[0] in (32, 33) else 1
        if not columns:
            return
        picture = Image.new("1", (columns, tall * 8), 255)
        for x in range(columns):
            bits = int.from_bytes(data[3 + x * tall : 3 + (x + 1) * tall], "big")
            for y in range(tall * 8):
                if bits >> (tall * 8 - 1 - y) & 1:
                    picture.putpixel((x, y), 0)
        wide, high = (1 if mode in (1, 33) else 2), (1 if tall == 3 else 3)
        picture = picture.resize((picture.width * wide, picture.height * high), Image.Resampling.NEAREST)
        self._add(picture.crop((0, 0, min(picture.width, self.profile.dots), picture.height)))

    def _picture(self, picture: Image.Image) -> None:
        if self._line:
            self._print_line()
        if picture.width > self.profile.dots:
            picture = picture.crop((0, 0, self.profile.dots, picture.height))
        self.paper.put(picture, self._place(picture.width))

    def _function(self, data: bytes) -> None:
        """GS ( k for QR codes; other functions of GS ( are taken in without effect."""
        if data[:1] != b"k" or data[3:4] != b"1" or len(data) < 5:
            return
        function, body = data[4], data[5:]
        if function == 0x43 and body:
            self._qr_size = max(1, min(16, body[0]))
        elif function == 0x45 and body:
            self._qr_level = body[0]
        elif function == 0x50:
            self._qr_data = body[1:]
        elif function == 0x51 and self._qr_data:
            self._print_qr()

    def _print_qr(self) -> None:
        levels = {48: 1, 49: 0, 50: 3, 51: 2}  # L M Q H as the qrcode package counts them
        size = self._qr_size
        code = qrcode.QRCode(error_correction=levels.get(self._qr_level, 1), border=0)
        code.add_data(self._qr_data, optimize=0)
        try:
            modules = code.get_matrix()
        except (ValueError, qrcode.exceptions.DataOverflowError):
            return  # more than a QR code holds: real printers print nothing either
        picture = Image.new("1", (len(modules), len(modules)))
        picture.putdata([0 if dark else 255 for row in modules for dark in row])
        self._picture(picture.resize((len(modules) * size, len(modules) * size), Image.Resampling.NEAREST))


IGNORED = frozenset(
    {f"ESC {letter}" for letter in "%$\\=? KLMRSTUVWcertD{"}
    | {f"GS {letter}" for letter in "$*/:HILPTW\\^bcfhkw"}
    | {f"FS {letter}" for letter in "C2p"}
)
"""Commands that are understood and change nothing on this paper."""
