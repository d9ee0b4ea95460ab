"""The first message of a kind may come in several threads at once, as after every start of a server."""

import subprocess
import sys

FIRST_MESSAGES = """
import sys, threading
import msgspec
from contract.wire.codec import decode

sys.setswitchinterval(1e-6)
wrong = []
for turn in range(200):
    inner = msgspec.defstruct("Inner", [(f"f{i}", int, 0) for i in range(30)])
    outer = msgspec.defstruct("Outer", [(f"g{i}", inner | None, None) for i in range(10)])
    start = threading.Barrier(4)

    def read():
        start.wait()
        if decode(b'{"g1": {"f1": 1}, "g9": {"f5": 2}}', outer).g9.f5 != 2:
            wrong.append(turn)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
sys.exit(bool(wrong))
"""


def test_threads_that_read_their_first_messages_at_once_do_not_crash_the_program():
    done = subprocess.run([sys.executable, "-c", FIRST_MESSAGES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)
