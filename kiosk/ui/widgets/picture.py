"""Pictures: icons of the icon font, QR codes, image files."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kivy.core.text import Label as TextMaker
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from kiosk.ui import fonts
from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box, recolour

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext


class Icon(Box):
    """One icon in the middle of its box; its size is the short side of the box."""

    def __init__(self, context: PageContext, rect: Rect, name: str, *, colour: str = "accent") -> None:
        super().__init__(context, rect)
        self.icon_name = ""
        with self.canvas:
            self._colour = Color(*self.look.colour(colour))
            self._area = Rectangle()
        self.draw(name)

    def draw(self, name: str) -> None:
        """Show another icon."""
        self.icon_name = name
        maker = TextMaker(text=fonts.icon(name), font_name=fonts.ICONS, font_size=int(min(self.rect.w, self.rect.h)))
        maker.refresh()
        place = self.rect.centre(*maker.texture.size)
        self._area.texture = maker.texture
        self._area.pos, self._area.size = (round(place.x), round(place.y)), maker.texture.size

    def paint(self, colour: str) -> None:
        """Change the colour."""
        recolour(self._colour, self.look.colour(colour))


class QrCode(Box):
    """A QR code with its quiet zone, as large as its box allows in whole pixels a module."""

    def __init__(self, context: PageContext, rect: Rect, content: str) -> None:
        super().__init__(context, rect)
        modules = qr_modules(content)
        side = len(modules)
        pixels = b"".join(b"\x00" if dark else b"\xff" for row in reversed(modules) for dark in row)
        texture = Texture.create(size=(side, side), colorfmt="luminance")
        texture.mag_filter = "nearest"
        texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
        scale = max(1, int(min(rect.w, rect.h) / side))
        place = rect.centre(side * scale, side * scale)
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=texture, pos=(round(place.x), round(place.y)), size=(side * scale, side * scale))


@lru_cache(maxsize=8)
def qr_modules(content: str) -> list[list[bool]]:
    """The modules of a QR code, with four modules of quiet zone around it."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(content)
    code.make(fit=True)
    modules: list[list[bool]] = code.get_matrix()
    return modules


class Picture(Box):
    """An image file, whole, in the middle of its box."""

    def __init__(self, context: PageContext, rect: Rect, path: str) -> None:
        super().__init__(context, rect)
        from kivy.core.image import Image

        texture = Image(path).texture
        scale = min(rect.w / texture.width, rect.h / texture.height)
        place = rect.centre(texture.width * scale, texture.height * scale)
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=texture, pos=(place.x, place.y), size=(place.w, place.h))


class PaperPicture(Box):
    """A sheet of paper in the middle of its box, from RGB pixels, the top row first; with a fine edge."""

    def __init__(self, context: PageContext, rect: Rect, size: tuple[int, int], pixels: bytes) -> None:
        super().__init__(context, rect)
        texture = Texture.create(size=size, colorfmt="rgb")
        texture.blit_buffer(pixels, colorfmt="rgb", bufferfmt="ubyte")
        texture.flip_vertical()
        scale = min(rect.w / size[0], rect.h / size[1])
        self.place = rect.centre(size[0] * scale, size[1] * scale)
        edge = self.place.inset(-max(1.0, self.look.px(2)))
        with self.canvas:
            Color(*self.look.colour("line"))
            Rectangle(pos=(edge.x, edge.y), size=(edge.w, edge.h))
            Color(1, 1, 1, 1)
            Rectangle(texture=texture, pos=(self.place.x, self.place.y), size=(self.place.w, self.place.h))
