"""STILL THERE?: a question over the page before it closes by itself; any touch answers it, and touches nothing else."""

from __future__ import annotations

from kiosk.ui.page_context import PageContext
from kiosk.ui.widgets import Bar, Card, Icon, Tap, Words
from kiosk.ui.widgets.surface import Fill

DIM = 0.55
"""How much of the page behind is covered."""


class StillThere(Tap):
    """The whole screen. That it was touched is all that the flow must know, and it knows it from every touch."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, context.rect, lambda: None)
        look, _ = self.look, context.text
        heights = look.px(150), look.type("title") * 1.4, look.type("body") * 3, max(look.target, look.px(150))
        gap = look.space("m")
        high = sum(heights) + 3 * gap + 2 * look.space("l")
        if look.mode.low:  # within reach, like everything that is touched
            area = context.rect.bottom(context.rect.h / 2)[0].inset(look.margin, look.space("m"))
        else:
            area = context.rect.inset(look.margin)
        card = area.centre(min(area.w, look.px(900)), min(area.h, high))
        scale = (card.h - 3 * gap - 2 * look.space("l")) / sum(heights)
        icon, rest = card.inset(look.space("l")).top(heights[0] * scale, gap)
        title, rest = rest.top(heights[1] * scale, gap)
        note, bar = rest.top(heights[2] * scale, gap)
        self.left = Words(context, note, "", "body", colour="secondary", align="center", line_height=1.2)
        self.put(
            Fill(context, context.rect, "shadow", alpha=DIM),
            Card(context, card),
            Icon(context, icon, "hand-pointing-right"),
            Words(context, title, _("您还在吗？"), "title", bold=True, align="center", line_height=1.2),
            self.left,
            Bar(context, bar, _("还在，继续办理"), lambda: None),
        )

    def show(self, seconds: int) -> None:
        """How long the page still waits."""
        _ = self.context.text
        self.left.say(_("{seconds} 秒后返回首页，没办完的要重新开始").format(seconds=seconds))
