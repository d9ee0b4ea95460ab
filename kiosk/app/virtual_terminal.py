"""The keyboard of the virtual terminal on which a kiosk runs without a desktop: switched off while it runs.

With its keyboard off (K_OFF) the kernel acts on no key of it: no Ctrl+Alt+F2 to another terminal, no Ctrl+Alt+Del, no Ctrl+C
or Ctrl+Z to the program. SDL does the same where it finds a keyboard when it starts; here it holds for one plugged in later
too, and before the window is open. systemd's TTYReset= switches it on again for whatever follows.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable

LOG = logging.getLogger(__name__)
KDGKBTYPE, KDSKBMODE, K_OFF = 0x4B33, 0x4B45, 4
"""linux/kd.h"""
STDIN = 0

Control = Callable[[int, int, int], int]


def is_terminal(control: Control = fcntl.ioctl, handle: int = STDIN) -> bool:
    """Whether a handle is a virtual terminal of the kernel."""
    try:
        control(handle, KDGKBTYPE, bytes(1))  # type: ignore[arg-type]
    except OSError:
        return False
    return True


def mute(control: Control = fcntl.ioctl, handle: int = STDIN) -> bool:
    """Switch the keyboard of the virtual terminal off; whether there is one. One that stays on is logged as an error."""
    if not is_terminal(control, handle):
        return False
    try:
        control(handle, KDSKBMODE, K_OFF)
    except OSError as error:
        LOG.error(
            "the keyboard of this terminal cannot be locked (%s): it could be used to leave the kiosk",
            os.strerror(error.errno or 0),
        )
    return True
