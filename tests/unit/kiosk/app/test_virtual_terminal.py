"""The keyboard of a kiosk's virtual terminal is off while the kiosk runs."""

from __future__ import annotations

import errno
import os

from kiosk.app import virtual_terminal


class Terminal:
    """The kernel's side: `refuses` are the requests that fail, with which error."""

    def __init__(self, **refuses: int) -> None:
        self.refuses = refuses
        self.mode: int | None = None

    def __call__(self, _handle: int, request: int, value: object) -> int:
        name = {virtual_terminal.KDGKBTYPE: "type", virtual_terminal.KDSKBMODE: "mode"}[request]
        if name in self.refuses:
            raise OSError(self.refuses[name], os.strerror(self.refuses[name]))
        if name == "mode":
            assert isinstance(value, int)
            self.mode = value
        return 0


def test_the_keyboard_of_a_virtual_terminal_is_switched_off():
    terminal = Terminal()
    assert virtual_terminal.mute(terminal)
    assert terminal.mode == virtual_terminal.K_OFF


def test_what_is_no_virtual_terminal_is_left_alone():
    terminal = Terminal(type=errno.ENOTTY)
    assert not virtual_terminal.mute(terminal)
    assert terminal.mode is None
    primary, secondary = os.openpty()
    try:
        assert not virtual_terminal.mute(handle=secondary), "a terminal window has no keyboard of its own"
    finally:
        os.close(primary)
        os.close(secondary)


def test_a_keyboard_that_cannot_be_locked_is_an_error_in_the_log(caplog):
    assert virtual_terminal.mute(Terminal(mode=errno.EPERM))
    assert "could be used to leave the kiosk" in caplog.text
