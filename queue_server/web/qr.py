"""QR codes as drawings inside a page: sharp on a screen and on paper."""

from __future__ import annotations

import qrcode
from qrcode.image.svg import SvgPathImage


def svg(text: str) -> str:
    """The code as an SVG element that fills its box."""
    drawn: str = qrcode.make(text, image_factory=SvgPathImage, border=4).to_string(encoding="unicode")
    return drawn.replace("<svg:", "<").replace("</svg:", "</").replace("xmlns:svg=", "xmlns=")
