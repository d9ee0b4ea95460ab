"""The messages of the wire contract, version 1: one type a topic (docs/wire-contract.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from contract.wire.bounded import (
    Count,
    Degrees,
    FileText,
    Id,
    Instant,
    Name,
    Names,
    Passage,
    Phrase,
    Reported,
    Sentence,
    Seq,
    Size,
    Word,
)

TicketClass = Literal["ordinary", "appointment", "priority", "military"]
Channel = Literal["kiosk", "web", "phone", "desk"]
RatingChannel = Literal["web", "mobile", "qr", "tablet", "kiosk", "phone", "sms"]
TicketState = Literal["printing", "waiting", "called", "serving", "held", "missed", "finished", "void", "cancelled", "expired"]
TechnicianDid = Literal["entered-offline", "refused-offline", "tested", "viewed", "restart", "reboot", "left"]
WindowCondition = Literal["closed", "paused", "idle", "calling", "serving", "rating"]
ErrorCode = Literal[
    "bad-request", "unknown-verb", "unknown-queue", "unknown-window", "unknown-ticket", "wrong-state",
    "in-use", "queue-closed", "limit-reached", "nothing-waiting", "already-rated", "not-authorised",
    "expired", "busy", "internal",
]  # fmt: skip


class Text(Struct, frozen=True):
    """One sentence in the hall's two languages."""

    zh: Sentence
    en: Sentence


# --- retained state --------------------------------------------------------------------------------------------------


class Estimate(Struct, frozen=True):
    """A waiting time in seconds, as a range."""

    low: Count
    high: Count


class ServerStatus(Struct, frozen=True):
    """`client` is the name in the server's certificate, empty in a hall without TLS."""

    state: Literal["ready", "stopped", "lost"]
    session: Word
    version: Word
    started_at: Instant
    client: Name = ""


class PaperUse(Reported, frozen=True):
    """What a printer has used of its paper: papers since the new roll or tray at `since`, papers of today, for how many more
    there is some left, None where nobody knows. `used_mm` is the length of what came off the roll, 0 for sheets."""

    printed: Count
    today: Count
    left: Count | None = None
    used_mm: Count = 0
    since: Instant | None = None


class DeviceStatus(Struct, frozen=True):
    id: Word
    kind: Word
    state: Word
    detail: Phrase = ""
    paper: PaperUse | None = None


class Machine(Reported, frozen=True):
    """How the machine of a terminal is: at what time, degrees Celsius, free space in MiB, seconds since it was switched on."""

    at: Instant
    temperature_c: Degrees | None
    disk_free_mb: Size
    memory_free_mb: Size
    uptime_s: Size
    system: Word = ""
    """Version of the image that runs; empty on a machine that was not made from one."""


class Update(Struct, frozen=True):
    """A system to install: a RAUC bundle, where it is fetched from and what must arrive."""

    url: Annotated[str, Meta(pattern="^https?://", max_length=500)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    version: Annotated[str, Meta(min_length=1, max_length=64)]
    older: bool = False
    """Somebody has said that the terminal may go back to a version that is not newer than the one that runs."""


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

    left: Annotated[dict[Word, Count], Meta(max_length=100)]
    most: Count
    untold: Count


class TerminalStatus(Struct, frozen=True):
    state: Literal["init", "ready", "stopped", "lost"]
    session: Word
    kind: Word
    version: Word
    devices: Annotated[list[DeviceStatus], Meta(max_length=500)] = []
    machine: Machine | None = None
    update: UpdateStatus | None = None
    lease: LeaseStatus | None = None


class Reprint(Struct, frozen=True):
    """A ticket that goes on paper once more: what `issue-ticket` answers of it, as it is now."""

    id: Id
    number: Name
    queue: Id
    class_: TicketClass = field(name="class")
    issued_at: Instant
    token: Name
    ahead: Count
    estimate_s: Estimate | None
    windows: Names
    opens_at: Instant | None = None
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
    seq: Seq
    name: Text
    open: bool
    waiting: Count
    last_issued: Name | None
    last_called: Name | None
    estimate_s: Estimate | None
    """How long a new ticket waits; None while no window works for the queue."""
    opens_at: Instant | None = None
    """When the hall opens next; None during its hours."""


class WindowTicket(Struct, frozen=True):
    id: Name
    number: Name
    queue: Name


class WindowClerk(Struct, frozen=True):
    id: Name
    name: Name
    photo: Phrase | None = None


class WindowState(Struct, frozen=True, omit_defaults=True):
    """`reason` is why it is paused: a code of `contract.wire.pause_reasons`, or words for staff alone."""

    seq: Seq
    state: WindowCondition
    ticket: WindowTicket | None
    clerk: WindowClerk | None
    calls: Count
    since: Instant
    reason: Phrase | None = None


class DisplayLine(Struct, frozen=True):
    text: Passage
    colour: Word = "red"
    effect: Word = "static"


class DisplayDesired(Struct, frozen=True):
    """What a display should show. effect: static, blink or scroll. brightness: 1 to 100."""

    seq: Seq
    lines: Annotated[list[DisplayLine], Meta(max_length=64)]
    brightness: Annotated[int, Meta(ge=1, le=100)] = 80


class DisplayShown(Reported, frozen=True):
    """What a display shows. confirmed: whether it said so itself; to one that never answers it was only sent."""

    seq: Seq
    state: Literal["ok", "unreachable"]
    at: Instant
    confirmed: bool = True


class Announce(Struct, frozen=True):
    seq: Seq
    window: Name
    number: Name
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
    service: Name
    number: Name
    item: Name | None
    clerk: WindowClerk | None
    expires_at: Instant


class Configuration(Struct, frozen=True, omit_defaults=True):
    """The hall's configuration, for terminals that hold none of their own: the content of each file by its name. One that is
    too large for a message has no files here: they come in `parts` parts."""

    sha256: Name
    files: Annotated[dict[Name, FileText], Meta(max_length=100)]
    parts: Annotated[int, Meta(ge=0, le=1000)] = 0


class ConfigurationPart(Struct, frozen=True):
    """A piece of the JSON object of the files, the first is 1; `sha256` is that of the whole, as in `Configuration`."""

    sha256: Name
    part: Count
    text: FileText


class CatalogueVersion(Struct, frozen=True):
    version: Name
    sha256: Name
    url: Phrase


class Alert(Struct, frozen=True):
    kind: Name
    severity: Literal["info", "warning", "error"]
    subject: Name
    since: Instant
    texts: Text
