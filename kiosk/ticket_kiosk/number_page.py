"""What the pages share on which somebody types a number: the fields, one keyboard, and the bar that asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import get_args

from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import Field, FieldTyped, NumberAndLastFour, PickField
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Keyboard, Words
from kiosk.ui.widgets.text_field import TextField


@dataclass(frozen=True)
class FieldFacts:
    """One field: its name, whether it is typed into now, and the event of a tap on it."""

    name: str
    on: bool = True
    tap: object | None = None


class NumberPage(PageFrame):
    """Fields, one keyboard; in the place of the bar a sentence while nothing can be asked."""

    personal = True
    blank = ""
    """What the keyboard has in the place of the space bar."""

    def fields(self, state: KioskState) -> list[FieldFacts]:
        """The fields, one below the other."""
        raise NotImplementedError

    def typed(self, state: KioskState) -> list[str]:
        """What the fields show by now."""
        raise NotImplementedError

    def typing(self, keys: str) -> object:
        """The event of a key."""
        raise NotImplementedError

    def asking(self, state: KioskState) -> tuple[str, object] | None:
        """What the bar says, and its event; None while there is nothing to ask."""
        raise NotImplementedError

    def said(self, state: KioskState) -> tuple[str, str]:
        """The sentence in the place of the bar, and its colour."""
        raise NotImplementedError

    def note(self) -> str:
        """What else is good to know, where there is room for it."""
        return ""

    def beside(self, area: Rect, state: KioskState) -> Rect:
        """Put another way at the lower edge of `area`; what is left of it."""
        return area

    def build_body(self, state: KioskState) -> None:
        look, context = self.look, self.context
        gap = look.space("m")
        if look.portrait:
            keys, area = self.reach.bottom(min(look.px(520), self.reach.h * 0.5), gap)
        else:
            area, keys = self.reach.columns(2, look.space("l"))
            keys = keys.top(min(keys.h, look.px(560)))[0]
        area = self.beside(area, state)
        fields = self.fields(state)
        high = max(look.target, look.px(120))
        bar, area = area.bottom(min(high, (area.h - gap * len(fields)) / (len(fields) + 1)), gap)
        place, area = area.top(min(area.h, look.px(250) * len(fields)), gap)
        self._fields = [
            TextField(context, rect, field.name, partial(self._chosen, field), on=field.on)
            for rect, field in zip(place.rows(len(fields), gap), fields, strict=True)
        ]
        self.put(*self._fields)
        if self.note() and area.h > look.type("body") * 4:
            self.add_widget(Words(context, area, self.note(), "body", colour="secondary", valign="top", line_height=1.3))
        self._bar(bar, state)
        self.add_widget(Keyboard(context, keys, lambda key: context.send(self.typing(key)), blank=self.blank))

    def show(self, state: KioskState) -> None:
        super().show(state)
        for widget, text in zip(self._fields, self.typed(state), strict=True):
            widget.say(text)

    def _chosen(self, field: FieldFacts) -> None:
        if field.tap is not None:
            self.context.send(field.tap)

    def _bar(self, bar: Rect, state: KioskState) -> None:
        """The next step, or why there is none yet."""
        context, asking = self.context, self.asking(state)
        if asking is not None:
            text, event = asking
            self.add_widget(Bar(context, bar, text, lambda: context.send(event)))
            return
        text, colour = self.said(state)
        self.add_widget(Words(context, bar, text, "body", colour=colour, align="center", line_height=1.2))


class NumberAndLastFourPage(NumberPage):
    """Two fields: a number, and the last four characters of a paper."""

    blank = "-"

    def query(self, state: KioskState) -> NumberAndLastFour:
        """What is typed."""
        raise NotImplementedError

    def number_name(self) -> str:
        """What the number is called."""
        raise NotImplementedError

    def submitting(self, state: KioskState) -> tuple[str, object] | None:
        """What the bar says once both are typed, and its event; None while an answer is awaited."""
        raise NotImplementedError

    def fields(self, state: KioskState) -> list[FieldFacts]:
        _, chosen = self.context.text, self.query(state).chosen
        names: dict[Field, str] = {"number": self.number_name(), "last_four": _("证件号码后四位")}
        return [FieldFacts(name, chosen == field, PickField(field)) for field, name in names.items()]

    def typed(self, state: KioskState) -> list[str]:
        return [self.query(state).shown(field) for field in get_args(Field)]

    def typing(self, keys: str) -> object:
        return FieldTyped(keys)

    def asking(self, state: KioskState) -> tuple[str, object] | None:
        _, query, submitting = self.context.text, self.query(state), self.submitting(state)
        if submitting is None or query.complete:
            return submitting
        return (_("下一步"), PickField("last_four")) if query.chosen == "number" and query.numbered else None
