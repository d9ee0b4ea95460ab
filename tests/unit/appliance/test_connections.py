"""One machine of the network cannot take every connection to the broker: the kernel's own rules, in a network of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.boot.serve import LIMITS
from tests.programs import PATIENCE_S

TRIES = """
import json, resource, socket, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))

def stand(near, far, number):
    kept = []
    with socket.create_server((far, 8883), family=socket.AF_INET6 if ":" in far else socket.AF_INET, backlog=4096) as broker:
        for source in near:
            kept.append([])
            for _ in range(number):
                try:
                    kept[-1].append(socket.create_connection((far, 8883), 60, source_address=(source, 0)))
                except ConnectionRefusedError:
                    pass
        return [len(one) for one in kept]

print(json.dumps([
    stand(["127.0.0.2", "127.0.0.3"], "127.0.0.1", 100),
    stand(["::1"], "::1", 1100),
]))
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    rules = tmp_path / LIMITS.name
    rules.write_text(LIMITS.read_text(encoding="utf-8").replace("@PORT@", "8883"), encoding="utf-8")
    return rules


def test_a_machine_that_opens_connection_after_connection_leaves_the_broker_to_the_others(rules: Path) -> None:
    ready = 'ip link set lo up && nft -f "$0" && nft -f "$0" && exec "$1" -c "$2"'
    words = ["unshare", "--map-root-user", "--net", "sh", "-c", ready, str(rules), sys.executable, TRIES]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if "not permitted" in done.stderr:
        pytest.skip("the kernel does not allow networks of one's own here")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[64, 64], [1024]]
