"""`/metrics` for Prometheus, in its text format: the hall by its retained states, and this process.

From loopback it is open; from elsewhere it needs `Authorization: Bearer` with the token in `metrics-token.txt`.
"""

from __future__ import annotations

import logging
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

LOG = logging.getLogger(__name__)
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
    about = "Papers since the new roll or tray"
    one = ("terminal",)
    families = {
        "ready": GaugeMetricFamily("jiaohao_terminal_ready", "1 for a terminal that is ready", labels=one),
        "device": GaugeMetricFamily("jiaohao_device_well", "1 for a device in no trouble", labels=[*one, "device", "kind"]),
        "degrees": GaugeMetricFamily("jiaohao_terminal_temperature_celsius", "The hottest sensor", labels=one),
        "disk": GaugeMetricFamily("jiaohao_terminal_disk_free_bytes", "Free space for data", labels=one),
        "printed": GaugeMetricFamily("jiaohao_printer_papers_printed", about, labels=[*one, "device"]),
        "left": GaugeMetricFamily("jiaohao_printer_papers_left", "Papers that are left, about", labels=[*one, "device"]),
    }
    known = site.states("terminal/", "/status", messages.TerminalStatus)
    for name in dict.fromkeys([*(terminal.id for terminal in site.config.terminal), *known]):
        try:
            figures = list(figures_of(name, known.get(name)))
        except Exception:
            LOG.exception("what terminal %s reports makes no figures", name)
            figures = [("ready", [name], 0.0)]
        for family, labels, value in figures:
            families[family].add_metric(labels, value)
    yield from families.values()


def figures_of(name: str, status: messages.TerminalStatus | None) -> Iterator[tuple[str, list[str], float]]:
    """The figures of one terminal: family, labels, value. What cannot be written fails here, and takes no others with it."""
    yield "ready", [name], float(status is not None and status.state == "ready")
    if status is None:
        return
    for device in {device.id: device for device in status.devices}.values():
        yield "device", [name, device.id, device.kind], float(device.state in FINE)
        if device.paper is not None:
            yield "printed", [name, device.id], float(device.paper.printed)
            if device.paper.left is not None:
                yield "left", [name, device.id], float(device.paper.left)
    if status.machine is not None:
        yield "disk", [name], status.machine.disk_free_mb * 1024.0 * 1024
        if status.machine.temperature_c is not None:
            yield "degrees", [name], status.machine.temperature_c


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
