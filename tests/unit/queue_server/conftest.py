"""A hall whose web pages are tested, and a browser in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.web_hall import WebHall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    """The hall of tests.web_hall, not open yet."""
    hall = WebHall(tmp_path)
    yield hall
    hall.close()


@pytest.fixture
def client(hall: WebHall) -> Iterator[TestClient]:
    """A browser in which nobody is logged in; it follows no redirect."""
    with TestClient(hall.open(), base_url="http://hall", follow_redirects=False, client=("10.0.0.5", 5000)) as client:
        yield client
