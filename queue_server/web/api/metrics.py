"""`/metrics` for Prometheus, in its text format: the hall by its retained states, and this process.

From loopback it is open; from elsewhere it needs `Authorization: Bearer` with the token in `metrics-token.txt`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from contract.wire import messages
from contract.wire.device_state import FINE
from queue_server.web.api.token_files import METRICS
from queue_server.web.shares import Shares
from queue_server.web.site import Site

CONDITIONS = ("closed", "paused", "idle", "calling", "serving", "rating")


class HallEvents:
    """Counts the events of the hall; `take` is given every change."""

    def __init__(self) -> None:
        about = "Facts of the hall since this server started, by type"
        self.counter = Counter("jiaohao_events", about, ["type"], registry=None)

    def take(self, topic: str, _payload: bytes) -> None:
        """A change of the hall; events are counted."""
        if topic.startswith("event/"):
            self.counter.labels(topic.removeprefix("event/")).inc()


class HallCollector(Collector):
    """The hall in figures, as its retained states are."""

    def __init__(self, site: Site, streams: Sequence[Shares]) -> None:
        self._site, self._streams = site, streams

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure as it is now."""
        yield from _queues(self._site)
        yield from _terminals(self._site)
        yield from _others(self._site)
        pages = GaugeMetricFamily("jiaohao_web_streams", "Pages that look on")
        pages.add_metric([], sum(places.taken for places in self._streams))
        yield pages


def _queues(site: Site) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("jiaohao_queue_waiting", "Tickets that wait", labels=["queue"])
    estimate = GaugeMetricFamily("jiaohao_queue_estimate_seconds", "Longest expected wait of a new ticket", labels=["queue"])
    for queue, state in site.states("queue/", "/state", messages.QueueState).items():
        waiting.add_metric([queue], state.waiting)
        if state.estimate_s is not None:
            estimate.add_metric([queue], state.estimate_s.high)
    windows = GaugeMetricFamily("jiaohao_windows", "Windows by what they do", labels=["state"])
    states: list[str] = [state.state for state in site.window_states().values()]
    for condition in CONDITIONS:
        windows.add_metric([condition], states.count(condition))
    yield from (waiting, estimate, windows)


def _terminals(site: Site) -> Iterator[GaugeMetricFamily]:
    ready = GaugeMetricFamily("jiaohao_terminal_ready", "1 for a terminal that is ready", labels=["terminal"])
    device = GaugeMetricFamily("jiaohao_device_well", "1 for a device in no trouble", labels=["terminal", "device", "kind"])
    degrees = GaugeMetricFamily("jiaohao_terminal_temperature_celsius", "The hottest sensor", labels=["terminal"])
    disk = GaugeMetricFamily("jiaohao_terminal_disk_free_bytes", "Free space for data", labels=["terminal"])
    about = "Papers since the new roll or tray"
    printed = GaugeMetricFamily("jiaohao_printer_papers_printed", about, labels=["terminal", "device"])
    left = GaugeMetricFamily("jiaohao_printer_papers_left", "Papers that are left, about", labels=["terminal", "device"])
    known = site.states("terminal/", "/status", messages.TerminalStatus)
    for name in dict.fromkeys([*(terminal.id for terminal in site.config.terminal), *known]):
        status = known.get(name)
        ready.add_metric([name], float(status is not None and status.state == "ready"))
        for one in {one.id: one for one in status.devices}.values() if status else ():
            device.add_metric([name, one.id, one.kind], float(one.state in FINE))
            if one.paper is not None:
                printed.add_metric([name, one.id], one.paper.printed)
                if one.paper.left is not None:
                    left.add_metric([name, one.id], one.paper.left)
        if status and status.machine:
            disk.add_metric([name], status.machine.disk_free_mb * 1024 * 1024)
            if status.machine.temperature_c is not None:
                degrees.add_metric([name], status.machine.temperature_c)
    yield from (ready, device, degrees, disk, printed, left)


def _others(site: Site) -> Iterator[GaugeMetricFamily]:
    alerts = GaugeMetricFamily("jiaohao_alerts", "Alerts that stand", labels=["severity"])
    severities = [alert.severity for alert in site.states("alert/", "", messages.Alert).values()]
    for severity in ("info", "warning", "error"):
        alerts.add_metric([severity], severities.count(severity))
    yield alerts
    server = site.state("server/status", messages.ServerStatus)
    up = GaugeMetricFamily("jiaohao_server_ready", "1 while the server is connected to its broker")
    up.add_metric([], float(server is not None and server.state == "ready"))
    yield up


def registry(site: Site, events: HallEvents, streams: Sequence[Shares]) -> CollectorRegistry:
    """This process' own figures and those of the hall."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    GCCollector(registry=made)
    made.register(events.counter)
    made.register(HallCollector(site, streams))
    return made


def routes(site: Site, events: HallEvents, token: str, streams: Sequence[Shares]) -> APIRouter:
    """`/metrics`; `streams` are the places of pages that look on."""
    router = APIRouter()
    figures = registry(site, events, streams)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not site.is_local(request) and not secrets.compare_digest(given.encode(), token.encode()):
            return Response(f"Authorization: Bearer with the token in {METRICS}\n", HTTPStatus.UNAUTHORIZED)
        return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST)

    return router
