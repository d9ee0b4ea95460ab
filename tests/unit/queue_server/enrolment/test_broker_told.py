"""Telling the broker to read its lists again, by the number that it has left in a file."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from queue_server.enrolment import broker

WAITS = "trap 'exit 7' HUP; echo ready; while :; do sleep 600 & wait $!; done"


@contextmanager
def process(name: str, configuration: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this name with this configuration; it ends with 7 when it is told to read it again."""
    words = [name, "-c", WAITS, "-c", str(configuration)]
    with subprocess.Popen(
        words,
        executable="/bin/sh",
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # under nohup a shell could not hear it
    ) as program:
        assert program.stdout is not None and program.stdout.readline() == b"ready\n"
        try:
            yield program
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def test_the_broker_of_the_folder_is_told(tmp_path: Path):
    (tmp_path / "mosquitto.conf").touch()
    with process("/usr/sbin/mosquitto", tmp_path / "mosquitto.conf") as running:
        (tmp_path / "mosquitto.pid").write_text(f"{running.pid}\n")
        assert broker.reload(tmp_path)
        assert running.wait(60) == 7


@pytest.mark.parametrize(("name", "folder"), [("rauc", "."), ("mosquitto", "another")])
def test_whoever_has_the_number_that_a_power_cut_left_is_let_alone(tmp_path: Path, name: str, folder: str):
    with process(name, tmp_path / folder / "mosquitto.conf") as running:
        (tmp_path / "mosquitto.pid").write_text(f"{running.pid}\n")
        assert not broker.reload(tmp_path)
        assert running.poll() is None
        running.send_signal(signal.SIGHUP)
        assert running.wait(60) == 7


@pytest.mark.parametrize("left", [None, "", "soon", "-1", "0", "4194304999"])
def test_a_number_that_is_none_tells_nobody(tmp_path: Path, left: str | None):
    if left is not None:
        (tmp_path / "mosquitto.pid").write_text(left)
    assert not broker.reload(tmp_path)
