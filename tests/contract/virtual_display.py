"""Python on a virtual display of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.programs import wait_until

ROOT = Path(__file__).parents[2]
SCREEN = ["-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"]


def on_a_display(*command: str) -> subprocess.CompletedProcess[str]:
    """Run Python on a display whose number the X server itself chooses, so that tests beside this one have others."""
    with tempfile.TemporaryFile() as number:
        told = ["-displayfd", str(number.fileno())]
        server = subprocess.Popen(["Xvfb", *told, *SCREEN], pass_fds=[number.fileno()], stderr=subprocess.DEVNULL)
        try:

            def display() -> str:
                number.seek(0)
                return number.read().decode().strip()

            wait_until(display)
            environment = os.environ | {"DISPLAY": f":{display()}"}
            return subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=580
            )
        finally:
            server.terminate()
            server.wait(60)
