"""jiaohao-devices: LED displays, voices and other devices of a hall."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

EXIT_USAGE = 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="jiaohao-devices", description="LED displays, voices and other devices of a hall.")
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="own the devices of one terminal until told to stop", description=run_agent.__doc__)
    _hall_arguments(run)
    run.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    run.add_argument("--credentials", type=Path, metavar="DIR", help="ca.crt, client.crt and client.key for mqtts")
    run.add_argument("--terminal", required=True, metavar="ID", help="the agent's id in devices.toml, for example devices-1")
    run.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    run.set_defaults(do=run_agent)
    return result


def _hall_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with the hall's TOML files")
    command.add_argument("--out", type=Path, metavar="DIR", help="where emulated devices keep what they show, say and print")
    command.add_argument("--only", nargs="+", default=[], metavar="ID", help="only these devices")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 well, 1 a device in trouble, 2 wrong arguments or configuration."""
    from drivers.address import BadAddress
    from drivers.agent import BadDevices
    from drivers.ports import DeviceError
    from link import BadBroker
    from queue_server.api.hall import BadHall

    options = parser().parse_args(arguments)
    try:
        return int(options.do(options))
    except (BadHall, BadBroker, BadDevices, BadAddress, DeviceError) as error:
        print(f"jiaohao-devices: {error}", file=sys.stderr)
        return EXIT_USAGE


def run_agent(options: argparse.Namespace) -> int:
    """Show on the displays and say with the voices what the hall wants, until SIGTERM or Ctrl-C."""
    from drivers.agent import Agent
    from drivers.emulators.local import stop_all
    from link import Broker
    from queue_server.api.hall import load

    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    broker = Broker.parse(options.broker, credentials=options.credentials)
    agent = Agent(hall=load(options.hall), terminal=options.terminal, broker=broker, folder=options.out, only=options.only)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    agent.open()
    print(f"{len(agent.devices)} devices of {options.terminal} on the broker {broker}", flush=True)
    try:
        agent.run(ended)
    finally:
        agent.close()
        stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
