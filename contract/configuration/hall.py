"""What a hall is made of, as its configuration says it: windows, queues, terminals, rules. `hall_files` reads it."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator

from contract.configuration.dates import Clock, Day
from contract.configuration.server_settings import Backups, Privacy, Web
from contract.configuration.table import Identifier, Table, TextConfig
from contract.web_address import reachable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HallFacts(Table):
    id: Identifier
    name: TextConfig
    short_name: TextConfig | None = None
    region: str = Field(pattern="^[0-9]{6}$", description="GB/T 2260 code of the place")
    time_zone: str = "Asia/Shanghai"
    address: TextConfig
    telephone: str
    complaints_telephone: str = "12345"
    help_desk: TextConfig = TextConfig(zh="导办台", en="help desk")
    web_address: Annotated[str, AfterValidator(reachable)] | None = Field(
        default=None,
        description="where terminals and phones reach the web pages, for example http://10.0.0.2:8080",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, ZoneInfoNotFoundError, OSError):
            raise ValueError(f"{value!r} is no time zone; use a name such as Asia/Shanghai") from None
        return value


class Hours(Table):
    """One session of opening: on these days from `opens` to `closes`, local time; make-up working days are like a Monday."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    opens: Clock
    closes: Clock
    holidays: bool = Field(default=False, description="on public holidays too")
    note: TextConfig | None = None


class Ratio(Table):
    """How many ordinary tickets are called for how many of the favoured classes while both wait."""

    ordinary: int = Field(default=2, ge=1, le=20)
    priority: int = Field(default=1, ge=1, le=20)


class AppointmentRules(Table):
    """How far ahead appointments are given, and when one may be checked in. Sources: standards N24, N32 to N34."""

    days_ahead: int = Field(default=60, ge=0, le=366, description="appointments are given so many days ahead")
    early_minutes: int = Field(default=30, ge=0, le=720, description="check-in opens so long before the booked time")
    late_minutes: int = Field(default=15, ge=0, le=720, description="and is in time so long after it, or until the slot ends")
    late: Literal["ordinary", "refuse"] = "ordinary"
    no_show_limit: int = Field(default=3, ge=0, le=99, description="then no more appointments for a while; 0: never")
    no_show_days: int = Field(default=90, ge=1, le=366)


class Rules(Table):
    """The hall's rules for the line. Sources: standards.md N22 to N36 as defaults."""

    ratio: Ratio = Ratio()
    ageing_minutes: int = Field(default=30, ge=1, description="then a ticket goes before all younger ones")
    recall_limit: int = Field(default=3, ge=0, le=20)
    missed: Literal["requeue", "void"] = "requeue"
    requeue_places: int = Field(default=3, ge=0, le=100)
    print_timeout_s: int = Field(default=60, ge=5)
    rating_timeout_s: int = Field(default=60, ge=5)
    rating_days: int = Field(default=5, ge=0, description="working days in which a service may still be rated by its token")
    bad_rating_needs_reason: bool = True
    call_blink_s: float = Field(default=3, ge=0)
    repeat_call_ignore_s: float = Field(default=0, ge=0)
    issue_outside_hours: bool = False
    appointment: AppointmentRules = AppointmentRules()
    offline_numbers: int = Field(
        default=30, ge=0, le=99, description="numbers of each queue that a kiosk holds for times without the server; 0: none"
    )
    long_wait_minutes: int = Field(default=20, ge=1, description="who waits longer is marked on the supervisor's page")
    long_line: int = Field(default=10, ge=1, description="a line of more people is marked there")
    long_service_minutes: int = Field(default=30, ge=1, description="so is a service that takes longer")
    case_guesses: int = Field(default=5, ge=1, le=100, description="wrong tries to find a case before the next one has to wait")
    day_starts: Clock = time(0, 0)


DISPLAY_TEXTS = ("idle", "calling", "serving", "paused", "closed", "board_call", "board_idle")
"""Those of DisplayTexts that a display may have of its own, in its options."""


class DisplayTexts(Table):
    """What strips show; {number}, {window}, {queue}, {waiting} and, of a pause, {reason} are filled in."""

    idle: str = "欢迎您"
    calling: str = "请{number}号到{window}号窗口"
    serving: str = "正在办理{number}号"
    paused: str = "暂停服务 {reason}"
    closed: str = "窗口关闭"
    board_call: str = "{number}号 请到 {window}号窗口"
    board_idle: str = "欢迎光临"
    announcement: TextConfig = TextConfig(
        zh="请{number}号到{window}号窗口办理业务", en="Number {number}, please go to window {window}"
    )
    announcement_brief: TextConfig = Field(
        default=TextConfig(zh="请{number}号到{window}号窗口", en="Number {number}, window {window}"),
        description="what is said of each call while many wait to be said, several in one sentence",
    )


class Theme(Table):
    id: Identifier
    name: TextConfig
    icon: str = ""


class Segment(Table):
    """A part of the day with a number of tickets of its own."""

    opens: Clock
    closes: Clock
    limit: int = Field(ge=0)


class Queue(Table):
    id: Identifier
    letter: str = Field(pattern=r"^[A-Z]$")
    name: TextConfig
    theme: Identifier
    note: TextConfig | None = None
    icon: str = ""
    service_minutes: float = Field(default=8, gt=0, description="what a service takes until the hall's own figures are known")
    daily_limit: int | None = Field(default=None, ge=0)
    segments: list[Segment] = []
    appointments_at_once: int | None = Field(default=None, ge=0, description="so many may be booked for the same time")
    on_kiosk: bool = True
    offline: bool = Field(default=True, description="kiosks may give its numbers while the server is away")
    default_class: Literal["ordinary", "appointment", "priority", "military"] = "ordinary"

    @property
    def limited(self) -> bool:
        """Whether the server counts its numbers: nobody else may give one then."""
        return self.daily_limit is not None or bool(self.segments)

    @property
    def gives_offline(self) -> bool:
        """Whether a kiosk may give its numbers while the server is away."""
        return self.offline and self.on_kiosk and not self.limited


class Window(Table):
    id: Identifier
    number: str
    name: TextConfig
    kind: Literal["comprehensive", "sector", "appointment", "green-channel", "cannot-get-it-done", "hand-out"]
    queues: list[str] = Field(description='queue ids in the order of preference; "*" for all')
    area: TextConfig | None = None
    prefers: list[Literal["appointment", "priority", "military"]] = Field(
        default=[], description="classes called before any other"
    )


class Clerk(Table):
    id: Identifier
    name: str = Field(description="what the public reads, for example 工号 0103")
    photo: str | None = None
    windows: list[Identifier] = []


class Terminal(Table):
    """One machine with a face: a hall kiosk, the rater of a window, a call screen; or a device agent, or who plays people."""

    id: Identifier
    role: Literal["hall", "rating", "screen", "agent", "crowd"]
    place: TextConfig | None = Field(default=None, description="where it stands, for whoever is to go there")
    window: Identifier | None = None
    devices: list[Identifier] = Field(default=[], description="devices that this terminal itself opens")
    group: Identifier | None = Field(
        default=None, description="terminals that are updated together; left out: not from the desk"
    )


class Device(Table):
    """One attached device. The address is a URL; `agent` names the terminal that owns it."""

    id: Identifier
    kind: Literal["display", "voice", "printer", "a4", "scanner", "idcard", "keypad", "rater", "locker"]
    model: str
    address: str
    agent: Identifier | None = None
    serves: str | None = Field(default=None, description="a window id, or board for the hall's board")
    options: dict[str, str | int | float | bool] = {}

    @field_validator("options")
    @classmethod
    def _display_options(cls, value: dict[str, str | int | float | bool]) -> dict[str, str | int | float | bool]:
        """The server reads the rows of a board, the brightness and the texts of a display. Drivers check the others."""
        for name, most in (("rows", 16), ("brightness", 100)):
            number = value.get(name, 1)
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
                raise ValueError(f"{name} is a whole number from 1 to {most}")
        for name in DISPLAY_TEXTS:
            if not isinstance(value.get(name, ""), str):
                raise ValueError(f'{name} is a text, such as {name} = "{{number}}"')
        return value


class Verifier(Table):
    """Whose personal and enterprise service codes (一人一码, 一企一码) the hall believes."""

    id: Identifier
    model: Literal["ed25519"] = "ed25519"
    issuer: str = Field(min_length=1, max_length=64, description="what the codes say who made them")
    public_key: str = Field(description="file with the issuer's public key in PEM, beside hall.toml")
    kinds: list[Literal["person", "enterprise"]] = ["person", "enterprise"]


class PrintRules(Table):
    """How much the kiosk prints on A4. A day is the hall's business day."""

    sheets_a_job: int = Field(default=20, ge=1, le=500)
    sheets_a_person: int = Field(default=40, ge=1, le=5000, description="a day, for the papers about one case")
    sheets_a_day: int = Field(default=500, ge=1, le=50000, description="a day and terminal")
    paper_capacity: int = Field(default=250, ge=1, le=10000, description="sheets in the tray when it is full")
    paper_low: int = Field(default=40, ge=0, le=10000, description="with so many left, somebody is called")


class HallConfig(Table):
    """A whole hall."""

    hall: HallFacts
    hours: list[Hours]
    closed_days: list[Day] = []
    open_days: list[Day] = Field(default=[], description="open as on a weekday, whatever holiday or weekend they are")
    rules: Rules = Rules()
    display_texts: DisplayTexts = DisplayTexts()
    notice: list[TextConfig] = []
    printing: PrintRules = PrintRules()
    verifier: list[Verifier] = []
    privacy: Privacy = Privacy()
    web: Web = Web()
    backup: Backups | None = None
    theme: list[Theme]
    queue: list[Queue]
    window: list[Window]
    clerk: list[Clerk] = []
    terminal: list[Terminal] = []
    device: list[Device] = []

    @property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.hall.time_zone)

    def queues_of(self, window: Window) -> list[str]:
        """The ids of the queues that `window` serves, in its order."""
        return [q.id for q in self.queue] if "*" in window.queues else list(window.queues)

    def windows_of(self, queue: str) -> list[Window]:
        """The windows that serve `queue`, in the order of the configuration."""
        return [w for w in self.window if queue in self.queues_of(w)]

    def ticket_printers(self) -> dict[str, str]:
        """The kiosks that print tickets, each with its printer."""
        printers = [device.id for device in self.device if device.kind == "printer"]
        found = {t.id: next((d for d in t.devices if d in printers), "") for t in self.terminal if t.role == "hall"}
        return {terminal: printer for terminal, printer in found.items() if printer}
