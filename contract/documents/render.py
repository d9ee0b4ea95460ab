"""Sets a paper with typst: PDF to print and to send to a phone, PNG pages to look at on the kiosk; both from one source.

Fonts are the system's Noto CJK, embedded in the PDF. What people or officials wrote reaches the template as JSON and is
set as text; nothing of it is ever read as typst.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Literal

import qrcode
import qrcode.constants
import qrcode.image.svg
import typst

from contract.documents.papers import TITLES, AnyPaper

TEMPLATES = Path(__file__).parents[2] / "assets" / "documents"
FONTS = Path("/usr/share/fonts/opentype/noto")
PAGE_INCHES = 8.27
"""Width of A4."""


class CannotSet(RuntimeError):
    """A paper could not be set; the text says why. A missing font is the likely cause on a new machine."""


def pdf(paper: AnyPaper) -> bytes:
    """The paper as PDF, A4, fonts embedded. Raise CannotSet."""
    return b"".join(_compiled(paper, "pdf", None))


def pages(paper: AnyPaper, width: int) -> list[bytes]:
    """Every page of the same paper as PNG, `width` pixels wide. Raise CannotSet."""
    return _compiled(paper, "png", width / PAGE_INCHES)


def _compiled(paper: AnyPaper, kind: Literal["pdf", "png"], ppi: float | None) -> list[bytes]:
    data = paper.model_dump_json(exclude={"code"} if paper.code else None)
    inputs = {"data": data, "title": TITLES[paper.kind].model_dump_json(), "qr": _qr(paper.code)}
    options: dict[str, Any] = {} if ppi is None else {"ppi": ppi}
    if not FONTS.is_dir():
        raise CannotSet(f"there are no fonts in {FONTS}; install the package fonts-noto-cjk")
    try:
        made: Any = typst.compile(
            TEMPLATES / f"{paper.kind}.typ", root=TEMPLATES, font_paths=_fonts(), format=kind, sys_inputs=inputs, **options
        )
    except typst.TypstError as error:
        raise CannotSet(f"the {paper.kind} paper cannot be set: {error}") from error
    return made if isinstance(made, list) else [made]


@cache
def _fonts() -> Any:
    """The fonts, looked up once: a tenth of a second."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def _qr(code: str) -> str:
    """The QR code as SVG, level M; "" for none."""
    if not code:
        return ""
    level, drawing = qrcode.constants.ERROR_CORRECT_M, qrcode.image.svg.SvgPathImage
    made = qrcode.QRCode(error_correction=level, border=0, image_factory=drawing)
    made.add_data(code)
    made.make(fit=True)
    drawn = io.BytesIO()
    made.make_image().save(drawn)
    return drawn.getvalue().decode()
