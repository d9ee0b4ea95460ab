"""What of the screen is not in the picture that the desk gets of it: what the camera sees, and pages that are of one person.

`python -m tests.screens.unseen` prints whether a white camera picture is on the scan page and in that picture, and then which
pages show something of a person and are not covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contract.configuration.hall_files import load
from kiosk.app.orders import pixels
from kiosk.ticket_kiosk.role import draw
from kiosk.ticket_kiosk.scan.state import CameraPicture, ScanState
from kiosk.ticket_kiosk.state import KioskState
from tests.screens.hall import HALL, MODES, PORTRAIT, SMALL, busy_hall, states
from tests.screens.kivy_stage import make_page
from tests.screens.scan_states import CAMERA

WHITE = 0xFF, 0xFF, 0xFF
PLACE = 540, 620
"""In the middle of the camera's picture, from above."""


def is_white(width: int, content: bytes) -> bool:
    x, y = PLACE
    start = (y * width + x) * 4
    return tuple(content[start : start + 3]) == WHITE


def of_a_person(state: KioskState) -> Iterator[str]:
    """What a state knows of the one person at the kiosk."""
    query, scan = state.case_query, state.scan
    yield from (query.number, query.last_four, scan.typed.number, scan.typed.last_four)
    if query.case is not None:
        yield from (query.case.number, query.case.applicant)
    if scan.appointment is not None:
        yield scan.appointment.name
    if scan.holder is not None:
        yield scan.holder.holder.name
    yield from (ticket.number for ticket in (state.taking.ticket, state.my_ticket.ticket) if ticket is not None)


def uncovered() -> Iterator[str]:
    """The pages that show something of a person and are in the picture all the same."""
    from kiosk.ui.widgets import QrCode, Words
    from tests.screens.kivy_stage import give_back

    hall, mode = load(HALL), MODES["zh"]
    covered: set[bytes] = set()
    for name, state in states(hall, mode):
        page: Any = make_page(draw, state, hall, SMALL, mode)
        texts = [part.text for part in page.walk() if isinstance(part, Words) and part.text]
        known = [each for each in of_a_person(state) if each and any(each in text for text in texts)]
        known += ["a code"] if state.page in ("done", "my-ticket") and any(isinstance(p, QrCode) for p in page.walk()) else []
        if known and not page.personal:
            yield f"{name} shows {known[0]}"
        if page.personal:
            covered.add(pixels(page)[2])
        give_back()
    if len(covered) != 1:
        yield f"{len(covered)} pictures of covered pages differ"


def main() -> None:
    hall, mode = load(HALL), MODES["zh"]
    picture = CameraPicture(4, 3, b"\xff" * 36)
    state = replace(busy_hall(hall, mode), page="scan", scan=ScanState(scanners=CAMERA, picture=picture))
    page: Any = make_page(draw, state, hall, PORTRAIT, mode)
    drawn = page.export_as_image().texture
    print("on screen:", is_white(int(drawn.size[0]), bytes(drawn.pixels)))
    width, _height, content = pixels(page)
    print("for the desk:", is_white(width, content))
    print(*uncovered(), sep="\n")


if __name__ == "__main__":
    main()
