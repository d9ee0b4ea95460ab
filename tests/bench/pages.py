"""Browsers of a benchmark: somebody of the staff, and many live pages that stay open."""

from __future__ import annotations

import contextlib
import re
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.bench import stage

PATIENCE_S = 60.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Staff:
    """Somebody who is logged in and looks at the hall's line; with `ca` over HTTPS, a connection each time."""

    def __init__(self, port: int, ca: Path | None = None) -> None:
        self._port = port
        self._tls = None if ca is None else ssl.create_default_context(cafile=ca)
        self.cookie = ""

    def log_in(self, name: str = "supervisor") -> None:
        """Log in. Raise RuntimeError when it is refused."""
        form = {"name": name, "password": EXAMPLE_PASSWORD, "csrf": "x", "next": ""}
        status, cookies, _ = self._ask("POST", "/log-in", FORM | {"Cookie": "jiaohao_form=x"}, urlencode(form))
        if status != 303:
            raise RuntimeError(f"the log-in of {name} was answered with {status}")
        self.cookie = "; ".join(cookie.partition(";")[0] for cookie in cookies)

    def look(self, path: str = "/supervisor") -> int:
        """The status of a page."""
        return self._ask("GET", path, {"Cookie": self.cookie})[0]

    def take_window(self, window: str) -> None:
        """Work at a window from now on. Raise RuntimeError when it is refused."""
        _, _, page = self._ask("GET", "/console", {"Cookie": self.cookie})
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        form = {"csrf": token[1] if token else "", "window": window, "confirmed": "1"}
        status, _, _ = self._ask("POST", "/console/window", FORM | {"Cookie": self.cookie}, urlencode(form))
        if status != 303:
            raise RuntimeError(f"window {window} was answered with {status}")

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, list[str], str]:
        with contextlib.closing(self._connection()) as asking:
            asking.request(method, path, body, headers)
            answer = asking.getresponse()
            return answer.status, answer.headers.get_all("Set-Cookie") or [], answer.read().decode()

    def _connection(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        return HTTPSConnection("127.0.0.1", self._port, timeout=PATIENCE_S, context=self._tls)


@contextmanager
def open_pages(port: int, pages: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Live pages (path, cookie) are open, in a process of their own. Raise RuntimeError when one is not reached."""
    command = [sys.executable, "-m", "tests.bench.live_pages", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=stage.ROOT) as reading:
        try:
            assert reading.stdin is not None and reading.stdout is not None
            reading.stdin.writelines(f"{path}\t{cookie}\n" for path, cookie in pages)
            reading.stdin.close()
            if not reading.stdout.readline():
                raise RuntimeError("the live pages are not reached")
            yield
        finally:
            reading.kill()
