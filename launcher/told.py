"""What whoever starts the hall is told: addresses, passwords, and what happens meanwhile."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field


def say(text: str) -> None:
    print(f"· {text}", flush=True)


@dataclass(frozen=True)
class ServerHealth:
    """What the server says of itself: an empty status while it cannot be asked, and the passwords of example accounts."""

    status: str = ""
    log_ins: Mapping[str, str] = field(default_factory=dict)


def health(web: str) -> ServerHealth:
    """Ask the server how it is."""
    try:
        with urllib.request.urlopen(f"{web}/health", timeout=5) as reply:  # noqa: S310 - our own server
            answer = json.load(reply)
    except (OSError, ValueError):
        return ServerHealth()
    return ServerHealth(str(answer.get("status", "")), answer.get("example_log_in") or {})


def log_in(web: str) -> str:
    """How to log in at the example hall, as its server tells it on loopback; empty when the hall has accounts of its own."""
    return "".join(f"  log in as {name:<15}{password}\n" for name, password in health(web).log_ins.items())
