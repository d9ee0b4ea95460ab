"""`jiaohao-server crowd`: plays citizens and clerks over the wire contract, so that a hall comes alive."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import BadHall, load
from contract.wire.topics import Topics
from link import BadBroker, Broker, Link, new_session
from queue_server.crowd.play import Crowd, Habits


def main(words: list[str]) -> int:
    """Play until SIGTERM or Ctrl-C; the exit status: 0, or 2 when hall, broker or a window cannot be used."""
    arguments = _parser().parse_args(words)
    try:
        config = load(arguments.hall)
        broker = Broker.parse(arguments.broker, credentials=arguments.credentials)
        habits = Habits(
            seed=arguments.seed,
            speed=arguments.speed,
            citizens_per_hour=arguments.citizens_per_hour,
            rating_share=arguments.rating_share,
            clerks=arguments.clerks,
            leave_windows=_windows(arguments.leave_windows, [window.id for window in config.window]),
        )
    except (BadHall, BadBroker, ValueError) as error:
        print(f"jiaohao-server crowd: {error}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _play(config, broker, habits)
    return 0


def _play(config: HallConfig, broker: Broker, habits: Habits) -> None:
    link = Link(broker=broker, topics=Topics(config.hall.id), client_id=f"crowd-{new_session()}")
    crowd = Crowd(link, config, habits)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: crowd.stop())
    crowd.open()
    link.open()
    print(f"crowd: {len(crowd.clerks)} windows played, {habits.citizens_per_hour:g} citizens an hour", flush=True)
    try:
        crowd.run()
        crowd.go_home()
    finally:
        link.close()
    counts = crowd.counts
    print(f"crowd: {counts['tickets']} numbers taken, {counts['finish-service']} served, {counts['rate']} rated", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jiaohao-server crowd",
        description="Play citizens and clerks in a running hall, over its broker. Windows that a real clerk takes are left "
        "alone.",
    )
    parser.add_argument("--hall", type=Path, required=True, help="folder of the hall's configuration")
    parser.add_argument("--broker", required=True, metavar="HOST:PORT", help="the hall's MQTT broker")
    parser.add_argument("--credentials", type=Path, help="folder with ca.crt, client.crt and client.key for mqtts")
    parser.add_argument(
        "--citizens-per-hour", type=_positive, default=60, metavar="N", help="how many people come (default 60)"
    )
    parser.add_argument("--clerks", type=int, metavar="N", help="how many windows are played (default all)")
    parser.add_argument(
        "--leave-windows",
        default="",
        metavar="IDS",
        help="windows, each with its first queue, that the crowd leaves to you, such as 03,07",
    )
    parser.add_argument(
        "--rating-share", type=_share, default=0.6, metavar="0..1", help="part of the services rated (default 0.6)"
    )
    parser.add_argument("--speed", type=_positive, default=1, metavar="X", help="clerks work X times as fast (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other people (default 1)")
    return parser


def _windows(text: str, known: list[str]) -> frozenset[str]:
    ids = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := sorted(ids - set(known)):
        raise ValueError(f"--leave-windows: the hall has no window {', '.join(unknown)}; it has {', '.join(known)}")
    return ids


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be above zero")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return value
