"""A hall's configuration as the services ask for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from contract.configuration.hall import HallConfig
from queue_server.codes.verifier import CodeVerifier
from queue_server.domain.business_day import LOOK_AHEAD_DAYS, business_day, day_begins
from queue_server.domain.calendar import calendar_of, knows_holidays
from queue_server.domain.deadline import Deadline, standing
from queue_server.domain.rating import open_until
from queue_server.domain.routing import WindowRules
from queue_server.enrolment.access import parties

CLASSES = ("ordinary", "appointment", "priority", "military")


class HallRules:
    """Queues, windows, clerks and terminals by id, who calls what, and the hall's calendar."""

    def __init__(self, config: HallConfig, *, always_open: bool = False, verifiers: tuple[CodeVerifier, ...] = ()) -> None:
        self.config = config
        self.verifiers = verifiers
        self.rules = config.rules
        self.zone = config.zone
        self.any_hour = always_open or config.rules.issue_outside_hours
        """Whether numbers are given at any hour."""
        self.calendar = calendar_of(config)
        self.queues = {queue.id: queue for queue in config.queue}
        self.windows = {window.id: window for window in config.window}
        self.clerks = {clerk.id: clerk for clerk in config.clerk}
        self.terminals = {terminal.id: terminal for terminal in config.terminal}
        self.parties = {terminal.id: parties(config, terminal) for terminal in config.terminal}
        self.queues_of = {window.id: tuple(config.queues_of(window)) for window in config.window}
        self.windows_of = {queue.id: [window.id for window in config.windows_of(queue.id)] for queue in config.queue}
        self.served = frozenset(queue for queue, windows in self.windows_of.items() if windows)
        """The queues that some window serves."""
        self.calls = {window: self._window_rules(window) for window in self.windows}

    def _window_rules(self, window_id: str) -> WindowRules:
        window = self.windows[window_id]
        return WindowRules(
            window=window_id,
            queues=self.queues_of[window_id],
            by_age=window.kind == "comprehensive" or window.queues == ["*"],
            prefers=tuple(window.prefers),
            ratio_ordinary=self.rules.ratio.ordinary,
            ratio_favoured=self.rules.ratio.priority,
            ageing_s=self.rules.ageing_minutes * 60,
        )

    def sign(self, window: str) -> str:
        """The number over a window; its id when the hall has it no more."""
        return self.windows[window].number if window in self.windows else window

    def clerk_name(self, clerk: str | None) -> str:
        """What the public reads of a clerk."""
        return self.clerks[clerk].name if clerk in self.clerks else clerk or ""

    def day(self, instant: datetime) -> date:
        """The business day of an instant."""
        return business_day(instant, self.zone, self.rules.day_starts)

    def begins(self, day: date) -> datetime:
        """The first instant of a business day."""
        return day_begins(day, self.zone, self.rules.day_starts)

    def is_open(self, instant: datetime) -> bool:
        """Whether numbers may be taken now."""
        return self.any_hour or self.calendar.is_open(instant)

    def opens_at(self, instant: datetime) -> datetime | None:
        """When the hall's hours begin again, in its zone; None during them, and when none come for more than a year."""
        return None if self.calendar.is_open(instant) else self.calendar.next_opening(instant)

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """When numbers may be taken on a business day: from and until, in the hall's zone."""
        if self.any_hour:
            begins, ends = self.begins(day), self.begins(day + timedelta(days=1))
            return [(begins.astimezone(self.zone), ends.astimezone(self.zone))]
        return self.calendar.open_on(day)

    def next_open(self, day: date) -> date:
        """The first day after `day` on which numbers may be taken; the next one if there is none within a year."""
        later = (day + timedelta(days=n) for n in range(1, LOOK_AHEAD_DAYS))
        return next((other for other in later if self.open_on(other)), day + timedelta(days=1))

    def rating_until(self, finished: datetime) -> datetime:
        """Until when a finished service may be rated by its token."""
        days, starts = self.rules.rating_days, self.rules.day_starts
        return open_until(finished, days, self.zone, starts=starts, is_working=self.is_working)

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day of this hall."""
        return self.calendar.is_working(day)

    def deadline(self, promised: date, today: date) -> Deadline:
        """Where a case is against its promised day."""
        return standing(promised, today, self.calendar.working_days, is_known=knows_holidays)

    @property
    def print_timeout(self) -> timedelta:
        """How long a ticket may be printing."""
        return timedelta(seconds=self.rules.print_timeout_s)
