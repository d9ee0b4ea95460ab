"""The part that sends a flow's requests to the server; the link sends what comes of them back as events."""

from __future__ import annotations

from kiosk.app.link_events import TerminalLink
from kiosk.flow.event import Ask, Send
from kiosk.parts import Part


class ServerRequests(Part[Ask]):
    """Asks over `link`."""

    handles = (Ask,)

    def __init__(self, link: TerminalLink) -> None:
        self._link = link

    def perform(self, effect: Ask, _send: Send) -> None:
        self._link.ask(effect)
