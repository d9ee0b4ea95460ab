"""Reads a file of items in a process of its own: whatever is in it, the hall goes on."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from tempfile import NamedTemporaryFile

from contract.guides.item import Item
from queue_server.catalogue.exchange import problem
from queue_server.row_files import BadRows, Problem

TIMEOUT_S = 120
MEMORY = 2 << 30


def items_apart(content: bytes, suffix: str) -> list[Item]:
    """The items of a .xlsx, .zip or .json file; raise BadRows, also for a file that takes too long or too much memory."""
    with NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        command = ["nice", sys.executable, "-m", "queue_server.catalogue", "check", "--json", file.name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            raise BadRows([problem("", 0, "", "读取超时，请分成几个文件导入")]) from None
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise BadRows([problem("", 0, "", "文件无法读取，可能太大或已损坏")]) from None
    if found["problems"]:
        raise BadRows([Problem(*entry) for entry in found["problems"]], found["count"])
    return [Item.model_validate(table) for table in found["items"]]


def limit_memory() -> None:
    """Keep this process from taking the machine: a small file may unpack to a huge one."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
