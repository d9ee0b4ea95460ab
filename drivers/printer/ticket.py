"""The number ticket: what is on it and how it is laid out, at most 110 mm of paper from cut to cut. Pure but for the font.

Contents after the practice of halls: hall, business, class mark, big number, people ahead, expected wait, windows, where to
wait, the rule for missed numbers, time, a QR code to follow the ticket on the phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from contract.texts import texts
from contract.wait_words import wait_words
from contract.wire.messages import Estimate, TicketClass
from drivers.printer.layout import Big, Block, Gap, InverseText, PaperLine, QrBlock, RuleLine, compose
from drivers.printer.profile import Profile
from drivers.printer.text import clean, columns

NUMBER_MM = 15.0
QR_MM = 25.0
MAX_TEXT = 60
"""Longer names are cut, so that no configuration makes a ticket longer than its paper."""
MAX_WINDOWS = 8


@dataclass(frozen=True)
class PaperTicket:
    """A ticket to print. Names are in the ticket's `language`; times are local to the hall; waiting times in seconds."""

    hall: str
    queue: str
    """The business in the language of the ticket."""
    number: str
    ahead: int
    windows: tuple[str, ...]
    issued_at: datetime
    url: str
    """What the QR code holds: the phone page with the signed token; without one there is no code."""
    ticket_class: TicketClass = "ordinary"
    wait: str = ""
    """How long it may take, in words."""
    staffed: bool = True
    """Whether a window works for it now."""
    missed: Literal["requeue", "void"] = "requeue"
    requeue_places: int = 3
    help_desk: str = "导办台"
    language: str = "zh"
    queue_zh: str = ""
    """The business in Chinese too on a ticket in another language, for the staff."""
    reprint: bool = False
    offline: bool = False
    """Given by the kiosk without the server: nothing is known of the line."""


def in_hall(
    config: HallConfig,
    *,
    queue: str,
    number: str,
    ahead: int,
    estimate: Estimate | None,
    windows: Sequence[str],
    issued_at: datetime,
    url: str,
    opens_at: datetime | None = None,
    ticket_class: TicketClass = "ordinary",
    language: str = "zh",
    reprint: bool = False,
    offline: bool = False,
) -> PaperTicket:
    """The ticket of an issued number: ids become names and window numbers in `language`, the time becomes the hall's.

    `queue` and `windows` are ids as issue-ticket answers them; an id that the configuration lacks is printed as it is.
    """

    def name(text: TextConfig) -> str:
        return text.en if language == "en" else text.zh

    queues = {entry.id: name(entry.name) for entry in config.queue}
    chinese = {entry.id: entry.name.zh for entry in config.queue}
    numbers = {entry.id: entry.number for entry in config.window}
    return PaperTicket(
        hall=name(config.hall.name),
        queue=queues.get(queue, queue),
        number=number,
        ahead=ahead,
        windows=tuple(numbers.get(window, window) for window in windows),
        issued_at=issued_at.astimezone(config.zone),
        url=url,
        ticket_class=ticket_class,
        wait=wait_words(estimate, opens_at, issued_at.astimezone(config.zone).date(), texts(language)).replace("–", "-"),
        staffed=estimate is not None,
        missed=config.rules.missed,
        requeue_places=config.rules.requeue_places,
        help_desk=name(config.hall.help_desk),
        language=language,
        queue_zh="" if language == "zh" else chinese.get(queue, ""),
        reprint=reprint,
        offline=offline,
    )


def render(ticket: PaperTicket, profile: Profile) -> bytes:
    """The job that prints `ticket` on a printer of this profile."""
    return compose(blocks(ticket, profile), profile)


def blocks(ticket: PaperTicket, profile: Profile) -> list[Block]:
    """The ticket from top to bottom."""
    _ = texts(ticket.language)
    paper: list[Block] = [
        *_fitted(_short(ticket.hall), profile, lines=1),
        RuleLine(),
        Gap(1),
        *_fitted(_short(ticket.queue), profile, lines=2),
    ]
    if ticket.queue_zh:
        paper.append(PaperLine(_short(ticket.queue_zh), bold=True))
    if ticket.ticket_class != "ordinary":
        paper += [Gap(0.5), InverseText(_class_mark(ticket))]
    if ticket.offline:
        paper += [Gap(0.5), InverseText(_("离线取号"))]
    paper += [Gap(1.5), Big(ticket.number, NUMBER_MM), Gap(2)]
    paper += _fitted(_waiting_line(ticket), profile, lines=1)
    if ticket.windows:
        paper += _fitted(_windows_line(ticket), profile, lines=1)
    paper += [RuleLine(), Gap(1), *_rules(ticket)]
    if ticket.url:
        follow = _("网络恢复后，可扫码查看排队进度") if ticket.offline else _("手机扫码，随时查看排队进度")
        paper += [QrBlock(ticket.url, QR_MM), PaperLine(follow)]
    printed = ticket.issued_at.strftime("%Y-%m-%d %H:%M")
    day = _("仅当日有效")
    return [*paper, PaperLine(f"{printed}  {_('补打')}  {day}" if ticket.reprint else f"{printed}  {day}")]


def _fitted(text: str, profile: Profile, *, lines: int) -> list[PaperLine]:
    """`text` in letters of double size, if that takes no more lines; otherwise on one line in ordinary ones. Letters are never
    stretched: what is only higher is hard to read."""
    halves = [text]
    if lines == 2 and columns(text) * 2 > profile.columns:
        words = text.split(" ") if " " in text else list(text)
        joint = " " if " " in text else ""
        ways = [(joint.join(words[:n]), joint.join(words[n:])) for n in range(1, len(words))]
        halves = list(min(ways, key=lambda way: max(columns(half) for half in way), default=(text,)))
    if all(columns(half) * 2 <= profile.columns for half in halves):
        return [PaperLine(half, scale=(2, 2), bold=True) for half in halves]
    return [PaperLine(text, bold=True)]


def _short(text: str) -> str:
    text = clean(text)
    while columns(text) > MAX_TEXT:
        text = text[:-2] + "…"
    return text


def _class_mark(ticket: PaperTicket) -> str:
    _ = texts(ticket.language)
    marks = {
        "priority": _("绿色通道 优先办理"),
        "military": _("绿色通道 军人优先"),
        "appointment": _("预约号"),
    }
    return marks[ticket.ticket_class]


def _waiting_line(ticket: PaperTicket) -> str:
    _ = texts(ticket.language)
    if ticket.offline:
        return _("请留意叫号屏")
    if ticket.ahead <= 0 and ticket.staffed:
        return _("前面没有人，请留意叫号")
    people = _("前面{ahead}人").format(ahead=ticket.ahead) if ticket.ahead > 0 else _("前面没有人")
    return _("{people} {wait}").format(people=people, wait=ticket.wait)


def _windows_line(ticket: PaperTicket) -> str:
    _ = texts(ticket.language)
    shown = [clean(window) for window in ticket.windows[:MAX_WINDOWS]]
    names = " ".join(shown) + (" …" if len(ticket.windows) > MAX_WINDOWS else "")
    return _("窗口 {windows}").format(windows=names)


def _rules(ticket: PaperTicket) -> list[Block]:
    _ = texts(ticket.language)
    desk = _short(ticket.help_desk)
    if ticket.missed == "void":
        missed = _("过号作废，请重新取号。")
    elif ticket.requeue_places:
        missed = _("过号请到{desk}，可往后 {places} 位重新排队。").format(desk=desk, places=ticket.requeue_places)
    else:
        missed = _("过号请到{desk}，可重新排队。").format(desk=desk)
    if ticket.offline:
        return [PaperLine(missed)]  # where to look is printed above already, and the paper stays within its length
    return [PaperLine(_("请在等候区等候，留意屏幕和广播。")), PaperLine(missed)]
