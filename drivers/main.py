"""jiaohao-devices: LED displays, voices and other devices of a hall."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

EXIT_TROUBLE = 1
EXIT_USAGE = 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="jiaohao-devices", description="LED displays, voices and other devices of a hall.")
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="own the devices of one terminal until it is stopped", description=run_agent.__doc__)
    _hall_arguments(run)
    run.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    run.add_argument("--credentials", type=Path, metavar="DIR", help="ca.crt, client.crt and client.key for mqtts")
    run.add_argument("--terminal", required=True, metavar="ID", help="the agent's id in devices.toml, for example devices-1")
    run.add_argument("--updates", type=Path, metavar="DIR", help="where systems to install are left for the installer")
    run.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    run.set_defaults(do=run_agent)

    listing = commands.add_parser("models", help="list the models that devices.toml may name", description=list_models.__doc__)
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(do=list_models)

    doctor = commands.add_parser("doctor", help="open every configured device and say how it is", description=examine.__doc__)
    _hall_arguments(doctor)
    doctor.add_argument("--print-test", action="append_const", const="print", dest="acts", help="print a page on each printer")
    doctor.add_argument("--show-test", action="append_const", const="show", dest="acts", help="show a text on each display")
    doctor.add_argument("--speak-test", action="append_const", const="speak", dest="acts", help="say a call with each voice")
    doctor.add_argument("--search", action="store_true", help="ask the network which Huidu cards are there")
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.set_defaults(do=examine)

    emulated = commands.add_parser("emulate", help="start an emulated device", description=emulate.__doc__)
    emulated.add_argument("model", metavar="MODEL", help="see `jiaohao-devices models`")
    emulated.add_argument(
        "--listen", default="127.0.0.1:0", metavar="ADDRESS", help="HOST:PORT, udp://HOST:PORT, pty or pty:///path/of/link"
    )
    emulated.add_argument("--out", type=Path, metavar="DIR", help="where it keeps what it shows, says or prints")
    emulated.add_argument("--fault", action="append", default=[], metavar="NAME", help="how it fails, for example late=2")
    emulated.set_defaults(do=emulate)
    return result


def _hall_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with the hall's TOML files")
    command.add_argument("--out", type=Path, metavar="DIR", help="where emulated devices keep what they show, say and print")
    command.add_argument("--only", nargs="+", default=[], metavar="ID", help="only these devices")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 well, 1 a device in trouble, 2 wrong arguments or configuration."""
    from contract.configuration.hall_files import BadHall
    from drivers.address import BadAddress
    from drivers.agent_wiring import BadDevices
    from drivers.ports import DeviceError
    from link import BadBroker

    options = parser().parse_args(arguments)
    os.umask(0o077)  # what it keeps is for its own user, however it was started
    try:
        return int(options.do(options))
    except (BadHall, BadBroker, BadDevices, BadAddress, DeviceError) as error:
        print(f"jiaohao-devices: {error}", file=sys.stderr)
        return EXIT_USAGE


def _kept_in(out: Path | None) -> Path | None:
    """The folder of --out, made if need be. Raise NotFound when nothing can be written there."""
    from drivers.ports import NotFound

    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out):
                pass
    except OSError as error:
        raise NotFound(f"--out {out}: nothing can be written there ({error.strerror})", "give another folder") from None
    return out


def run_agent(options: argparse.Namespace) -> int:
    """Show on the displays and say with the voices what the hall wants, until SIGTERM or Ctrl-C."""
    from contract.configuration.hall_files import load
    from contract.number_masking import mask_logs
    from drivers.agent import Agent
    from drivers.emulators.local import stop_all
    from link import Broker

    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    mask_logs()
    broker = Broker.parse(options.broker, credentials=options.credentials)
    agent = Agent(
        hall=load(options.hall),
        terminal=options.terminal,
        broker=broker,
        folder=_kept_in(options.out),
        only=options.only,
        updates=options.updates,
    )
    ended = _until_told()
    agent.open()
    print(f"{len(agent.devices)} devices of {options.terminal} on the broker {broker}", flush=True)
    try:
        agent.run(ended)
    finally:
        agent.close()
        stop_all()
    return 0


def list_models(options: argparse.Namespace) -> int:
    """List every model with its kind, how well its protocol is known (A, B, C), its lines and what it was tested against."""
    from dataclasses import asdict

    from drivers.models import models
    from drivers.support import table

    print(json.dumps([asdict(model) for model in models().values()], ensure_ascii=False) if options.json else table())
    return 0


def examine(options: argparse.Namespace) -> int:
    """Open every device of the hall, ask how it is, and say what to do about what is in trouble. Exit code 1 when any is."""
    from contract.configuration.hall_files import load
    from drivers import doctor
    from drivers.agent_wiring import BadDevices
    from drivers.emulators.local import stop_all

    hall = load(options.hall)
    unknown = [name for name in options.only if name not in [device.id for device in hall.device]]
    if unknown:
        raise BadDevices(f"devices.toml has no device {', '.join(unknown)}; known: {', '.join(d.id for d in hall.device)}")
    devices = [device for device in hall.device if not options.only or device.id in options.only]
    folder = _kept_in(options.out)
    try:
        report = doctor.examine(hall, devices, folder=folder, acts=options.acts or (), search=options.search)
    finally:
        stop_all()
    print(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if options.json else report.as_text())
    return 0 if report.is_well else EXIT_TROUBLE


def emulate(options: argparse.Namespace) -> int:
    """Start an emulated device that behaves byte for byte like a real one, until SIGTERM or Ctrl-C."""
    from drivers import emulate as emulated

    emulated.emulate(options.model, options.listen, out=_kept_in(options.out), faults=options.fault, ended=_until_told())
    return 0


def _until_told() -> threading.Event:
    """Is set by SIGTERM and Ctrl-C."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended


if __name__ == "__main__":
    sys.exit(main())
