"""What a touch does while the terminal's name lies over the page, in a window of its own.

`python -m tests.screens.named` prints whether a touch is noticed: before, while the name is there, and after.
"""

from __future__ import annotations

from contract.configuration.hall_files import load
from kiosk.app.app import App
from kiosk.app.inbox import Inbox
from kiosk.app.main_loop import MainLoop
from kiosk.app.orders import show_name
from kiosk.app.setup import Screen
from kiosk.flow.event import Ask, Touched
from kiosk.parts import Absent, Dispatcher
from kiosk.ticket_kiosk.role import Equipment, TicketKiosk, setting_of
from kiosk.ui.theme import Mode
from tests.screens.hall import HALL
from tests.screens.touches import Touch


def main() -> None:
    hall, loop = load(HALL), MainLoop()
    role = TicketKiosk(setting_of(hall, "kiosk-1", Mode()), Equipment())
    parts = Dispatcher(role.effects, (Absent("server", Ask), *role.parts))
    inbox = Inbox(loop)
    app = App(role=role, parts=parts, hall=hall, screen=Screen(320, 320), loop=loop, inbox=inbox)
    app.open()
    from kivy.core.window import Window

    inbox.open(lambda: None)

    def noticed() -> bool:
        list(inbox.take())
        Window.dispatch("on_touch_down", Touch((160, 160)))
        return any(isinstance(event, Touched) for event in inbox.take())

    print("before:", noticed())
    show_name(app)
    print("under the name:", noticed())
    Window.remove_widget(Window.children[0])
    print("after:", noticed())


if __name__ == "__main__":
    main()
