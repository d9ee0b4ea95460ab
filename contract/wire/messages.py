"""The messages of the wire contract, version 1: one type a topic (docs/wire-contract.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z", max_length=64)]
Phrase = Annotated[str, Meta(max_length=500)]
ScannedCode = Annotated[str, Meta(min_length=1, max_length=2000)]
TicketClass = Literal["ordinary", "appointment", "priority", "military"]
Channel = Literal["kiosk", "web", "phone", "desk"]
Level = Annotated[int, Meta(ge=1, le=5)]
RatingChannel = Literal["web", "mobile", "qr", "tablet", "kiosk", "phone", "sms"]
TicketState = Literal["printing", "waiting", "called", "serving", "held", "missed", "finished", "void", "cancelled", "expired"]
TechnicianDid = Literal["entered-offline", "refused-offline", "tested", "viewed", "restart", "reboot", "left"]
WindowCondition = Literal["closed", "paused", "idle", "calling", "serving", "rating"]
ErrorCode = Literal[
    "bad-request",
    "unknown-verb",
    "unknown-queue",
    "unknown-window",
    "unknown-ticket",
    "wrong-state",
    "in-use",
    "queue-closed",
    "limit-reached",
    "nothing-waiting",
    "already-rated",
    "not-authorised",
    "expired",
    "busy",
    "internal",
]


class Text(Struct, frozen=True):
    """One sentence in the hall's two languages."""

    zh: str
    en: str


# --- retained state --------------------------------------------------------------------------------------------------


class Estimate(Struct, frozen=True):
    """A waiting time in seconds, as a range."""

    low: int
    high: int


class ServerStatus(Struct, frozen=True):
    """`client` is the name in the server's certificate, empty in a hall without TLS."""

    state: Literal["ready", "stopped", "lost"]
    session: str
    version: str
    started_at: datetime
    client: str = ""


class PaperUse(Struct, frozen=True):
    """What a printer has used of its paper: papers since the new roll or tray at `since`, papers of today, for how many more
    there is some left, None where nobody knows. `used_mm` is the length of what came off the roll, 0 for sheets."""

    printed: int
    today: int
    left: int | None = None
    used_mm: int = 0
    since: datetime | None = None


class DeviceStatus(Struct, frozen=True):
    id: str
    kind: str
    state: str
    detail: str = ""
    paper: PaperUse | None = None


class Machine(Struct, frozen=True):
    """How the machine of a terminal is: at what time, degrees Celsius, free space in MiB, seconds since it was switched on."""

    at: datetime
    temperature_c: float | None
    disk_free_mb: int
    memory_free_mb: int
    uptime_s: int
    system: str = ""
    """Version of the image that runs; empty on a machine that was not made from one."""


class Update(Struct, frozen=True):
    """A system to install: a RAUC bundle, where it is fetched from and what must arrive."""

    url: Annotated[str, Meta(pattern="^https?://", max_length=500)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size: Annotated[int, Meta(ge=1)]
    version: Annotated[str, Meta(min_length=1, max_length=64)]


class UpdateStatus(Struct, frozen=True, omit_defaults=True):
    """How far a terminal has come with the order `id`; it stays until the next order."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    state: Literal["downloading", "installing", "restarting", "done", "failed"]
    version: Annotated[str, Meta(max_length=64)]
    percent: Annotated[int, Meta(ge=0, le=100)] = 0
    detail: Annotated[str, Meta(max_length=500)] = ""


class LeaseStatus(Struct, frozen=True):
    """Numbers that a kiosk may give out without the server: how many are `left` of each queue, of `most` each; `untold` are
    tickets that it gave out and has not reported yet, of which 50 at most are counted."""

    left: dict[str, int]
    most: int
    untold: int


class TerminalStatus(Struct, frozen=True):
    state: Literal["init", "ready", "stopped", "lost"]
    session: str
    kind: str
    version: str
    devices: list[DeviceStatus] = []
    machine: Machine | None = None
    update: UpdateStatus | None = None
    lease: LeaseStatus | None = None


class Reprint(Struct, frozen=True):
    """A ticket that goes on paper once more: what `issue-ticket` answers of it, as it is now."""

    id: Id
    number: str
    queue: Id
    class_: TicketClass = field(name="class")
    issued_at: datetime
    token: str
    ahead: int
    estimate_s: Estimate | None
    windows: list[str]
    opens_at: datetime | None = None
    language: Literal["zh", "en"] = "zh"


Act = Literal["identify", "restart", "screen", "logs", "update", "reprint", "refilled"]


class TerminalAsk(Struct, frozen=True):
    """What a terminal should do; `id` is chosen by the asker and comes back."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    act: Act
    update: Update | None = None
    """What to install, with the act `update`."""
    ticket: Reprint | None = None
    """What to print again, with the act `reprint`."""
    device: Id | None = None
    """Which printer has new paper, with the act `refilled`."""


class TerminalTold(Struct, frozen=True, omit_defaults=True):
    """What came of it. Content (a picture, a bundle of logs) comes in `parts` parts, the first is 1, each in base64."""

    id: Annotated[str, Meta(max_length=64)]
    act: Act
    state: Literal["done", "failed", "unable"]
    text: Annotated[str, Meta(max_length=500)] = ""
    media: Annotated[str, Meta(max_length=100)] = ""
    part: Annotated[int, Meta(ge=1, le=200)] = 1
    parts: Annotated[int, Meta(ge=1, le=200)] = 1
    data: Annotated[str, Meta(max_length=65536)] = ""


class QueueState(Struct, frozen=True):
    seq: int
    name: Text
    open: bool
    waiting: int
    last_issued: str | None
    last_called: str | None
    estimate_s: Estimate | None
    """How long a new ticket waits; None while no window works for the queue."""
    opens_at: datetime | None = None
    """When the hall opens next; None during its hours."""


class WindowTicket(Struct, frozen=True):
    id: str
    number: str
    queue: str


class WindowClerk(Struct, frozen=True):
    id: str
    name: str
    photo: str | None = None


class WindowState(Struct, frozen=True):
    seq: int
    state: WindowCondition
    ticket: WindowTicket | None
    clerk: WindowClerk | None
    calls: int
    since: datetime


class DisplayLine(Struct, frozen=True):
    text: str
    colour: str = "red"
    effect: str = "static"


class DisplayDesired(Struct, frozen=True):
    """What a display should show. effect: static, blink or scroll. brightness: 1 to 100."""

    seq: int
    lines: list[DisplayLine]
    brightness: int = 80


class DisplayShown(Struct, frozen=True):
    """What a display shows. confirmed: whether it said so itself; to one that never answers it was only sent."""

    seq: int
    state: Literal["ok", "unreachable"]
    at: datetime
    confirmed: bool = True


class Announce(Struct, frozen=True):
    seq: int
    window: str
    number: str
    texts: Text
    chime: bool = True


class SpokenCall(Struct, frozen=True):
    """A number that is called to a window, as a voice says it."""

    number: Annotated[str, Meta(min_length=1, max_length=16)]
    window: Id


class VoiceSaying(Struct, frozen=True):
    """What a voice says now; no calls when it has fallen silent."""

    calls: Annotated[list[SpokenCall], Meta(max_length=8)]


class RatingAsk(Struct, frozen=True):
    service: str
    number: str
    item: str | None
    clerk: WindowClerk | None
    expires_at: datetime


class Configuration(Struct, frozen=True, omit_defaults=True):
    """The hall's configuration, for terminals that hold none of their own: the content of each file by its name. One that is
    too large for a message has no files here: they come in `parts` parts."""

    sha256: str
    files: dict[str, str]
    parts: int = 0


class ConfigurationPart(Struct, frozen=True):
    """A piece of the JSON object of the files, the first is 1; `sha256` is that of the whole, as in `Configuration`."""

    sha256: str
    part: int
    text: str


class CatalogueVersion(Struct, frozen=True):
    version: str
    sha256: str
    url: str


class Alert(Struct, frozen=True):
    kind: str
    severity: Literal["info", "warning", "error"]
    subject: str
    since: datetime
    texts: Text
