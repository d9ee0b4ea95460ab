"""A hall's configuration as the services ask for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import chinese_calendar

from contract.configuration.hall import HallConfig
from queue_server.codes.verifier import CodeVerifier
from queue_server.domain.business_day import business_day, day_begins, is_open, is_weekday, sessions_of
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
        self.always_open = always_open
        self.queues = {queue.id: queue for queue in config.queue}
        self.windows = {window.id: window for window in config.window}
        self.clerks = {clerk.id: clerk for clerk in config.clerk}
        self.terminals = {terminal.id: terminal for terminal in config.terminal}
        self.parties = {terminal.id: parties(config, terminal) for terminal in config.terminal}
        self.queues_of = {window.id: tuple(config.queues_of(window)) for window in config.window}
        self.windows_of = {queue.id: [window.id for window in config.windows_of(queue.id)] for queue in config.queue}
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
        if self.always_open or self.rules.issue_outside_hours:
            return True
        return is_open(self.config.hours, self.config.closed_days, instant, self.zone)

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """When numbers may be taken on a business day: from and until, in the hall's zone."""
        if self.always_open or self.rules.issue_outside_hours:
            begins, ends = self.begins(day), self.begins(day + timedelta(days=1))
            return [(begins.astimezone(self.zone), ends.astimezone(self.zone))]
        return sessions_of(self.config.hours, self.config.closed_days, day, self.zone)

    def rating_until(self, finished: datetime) -> datetime:
        """Until when a finished service may be rated by its token."""
        days, starts = self.rules.rating_days, self.rules.day_starts
        return open_until(finished, days, self.zone, starts=starts, is_working=self.is_working)

    def is_working(self, day: date) -> bool:
        """China's working days (with holidays and shifted weekends) where the calendar knows the year, else weekdays."""
        if day in self.config.closed_days:
            return False
        known: Callable[[date], bool] = chinese_calendar.is_workday
        try:
            return known(day)
        except NotImplementedError:
            return is_weekday(day)

    @staticmethod
    def knows_holidays(day: date) -> bool:
        """Whether the calendar knows the holidays of the day's year: they are published late in the year before."""
        known: Callable[[date], bool] = chinese_calendar.is_workday
        try:
            known(day)
        except NotImplementedError:
            return False
        return True

    def deadline(self, promised: date, today: date) -> Deadline:
        """Where a case is against its promised day."""
        return standing(promised, today, self.is_working, is_known=self.knows_holidays)

    @property
    def print_timeout(self) -> timedelta:
        """How long a ticket may be printing."""
        return timedelta(seconds=self.rules.print_timeout_s)
