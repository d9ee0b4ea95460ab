"""Puts a queue server together: the one place in which its parts are made and learn of each other."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from argon2 import PasswordHasher

from contract.configuration.hall import HallConfig
from contract.configuration.packing import packed, split
from contract.configuration.server_settings import Web
from contract.version import version
from contract.wire.topics import Topics
from link import Broker, new_session
from queue_server.backup.make import BackupSource
from queue_server.backup.schedule import BackupSchedule
from queue_server.broker.alert_words import clock_in_doubt
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.server import Server
from queue_server.broker.server_identity import ServerIdentity
from queue_server.catalogue.hall_guides import HallGuides, guides_of
from queue_server.codes.verifiers import example, opened
from queue_server.command_access import LedgerOptions, database_of
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.hall_clock import HallClock
from queue_server.enrolment.register import register_of
from queue_server.enrolment.revocation import BrokerHere, broker_here
from queue_server.hall_access import HallAccess
from queue_server.ledger.ledger import Ledger
from queue_server.ledger.reports import Reports
from queue_server.ledger.visits import Visits
from queue_server.ledger.window_lines import WindowLines
from queue_server.logs.audit_log import AuditLog
from queue_server.logs.checks import LogChecks
from queue_server.logs.hash_chain import EVENTS, WEB_ACTIONS
from queue_server.privacy import key
from queue_server.rollouts import driver
from queue_server.rollouts.bundle_shelf import BundleShelf
from queue_server.rollouts.own_system import OwnSystem
from queue_server.rollouts.repository import RolloutRepository
from queue_server.state_folder import note_ledger
from queue_server.store import marks
from queue_server.store.database import ERRORS, LEDGER, Database
from queue_server.upkeep.job import PeriodicJob
from queue_server.upkeep.personal_data import expiry
from queue_server.web import BadWeb, app, serve, tls
from queue_server.web.api.metrics import HallEvents
from queue_server.web.api.token_files import tokens_of
from queue_server.web.auth.accounts import Accounts
from queue_server.web.auth.first_log_in import provide
from queue_server.web.auth.guard import Guard
from queue_server.web.auth.sessions import PROLONG_S, Sessions
from queue_server.web.auth.turns import Turns
from queue_server.web.connections import most_connections, raise_file_limit
from queue_server.web.displays_shown import ShownPanels
from queue_server.web.fleet.alert_owners import AlertOwners
from queue_server.web.fleet.server_page import ServerCare
from queue_server.web.fleet.terminal_orders import TerminalOrders
from queue_server.web.live import ChangeFeed, Streams
from queue_server.web.rendering import Pages
from queue_server.web.shares import Shares
from queue_server.web.site import Site
from queue_server.web.tls import Tls

LOG = logging.getLogger(__name__)
VISITORS_STREAMS = 2000
STAFF_STREAMS = 500
PUBLIC_THREADS = 3
Clock = Callable[[], datetime]
"""This moment, UTC."""


@dataclass(frozen=True)
class WebOptions:
    """The web pages: where they listen (HOST:PORT), what stands for tls under [web] in hall.toml, whether a demonstration has
    log-ins with a password that everybody knows. With `staff` (HOST:PORT) the pages with a log-in are served there alone."""

    listen: str
    staff: str | None = None
    tls: Literal["off", "hall"] | None = None
    example_accounts: bool = False
    updates: Path | None = None
    """The folder that the installer of this machine watches."""


@dataclass(frozen=True)
class ServerOptions:
    """What one server is started with. `broker_folder` is what broker-config wrote, if the broker is on this machine."""

    ledger: LedgerOptions
    broker: Broker
    broker_folder: Path
    web: WebOptions | None = None
    always_open: bool = False
    example_platform: bool = False


class ServerPart(Protocol):
    """What is opened before the server runs and closed afterwards."""

    def open(self) -> None: ...

    def close(self) -> None: ...


def utc_now() -> datetime:
    """The clock of the server."""
    return datetime.now(UTC)


def uptime_s() -> float:
    """How long the machine has been up, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def run(options: ServerOptions, config: HallConfig, wall: Clock = utc_now) -> None:
    """Put a server together and run it until SIGTERM or Ctrl-C. Raise BadDatabase, BadHall, BadWeb, AnotherServer."""
    database = database_of(options.ledger)
    rules = hall_rules(options, config)
    hall_clock = HallClock(wall, uptime_s, rules.day, rules.next_open)
    clock = hall_clock.now
    ledger = Ledger(database, rules, clock=clock, monotonic=time.monotonic, settled=hall_clock.settled)
    with contextlib.ExitStack() as parts:
        parts.enter_context(_open(ledger))
        if not database.shared:
            note_ledger(options.ledger.state / LEDGER)
        with database.look() as connection:
            hall_clock.begin(marks.newest_known(connection))
        if hall_clock.doubt:
            LOG.warning("%s", clock_in_doubt(hall_clock.doubt, hall_clock.wall.astimezone(config.zone))[1])
        retained = RetainedTopics()
        server = Server(
            broker=options.broker,
            topics=Topics(config.hall.id),
            identity=ServerIdentity(new_session(), version(), clock().astimezone(config.zone), options.broker.client),
            ledger=ledger,
            retained=retained,
            clock=hall_clock,
            monotonic=time.monotonic,
        )
        for topic, payload in split(packed(options.ledger.hall)):
            server.show(topic, payload)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        hall = HallAccess(
            hand_over=server.hand_over,
            retained=retained,
            reports=Reports(database, rules, clock),
            visits=Visits(database, clock),
            lines=WindowLines(database, rules, clock),
            say=server.say,
            show=server.show,
        )
        parts.enter_context(_open(expiry(database, config, hall_clock.settled)))
        care = server_care(options, config, database, hall_clock, hall.show)
        parts.enter_context(_open(care.backups))
        if options.web is not None:
            for part in web_pages(options, options.web, config, care, hall, server.connected.is_set):
                parts.enter_context(_open(part))
        print(f"queue server for hall {config.hall.id} on the broker {options.broker}", flush=True)
        server.run()


def server_care(
    options: ServerOptions, config: HallConfig, database: Database, clock: HallClock, show: Callable[[str, bytes], None]
) -> ServerCare:
    """The server's clock and backups, for its page. The database is open."""
    ledger = options.ledger
    source = BackupSource(config.hall.id, ledger.hall, ledger.state, key(ledger.state), database)
    return ServerCare(clock, BackupSchedule(source, config.backup, show, clock.now, clock.settled), database, ledger.state)


def hall_rules(options: ServerOptions, config: HallConfig) -> HallRules:
    """The rules of the hall, with whoever can tell whom a service code stands for. Raise BadHall."""
    verifiers = opened(options.ledger.hall, config.verifier)
    if options.example_platform:
        verifiers += (example(options.ledger.state),)
    return HallRules(config, always_open=options.always_open, verifiers=verifiers)


def web_pages(
    options: ServerOptions,
    web: WebOptions,
    config: HallConfig,
    care: ServerCare,
    hall: HallAccess,
    connected: Callable[[], bool],
) -> Iterator[ServerPart]:
    """The web pages and what belongs to them, each to be opened before the next one is asked for; the pages come last.
    `connected` says whether the broker is. Raise BadWeb when the address cannot be used."""
    state, database, clock = care.state, care.database, care.clock.now
    settings = web_settings(config, web.tls)
    scheme = "http" if settings.tls == "off" else "https"
    most, proxies = most_connections(raise_file_limit(), 2 if web.staff else 1), settings.proxies
    listener = serve.listen(web.listen, most, proxies)
    for_staff = serve.listen(web.staff, most, proxies, option="--staff-web") if web.staff else None
    address = config.hall.web_address or listener.address(scheme, options.broker)
    under = partial(Tls, hall=options.ledger.hall, state=state, hosts=[urlsplit(address).hostname or ""], clock=clock)
    certificate = None if settings.tls == "off" else under(tls.with_address(settings, address))
    staff_certificate = under(Web(tls="hall")) if certificate is None and for_staff and web.tls != "off" else certificate
    if staff_certificate is not None:
        staff_certificate.look()
        failure = "the certificate of the web pages cannot be renewed"
        yield PeriodicJob("web-tls", staff_certificate.look, tls.LOOK_S, expected=(BadWeb,), failure=failure)
    guides = guides_of(options.ledger.hall, state=state, database=database, show=hall.show, web=address, clock=clock)
    if guides is not None:
        yield guides
    broker = broker_here(options.broker_folder.absolute(), options.broker)
    parts = web_parts(
        hall,
        config,
        care,
        address=address,
        guides=guides,
        broker=broker,
        example_accounts=web.example_accounts,
    )
    parts.bundles.clear()
    fetched_at = address if certificate is not None else listener.on_this_machine("http")
    system = OwnSystem(web.updates, parts.bundles, fetched_at, options.broker.ca)
    yield system
    parts = replace(parts, care=replace(care, system=system))
    failure = "log-ins cannot be prolonged just now"
    yield PeriodicJob("log-ins", parts.site.sessions.prolong, PROLONG_S, expected=ERRORS, failure=failure)
    rollouts = driver.RolloutDriver(parts.rollouts, parts.bundles, hall, connected, address, clock)
    failure = "the rollouts cannot be driven just now"
    yield PeriodicJob("rollouts", rollouts.look, driver.LOOK_S, expected=ERRORS, failure=failure)
    only_https = settings.tls == "files"
    context = certificate.context if certificate is not None else None
    if for_staff is not None:
        public = public_site(parts.site)
        parts = replace(parts, public=public)
        pages = app.build_public(parts, public, only_https=only_https)
        yield serve.WebServer(pages, listener, context, proxies, "web-public")
        print(f"web pages for the public and terminals at {scheme}://{listener}/", flush=True)
    staff_pages, staff_context = for_staff or listener, staff_certificate.context if staff_certificate is not None else None
    pages = app.build(replace(parts, plain=staff_context is None), only_https=only_https)
    yield serve.WebServer(pages, staff_pages, staff_context, proxies)
    print(f"web pages at {'http' if staff_context is None else 'https'}://{staff_pages}/", flush=True)


def web_settings(config: HallConfig, tls: Literal["off", "hall"] | None) -> Web:
    """[web] of hall.toml, with another `tls` if one is given."""
    return config.web if tls is None else Web.model_validate({**config.web.model_dump(), "tls": tls})


def web_parts(
    hall: HallAccess,
    config: HallConfig,
    care: ServerCare,
    *,
    address: str,
    guides: HallGuides | None = None,
    broker: BrokerHere | None = None,
    example_accounts: bool = False,
    hasher: PasswordHasher | None = None,
) -> app.WebParts:
    """What the pages work with. The database is open, and so are the guides, None in a hall without items; `broker` is asked
    to shut terminals out. `hasher` hashes passwords, as argon2 recommends if left out."""
    state, database, clock = care.state, care.database, care.clock.now
    audit = AuditLog(database, clock)
    accounts = Accounts(database, audit, clock, hasher=hasher, examples=example_accounts)
    sessions = Sessions(database, clock)
    panels, orders, events = ShownPanels(hall, config), TerminalOrders(clock), HallEvents()
    site = Site(
        hall=hall,
        config=config,
        pages=Pages(config, guides=guides is not None),
        guard=Guard(sessions),
        sessions=sessions,
        accounts=accounts,
        audit=audit,
        changes=(changes := ChangeFeed(hall, panels.take, orders.take, events.take)),
        visitors=Streams(changes, Shares(VISITORS_STREAMS)),
        staff=Streams(changes, Shares(STAFF_STREAMS)),
        threads=ThreadPoolExecutor(PUBLIC_THREADS, "web-reading"),
        panels=panels,
        clock=clock,
        address=address,
        guides=guides,
        example_log_in=provide(accounts, config, state, guides.busiest_department if guides else ""),
    )
    return app.WebParts(
        site=site,
        database=database,
        tokens=tokens_of(state),
        orders=orders,
        owners=AlertOwners(database.writer, database.reader),
        register=register_of(state, database, clock),
        broker=broker,
        bundles=BundleShelf(state / "bundles", database.writer, database.reader, clock),
        rollouts=RolloutRepository(database.writer, database.reader),
        log_checks=LogChecks(database, {"events": EVENTS, "web": WEB_ACTIONS}, hall.show, clock, config.zone),
        events=events,
        turns=Turns(),
        care=care,
    )


def public_site(site: Site) -> Site:
    """What the public pages are given on a listener of their own: they follow the hall in another event loop."""
    panels = ShownPanels(site.hall, site.config)
    changes = ChangeFeed(site.hall, panels.take)
    visitors = Streams(changes, Shares(VISITORS_STREAMS))
    threads = ThreadPoolExecutor(PUBLIC_THREADS, "web-reading")
    return replace(site, changes=changes, visitors=visitors, threads=threads, panels=panels)


@contextlib.contextmanager
def _open(part: ServerPart) -> Iterator[None]:
    part.open()
    try:
        yield
    finally:
        part.close()
