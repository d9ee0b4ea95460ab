"""Reads a file in a process of its own, within a time and a memory: whatever is in the file, the hall goes on."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

from queue_server.row_files.problem import BadRows, Problem

TIMEOUT_S = 120
MEMORY = 512 << 20
"""Of the reading process. The server's unit gives all of its processes 1.5 GB."""
OUTPUT = 48 << 20
"""Of what it prints, in bytes: a small file may say one text a thousand times."""
OOM_SCORE = Path("/proc/self/oom_score_adj")
FIRST_TO_END = 1000
"""The kernel's highest score: see proc(5), oom_score_adj."""


def read_apart(module: str, arguments: Sequence[str], content: bytes, suffix: str, given: object) -> Mapping[str, Any]:
    """What `python -m <module> <arguments> FILE` prints about a file with this content, as JSON: without problems. It gets
    `given` as JSON at its standard input. Raise BadRows for its problems, and for a file that takes too long or too much."""
    with NamedTemporaryFile(suffix=suffix) as file, TemporaryFile() as printed:
        file.write(content)
        file.flush()
        command = ["nice", sys.executable, "-m", module, *arguments, file.name]
        try:
            asked = json.dumps(given).encode()
            subprocess.run(command, input=asked, stdout=printed, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            slow = "takes too long to read; import it in several files"
            raise BadRows([Problem(0, "", slow, "读取超时，请分成几个文件导入")]) from None
        printed.seek(0)
        answer = printed.read()
    try:
        found: Mapping[str, Any] = json.loads(answer)
    except ValueError:
        large = "cannot be read: it is too large or damaged; import it in several files"
        raise BadRows([Problem(0, "", large, "文件无法读取，可能太大或已损坏，请分成几个文件导入")]) from None
    if found["problems"]:
        raise BadRows([Problem(*entry) for entry in found["problems"]], found["count"])
    return found


def give_way_to_the_hall() -> None:
    """Keep this process from taking the machine: a small file may unpack to a huge one. Where memory is short all the same, the
    kernel ends this process first, and not the server beside it."""
    OOM_SCORE.write_text(str(FIRST_TO_END), encoding="ascii")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
