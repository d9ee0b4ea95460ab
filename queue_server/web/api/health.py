"""The health of the server for whoever watches it: `/health`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from contract.wire import messages
from queue_server.web import server_trouble
from queue_server.web.site import Site


@dataclass(frozen=True)
class HealthReport:
    """What `/health` answers. `status` is ready, not-ready for `reasons` (kinds of alerts, such as broker-silent), starting or
    stopped; `version` and `started_at` are null until the server has been connected to its broker."""

    status: str
    reasons: list[str]
    hall: str
    version: str | None
    started_at: str | None
    alerts: int
    windows_open: int


def routes(site: Site) -> APIRouter:
    """`/health`; to this machine it also tells the log-ins of a demonstration."""
    router = APIRouter()

    @router.get("/health")
    async def health(request: Request) -> JSONResponse:
        server = site.state("server/status", messages.ServerStatus)
        alerts = site.states("alert/", "", messages.Alert)
        reasons = server_trouble.reasons(alerts.values())
        status = server.state if server else "starting"
        report = HealthReport(
            status="not-ready" if status == "ready" and reasons else status,
            reasons=reasons,
            hall=site.config.hall.id,
            version=server.version if server else None,
            started_at=server.started_at.isoformat() if server else None,
            alerts=len(alerts),
            windows_open=sum(state.state != "closed" for state in site.window_states().values()),
        )
        example = {"example_log_in": site.example_log_in} if site.example_log_in and site.is_local(request) else {}
        return JSONResponse(asdict(report) | example)

    return router
