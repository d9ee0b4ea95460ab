"""The real server announces its guide file; terminals fetch it, whatever happens to broker and server."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from contract.guides.guide_file import open_guides
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, Watcher, wait_until
from tests.wushan_hall import announced, copy_at_noon

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def test_the_guide_file_is_announced_fetched_and_announced_again_after_trouble(tmp_path: Path, broker: PrivateBroker) -> None:
    port = free_port()
    hall = copy_at_noon(tmp_path / "hall", f"http://localhost:{port}")
    server = RunningServer(hall, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}")
    server.open()
    try:
        link = broker.link("wushan")
        watcher = Watcher(link, "catalogue/version", "server/status")
        link.open()
        version = announced(watcher)
        assert version.url == f"http://localhost:{port}/catalogue/{version.sha256}.db"
        file = tmp_path / "fetched.db"
        with DIRECT.open(version.url, timeout=60) as answer:
            file.write_bytes(answer.read())
        assert hashlib.sha256(file.read_bytes()).hexdigest() == version.sha256
        guides = open_guides(file, expected_sha256=version.sha256)
        assert guides.version == version.version
        assert guides.search("sbk")
        guides.close()
        broker.close()
        wait_until(lambda: not link.connected.is_set())
        watcher.state.clear()
        broker.open()
        assert announced(watcher) == version
        server.kill()
        watcher.state.clear()
        server.open()
        assert announced(watcher) == version
        with DIRECT.open(version.url, timeout=60) as answer:
            assert answer.read() == file.read_bytes()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            DIRECT.open(version.url.replace(version.sha256, "0" * 64), timeout=60)
        link.close()
        assert server.stop() == 0
    finally:
        server.close()
