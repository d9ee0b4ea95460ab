"""The health of the server for whoever watches it: `/health`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from contract.wire import messages
from queue_server.web.site import Site


@dataclass(frozen=True)
class HealthReport:
    """What `/health` answers. `version` and `started_at` are null until the server has been connected to its broker."""

    status: str
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
        report = HealthReport(
            status=server.state if server else "starting",
            hall=site.config.hall.id,
            version=server.version if server else None,
            started_at=server.started_at.isoformat() if server else None,
            alerts=len(site.states("alert/", "", messages.Alert)),
            windows_open=sum(state.state != "closed" for state in site.window_states().values()),
        )
        example = {"example_log_in": site.example_log_in} if site.example_log_in and site.is_local(request) else {}
        return JSONResponse(asdict(report) | example)

    return router
