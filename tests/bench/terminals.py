"""Idle terminals: so many connections that follow the hall's state as kiosks, raters and call screens do.

python -m tests.bench.terminals PORT COUNT
"""

from __future__ import annotations

import selectors
import sys
import time

from link import Broker
from link.connection import client
from tests.bench.load import TOPICS

FOLLOWED = ("window/+/state", "queue/+/state", "server/status", "announce")


def main() -> None:
    port, count = int(sys.argv[1]), int(sys.argv[2])
    clients = []
    with selectors.DefaultSelector() as selector:
        for number in range(count):
            paho = client(Broker("127.0.0.1", port), f"terminal-{number}")
            paho.connect("127.0.0.1", port, keepalive=60)
            selector.register(paho.socket(), selectors.EVENT_READ, paho)
            clients.append(paho)
        asked: set[int] = set()
        beat = time.monotonic()
        while True:
            for key, _ in selector.select(1):
                key.data.loop_read()
            for number, paho in enumerate(clients):
                if number not in asked and paho.is_connected():
                    paho.subscribe([(TOPICS.root + topic, 1) for topic in FOLLOWED])
                    asked.add(number)
                    if len(asked) == count:
                        print("ready", flush=True)
                if paho.want_write():
                    paho.loop_write()
            if time.monotonic() - beat > 5:
                beat = time.monotonic()
                for paho in clients:
                    paho.loop_misc()


if __name__ == "__main__":
    main()
