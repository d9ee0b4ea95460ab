"""Whether a white camera picture is on the scan page, and whether it is in the picture that the desk gets of the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.configuration.hall_files import load
from kiosk.app.orders import pixels
from kiosk.ticket_kiosk.role import draw
from kiosk.ticket_kiosk.scan.state import CameraPicture, ScanState
from tests.screens.hall import HALL, MODES, PORTRAIT, busy_hall
from tests.screens.kivy_stage import make_page
from tests.screens.scan_states import CAMERA

WHITE = 0xFF, 0xFF, 0xFF
PLACE = 540, 620
"""In the middle of the camera's picture, from above."""


def is_white(width: int, content: bytes) -> bool:
    x, y = PLACE
    start = (y * width + x) * 4
    return tuple(content[start : start + 3]) == WHITE


def main() -> None:
    hall, mode = load(HALL), MODES["zh"]
    picture = CameraPicture(4, 3, b"\xff" * 36)
    state = replace(busy_hall(hall, mode), page="scan", scan=ScanState(scanners=CAMERA, picture=picture))
    page: Any = make_page(draw, state, hall, PORTRAIT, mode)
    drawn = page.export_as_image().texture
    print("on screen:", is_white(int(drawn.size[0]), bytes(drawn.pixels)))
    width, _height, content = pixels(page)
    print("for the desk:", is_white(width, content))


if __name__ == "__main__":
    main()
