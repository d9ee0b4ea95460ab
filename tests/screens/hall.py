"""Every page of the hall kiosk, in both languages, in every mode and in three sizes."""

from __future__ import annotations

import atexit
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.guides.english import sentences
from contract.guides.guide_file import Guides, open_guides
from contract.guides.item import Item
from contract.texts import texts
from contract.wire.messages import Estimate, QueueState, Text, WindowState, WindowTicket
from kiosk.flow.event import Broke, Connected, Received
from kiosk.flow.hall_view import HallView, Presence
from kiosk.flow.requests import PendingRequests
from kiosk.ticket_kiosk.a4_print.job_store import JobState
from kiosk.ticket_kiosk.a4_print.spool import QUOTAS, WORDS
from kiosk.ticket_kiosk.a4_print.state import A4Printing, CancelPrint, Document, Job, MakeDocument, PrinterState, Sheet
from kiosk.ticket_kiosk.a4_print.steps import blank_themes, forms_of
from kiosk.ticket_kiosk.a4_print.typesetting import made
from kiosk.ticket_kiosk.case_progress.state import CaseQuery
from kiosk.ticket_kiosk.flow import first, step
from kiosk.ticket_kiosk.guides.guide_store import contents
from kiosk.ticket_kiosk.guides.state import MOST_RESULTS, SECTIONS, Contents, ContentsAre, Group, GuideLookup, PinyinCandidate
from kiosk.ticket_kiosk.my_ticket.state import ConfirmGiveUp, MyTicketState
from kiosk.ticket_kiosk.offline_numbers.state import HeldLease
from kiosk.ticket_kiosk.pages import watches
from kiosk.ticket_kiosk.read_aloud.state import ReadAloud
from kiosk.ticket_kiosk.role import draw, setting_of
from kiosk.ticket_kiosk.scan.state import ScannerStatus, ScanState
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.state import IssuedTicket, Taking, Trouble
from kiosk.ui.theme import Mode
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load as load_catalogue
from tests.facts import a_case
from tests.screens import Shot, shots_of
from tests.screens.scan_states import scan_states
from tests.screens.taps import Walk

if TYPE_CHECKING:
    from kiosk.ui.page import Page

HALL = Path(__file__).parents[2] / "assets" / "halls" / "wushan"
PORTRAIT, LANDSCAPE, SMALL = (1080, 1920), (1920, 1080), (768, 1366)
MODES = {
    "zh": Mode(),
    "en": Mode("en"),
    "zh-elder": Mode("zh", elder=True),
    "en-elder": Mode("en", elder=True),
    "zh-contrast": Mode("zh", contrast=True),
    "zh-low": Mode("zh", low=True),
    "en-elder-low": Mode("en", elder=True, low=True),
}
SIZES = {"portrait": PORTRAIT, "landscape": LANDSCAPE, "small": SMALL}
WALKED = (
    ("zh", "portrait"), ("en", "small"), ("zh-elder", "portrait"), ("en-elder", "landscape"), ("zh-contrast", "landscape"),
    ("zh-low", "small"), ("en-elder-low", "portrait"),
)  # fmt: skip
"""Every mode in one size, every size in several modes: each way through the pages is walked in these."""
CANDIDATES = tuple(
    PinyinCandidate(text, letters)
    for text, letters in (("社保", 6), ("涉保", 6), ("社", 3), ("射", 3), ("舍", 3), ("设", 3), ("蛇", 3), ("涉", 3), ("奢", 3))
)
"""What `shebao` may stand for."""
NOON = datetime(2026, 11, 21, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai"))
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When a closed hall opens."""


def busy_hall(hall: HallConfig, mode: Mode, *, is_open: bool = True) -> KioskState:
    """The home page of a hall in full swing."""
    queues = {
        queue.id: QueueState(
            1,
            Text(zh=queue.name.zh, en=queue.name.en),
            is_open,
            (i * 7) % 23,
            None,
            None,
            Estimate(i * 300, i * 500 + 120) if is_open else None,
            None if is_open else MONDAY,
        )
        for i, queue in enumerate(hall.queue)
    }
    windows = {
        window.id: WindowState(
            1,
            "calling",
            WindowTicket(f"t-{i}", f"{hall.queue[i].letter}0{10 + i}", hall.queue[i].id),
            None,
            1,
            NOON.astimezone(UTC) - timedelta(seconds=i),
        )
        for i, window in enumerate(hall.window[:5])
    }
    setting = setting_of(hall, "kiosk-1", mode, printer="ticket-printer-1", web="http://192.168.10.20:8080")
    setting = replace(setting, a4="a4-1")
    return KioskState(
        setting=setting,
        requests=PendingRequests(UUID(int=0)),
        mode=mode,
        now=100,
        started=0,
        idle_since=100,
        clock=NOON,
        hall=HallView(Presence(True, True), queues, windows),
        printer="ok",
        a4=PrinterState("ok"),
    )


def cut_off(state: KioskState) -> KioskState:
    """The same without the broker."""
    return replace(state, hall=replace(state.hall, presence=Presence()))


def able(state: KioskState) -> ScanState:
    """A scanner that works."""
    return replace(state.scan, scanners={"camera-1": ScannerStatus("ok")})


def states(hall: HallConfig, mode: Mode) -> Iterator[tuple[str, KioskState]]:
    """Every page, by name."""
    state = busy_hall(hall, mode)
    theme = max(state.setting.themes, key=lambda theme: len(state.setting.of_theme(theme)))
    queue = state.setting.of_theme(theme)[0].id
    ticket = IssuedTicket(
        "20261121-a012",
        "A012",
        queue,
        "priority",
        NOON,
        "Zm9vYmFyYmF6cXV4MTIzNDU2",
        12,
        Estimate(900, 1500),
        tuple(window.id for window in hall.windows_of(queue)),
    )
    chosen = replace(state, taking=Taking(theme, queue), idle_since=92)
    yield "home", state
    yield "home-without-printer", replace(state, printer="paper-out", hall=replace(state.hall, windows={}))
    yield "themes", replace(state, page="themes", idle_since=60)
    yield "businesses", replace(chosen, page="businesses")
    yield "confirm", replace(chosen, page="confirm")
    yield "confirm-priority", replace(chosen, page="confirm", taking=Taking(theme, queue, "priority"), idle_since=60)
    yield "confirm-without-printer", replace(chosen, page="confirm", printer="paper-out")
    yield "help", replace(state, page="help", trail=("home",))
    find = replace(state, page="find-ticket", trail=("home",), scan=able(state))
    yield "find-ticket", find
    yield "find-ticket-typed", replace(find, my_ticket=MyTicketState(number="A012"))
    unknown = Text("没有这张号票", "There is no such ticket")
    yield "find-ticket-unknown", replace(find, my_ticket=MyTicketState(number="A912", refusal=unknown))
    yield "printing", replace(chosen, page="printing", taking=replace(chosen.taking, ticket=ticket))
    yield "done", at_end(chosen, ticket, on_paper=True)
    noted = at_end(chosen, replace(ticket, class_="ordinary", number="A1012"), on_paper=False)
    yield "done-on-screen", noted
    yield "done-in-doubt", replace(noted, taking=replace(noted.taking, in_doubt=True))
    troubles: tuple[Trouble, ...] = ("print", "closed", "limit", "no-answer", "refused", "expired")
    for trouble in troubles:
        yield f"trouble-{trouble}", in_trouble(chosen, trouble)
    yield "closed", busy_hall(hall, mode, is_open=False)
    yield from before_opening(chosen, ticket)
    yield "away", cut_off(state)
    yield (
        "interrupted-closed",
        replace(state, page="interrupted", interrupted="closed", hall=busy_hall(hall, mode, is_open=False).hall),
    )
    yield "interrupted-away", replace(cut_off(state), page="interrupted", interrupted="away")
    yield from offline_states(chosen, replace(ticket, number="A901", offline=True))
    yield "starting", replace(state, hall=HallView(), started=None)
    yield from guide_states(state)
    yield from case_states(state)
    yield from scan_states(state)
    yield from paper_states(state)
    yield "fail-safe", replace(state, page="fail-safe")


def before_opening(chosen: KioskState, ticket: IssuedTicket) -> Iterator[tuple[str, KioskState]]:
    """The way to a number where nobody is at a window yet, and where a range of minutes would be of no use."""
    queue = chosen.taking.queue or ""
    for name, wait, opens in (("early", None, MONDAY), ("unstaffed", None, None), ("long", Estimate(400, 10_000), None)):
        state = structs.replace(chosen.queues[queue], estimate_s=wait, opens_at=opens)
        queues = {**chosen.queues, queue: state}
        yield f"confirm-{name}", replace(chosen, page="confirm", hall=replace(chosen.hall, queues=queues))
        yield f"done-{name}", at_end(chosen, replace(ticket, estimate_s=wait, opens_at=opens), on_paper=True)


def at_end(state: KioskState, ticket: IssuedTicket, *, on_paper: bool) -> KioskState:
    """Whoever has the number."""
    return replace(state, page="done", taking=replace(state.taking, ticket=ticket, on_paper=on_paper))


def in_trouble(state: KioskState, trouble: Trouble) -> KioskState:
    """Whoever did not get it."""
    return replace(state, page="trouble", taking=replace(state.taking, trouble=trouble, trouble_detail="paper-out"))


def offline_states(chosen: KioskState, ticket: IssuedTicket) -> Iterator[tuple[str, KioskState]]:
    """The way to a number without the server; one business has none left."""
    left = {business.id: 9 for business in chosen.setting.of_theme(chosen.taking.theme or "")[:-1]}
    day = timedelta(hours=9)
    lease = HeldLease({**left, ticket.queue: 9}, NOON - day, NOON + day, ((NOON - day, NOON + day),), known=True)
    offline = replace(cut_off(chosen), lease=lease)
    assert offline.offline
    yield "offline-home", offline
    yield (
        "offline-home-with-everything",
        replace(offline, lookup=GuideLookup(contents=contents(example_guides()[0])), scan=able(offline)),
    )
    for page in ("themes", "businesses", "confirm"):
        yield f"offline-{page}", replace(offline, page=page)
    yield "offline-done", at_end(offline, ticket, on_paper=True)
    without = replace(offline, printer="paper-out")
    yield "offline-home-unprinted", without
    few = replace(lease, left=dict.fromkeys(lease.left, 1))
    yield "offline-home-few", replace(without, lease=few, setting=replace(offline.setting, offline_numbers=30))
    yield "offline-confirm-unprinted", replace(without, page="confirm")
    yield "offline-done-unprinted", at_end(without, ticket, on_paper=False)
    troubles: tuple[Trouble, ...] = ("print", "none-left", "no-answer")
    for trouble in troubles:
        yield f"offline-trouble-{trouble}", in_trouble(offline, trouble)


@cache
def example_guides() -> tuple[Guides, Path]:
    """The guides of the example hall, built once."""
    path = Path(mkdtemp(prefix="guides-")) / "guide.db"
    catalogue = load_catalogue(HALL)
    build(catalogue, path, "1", catalogue.examples(catalogue.items))
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return open_guides(path), path


@cache
def example_items() -> tuple[Item, ...]:
    """The items for persons of the example hall, read once."""
    guides, _ = example_guides()
    return tuple(item for entry in guides.of_audience("person") if (item := guides.item(entry.id)) is not None)


def guide_states(state: KioskState) -> Iterator[tuple[str, KioskState]]:
    """The pages of the guides, with the longest lists and texts that the example hall has."""
    guides, _ = example_guides()
    there = contents(guides)
    state = replace(state, lookup=GuideLookup(contents=there), trail=("home",))
    yield "home-with-guides", replace(state, trail=())
    yield "away-with-everything", replace(cut_off(state), scan=able(state))
    shut = {k: structs.replace(q, open=False, opens_at=MONDAY) for k, q in state.queues.items()}
    yield "closed-with-everything", replace(state, hall=replace(state.hall, queues=shut), scan=able(state))
    themes = replace(state, page="themes")
    yield "themes-with-guides", themes
    theme = max(state.setting.themes, key=lambda theme: len(state.setting.of_theme(theme)))
    yield "businesses-with-guides", replace(themes, page="businesses", taking=Taking(theme))
    yield "guides", replace(state, page="guides")
    groups: tuple[Group, ...] = ("theme", "department", "life-event", "person", "enterprise")
    for group in groups:
        yield f"guide-groups-{group}", replace(state, page="guide-groups", lookup=replace(state.lookup, group=group))
    largest = max((d.zh for d in there.departments), key=lambda name: len(guides.of_department(name)))
    longest = replace(state.lookup, group="department", key=largest, entries=tuple(guides.of_department(largest)), listed=True)
    yield "guide-list", replace(state, page="guide-list", lookup=longest)
    yield "guide-list-loading", replace(state, page="guide-list")
    yield "guide-list-empty", replace(state, page="guide-list", lookup=replace(state.lookup, listed=True))
    for name, query in (("search", ""), ("search-found", "shebao"), ("search-nothing", "qqqqqq")):
        results = tuple(guides.search(query, MOST_RESULTS)) if query else ()
        candidates = CANDIDATES if query == "shebao" else ()
        lookup = replace(state.lookup, query=query, answered=query, results=results, candidates=candidates)
        yield name, replace(state, page="search", lookup=lookup)
        if results:
            yield f"{name}-2", replace(state, page="search", lookup=lookup, sheet=1)
    item = max(example_items(), key=lambda item: (len(item.steps), len(item.materials)))
    read = replace(state.lookup, item=item, english=guides.english(sentences(item)))
    for section in SECTIONS:
        yield f"guide-{section}", replace(state, page="guide", lookup=replace(read, section=section))
    yield "guide-flow-only-chinese", replace(state, page="guide", lookup=replace(read, section="flow", english={}))
    yield "guide-flow-2", replace(state, page="guide", sheet=1, lookup=replace(read, section="flow"))
    yield "guide-away", replace(cut_off(state), page="guide", lookup=read)
    heard = replace(state, page="guide", lookup=replace(read, section="materials"), aloud=ReadAloud("ok"))
    yield "guide-with-voice", heard
    yield "guide-with-a-broken-voice", replace(heard, aloud=ReadAloud("unplugged"))
    yield "guide-read-aloud", replace(heard, aloud=ReadAloud("ok", "summary", 1))


def case_states(state: KioskState) -> Iterator[tuple[str, KioskState]]:
    """Asking for a case, and a case with much to say."""
    empty = replace(state, page="progress", trail=("home",))
    typed = CaseQuery(number="WS-2026-1120-000123", last_four="12", chosen="last_four")
    refusal = Text(
        "编号与证件号码后四位不符，请核对受理凭证", "Number and last four do not go together; please look at the receipt"
    )
    yield "progress", empty
    yield "progress-complete", replace(empty, case_query=replace(typed, last_four="123X"))
    yield "progress-refused", replace(empty, case_query=replace(typed, last_four="", refusal=refusal))
    case = a_case(
        "WS-2026-1120-000123",
        contact="0938-0000000",
        state="supplement",
        state_texts={"zh": "待补正", "en": "papers are missing"},
        due_on="2026-11-27",
        missing=["收入证明（单位盖章）", "购房合同原件"],
        papers=["supplement", "progress"],
        deadline={
            "on": "2026-11-27",
            "state": "near",
            "working_days": 4,
            "certain": True,
            "texts": {"zh": "还有 4 个工作日", "en": "4 working days left"},
            "colour": {"zh": "黄", "en": "yellow"},
        },
        steps=[{"on": f"2026-11-{day:02}", "text": "窗口核对材料"} for day in range(2, 8)],
    )
    yield "case", replace(empty, page="case", case_query=CaseQuery(case=case))


@cache
def example_sheets() -> tuple[Sheet, ...]:
    """The pages of the longest guide among the first of the example hall."""
    guides, _ = example_guides()
    item = guides.item(guides.of_audience("person")[0].id)
    return made(load(HALL), "http://192.168.10.20:8080", MakeDocument(1, Document("guide"), item=item), NOON).sheets


def paper_states(state: KioskState) -> Iterator[tuple[str, KioskState]]:
    """Printing on A4: choosing, looking, waiting, trouble and every end."""
    guides, _ = example_guides()
    there = contents(guides)
    item = max(example_items(), key=lambda item: len(forms_of(item, there)))
    read = GuideLookup(contents=there, item=item, english=guides.english(sentences(item)))
    state = replace(state, lookup=read, trail=("home", "guides", "guide-list", "guide"))
    out = replace(
        state,
        a4=PrinterState(
            "paper-out", words=Text("打印机没有纸了，请联系工作人员加纸", "The printer is out of paper; please ask the staff")
        ),
    )
    yield "guide-printer-out", replace(out, page="guide")
    yield "home-with-everything", replace(state, page="home", trail=(), scan=able(state))
    broken = replace(state.scan, scanners={"camera-1": ScannerStatus("offline")})
    yield "home-devices-out", replace(out, page="home", trail=(), scan=broken)
    yield "blanks-printer-out", replace(out, page="blanks", trail=("home",))
    yield "blank-themes", replace(state, page="blank-themes", trail=("home",))
    theme, most = max(blank_themes(state).items(), key=lambda pair: len(pair[1]))
    of_theme = replace(state, page="blanks", trail=("home", "blank-themes"), printing=A4Printing(theme=theme))
    yield "blanks-of-theme", of_theme
    yield "blanks", replace(state, page="blanks")
    yield "blanks-last", replace(state, page="blanks", sheet=99)
    longest = max(there.forms.values(), key=lambda form: len(form.title.en))
    yield "papers-blank", replace(state, page="papers", printing=A4Printing(source="blank", blank=longest.id))
    yield "papers-guide", replace(state, page="papers")
    case = replace(state, case_query=CaseQuery(case=a_case()), page="papers")
    yield "papers-case", replace(case, printing=A4Printing(source="case"))
    preview = replace(state, page="preview", printing=A4Printing(ref=1, document=Document("guide")))
    yield "preview-wait", preview
    yield "preview-failed", replace(preview, printing=replace(preview.printing, failed=True))
    seen = replace(preview.printing, sheets=example_sheets(), copies=2)
    yield "preview", replace(preview, printing=seen)
    yield "preview-last", replace(preview, printing=replace(seen, copies=6), sheet=len(seen.sheets) - 1)
    one = replace(seen, sheets=seen.sheets[:1], document=Document("form", longest.id), copies=1)
    yield "preview-one", replace(preview, printing=one)
    yield "preview-printer-out", replace(preview, printing=seen, a4=out.a4)
    sent, total = replace(seen, sent=True), 2 * len(seen.sheets)

    def job(name: JobState, printed: int) -> A4Printing:
        return replace(sent, job=Job("j1", name, Text(WORDS[name], texts("en")(WORDS[name])), printed, total))

    yield "printout-begin", replace(preview, page="printout", printing=sent)
    yield "printout-half", replace(preview, page="printout", printing=job("sent", total // 2))
    yield "printout-stopped", replace(preview, page="printout", printing=replace(job("sent", 1), stopped=True))
    yield "printout-trouble", replace(preview, page="printout", printing=job("received", 0), a4=out.a4)
    yield "printout-done", replace(preview, page="printout", printing=job("done", total))
    receipt = replace(job("done", total), document=Document("receipt"), source="case")
    blank = replace(job("done", total), document=Document("form", most[0].id), source="blank", blank=most[0].id)
    yield "printout-done-form", replace(preview, page="printout", printing=blank)
    yield "printout-done-personal", replace(preview, page="printout", printing=receipt)
    for name in ("failed", "cancelled", "unknown"):
        yield f"printout-{name}", replace(preview, page="printout", printing=job(name, 1))
    yield "printout-cancelled-late", replace(preview, page="printout", printing=job("cancelled", total))
    for which, words in QUOTAS.items():
        refused = replace(sent, refusal=Text(words, texts("en")(words)))
        yield f"printout-quota-{which}", replace(preview, page="printout", printing=refused)


def every(only: str = "") -> Iterator[tuple[str, Callable[[], Page]]]:
    """Every page in every mode and size: its name, and a function that draws it; `only` of one mode."""
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    for mode_name, mode in MODES.items():
        sizes = {f"hall/{mode_name}/{name}": size for name, size in SIZES.items()}
        wanted = {name: size for name, size in sizes.items() if only in ("", name)}
        named = list(states(hall, mode)) if wanted else []
        for (of_mode, size), (name, state) in itertools.product(wanted.items(), named):
            yield f"{of_mode}/{name}", partial(make_page, draw, state, hall, size, mode)


def pages(only: str = "") -> Iterator[tuple[str, Page]]:
    """Every page with `only` in its name, drawn."""
    return ((name, make()) for name, make in every() if only in name)


def walks() -> Iterator[tuple[str, Walk]]:
    """Every way through the pages, in the modes and sizes that are laid out differently."""
    hall = load(HALL)
    unasked = (
        Connected(False),
        Broke("test"),
        ContentsAre(Contents("2")),
        *(Received(("queue", queue.id, "state"), None) for queue in hall.queue[:1]),
    )
    for mode, size in WALKED:
        given = {"first": first(setting_of(hall, "kiosk-1", MODES[mode]), UUID(int=0)), **dict(states(hall, MODES[mode]))}
        yield (
            f"{mode}/{size}",
            Walk(
                given, step, draw, watches, hall, SIZES[size], MODES[mode], lambda state: str(state.shown), unasked=unasked,
                grave=(CancelPrint, ConfirmGiveUp),
            ),
        )  # fmt: skip


def modes() -> list[str]:
    """The folders of the pictures."""
    return [f"hall/{mode}/{size}" for mode, size in itertools.product(MODES, SIZES)]


def shots(mode: str) -> Iterator[Shot]:
    """The pictures of a mode."""
    return shots_of(mode, every(mode))
