"""The opening hours of the hall in words: as they are from week to week, in its configuration."""

from __future__ import annotations

from datetime import time

from contract.configuration.hall import DAYS, Hours
from kiosk.ui.page_context import PageContext


def hours_lines(context: PageContext) -> list[tuple[str, str]]:
    """The days and their times, the same days once; sessions that follow on one another are one."""
    days: dict[str, list[tuple[time, time]]] = {}
    for hours in sorted(context.hall.hours, key=lambda hours: hours.opens):
        known = days.setdefault(_days(context, hours), [])
        if known and known[-1][1] >= hours.opens:
            known[-1] = (known[-1][0], max(known[-1][1], hours.closes))
        else:
            known.append((hours.opens, hours.closes))
    comma = context.text("、")
    return [(name, comma.join(f"{a:%H:%M}–{b:%H:%M}" for a, b in sessions)) for name, sessions in days.items()]


def hours_words(context: PageContext) -> str:
    """The same in one sentence."""
    _ = context.text
    return _("，").join(_("{days} {times}").format(days=days, times=times) for days, times in hours_lines(context))


def hours_notes(context: PageContext) -> str:
    """What is to say of single sessions."""
    return context.text("；").join(context.pick(hours.note) for hours in context.hall.hours if hours.note is not None)


def _days(context: PageContext, hours: Hours) -> str:
    _ = context.text
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    places = sorted({DAYS.index(day) for day in hours.days})
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return _("{first}至{last}").format(first=names[places[0]], last=names[places[-1]])
    return _("、").join(names[place] for place in places)
