"""Files of rows, which take a good part of the machine to read or to write, wait for each other, of whatever kind they are."""

from __future__ import annotations

import asyncio

ONE_AT_A_TIME = asyncio.Semaphore(1)
