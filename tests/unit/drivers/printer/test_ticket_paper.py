"""The ticket as it comes out of the printer: looked at as a picture, read by an independent QR reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from contract.configuration.hall_files import load
from contract.wire.messages import Estimate
from drivers import registry
from drivers.dot_font import rows
from drivers.emulators.escpos_commands import EscPosReader
from drivers.emulators.serve import MemoryStream
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.profile import PROFILES
from drivers.printer.ticket import PaperTicket, in_hall, render

URL = "http://192.168.10.20:8080/t/20261122-a012-Zk3vQ9x7LmN2pR5tW8yB1c"
TICKET = PaperTicket(
    hall="武山县政务服务中心",
    queue="社会保障",
    number="A012",
    ahead=12,
    windows=("03", "04", "05"),
    issued_at=datetime(2026, 11, 22, 9, 41, tzinfo=timezone(timedelta(hours=8))),
    url=URL,
    wait="约 10-25 分钟",
)
ENGLISH = replace(
    TICKET,
    hall="Wushan County Government Service Centre",
    queue="Social security",
    language="en",
    help_desk="help desk",
    wait="About 10-25 min",
)
WORST = replace(
    TICKET,
    hall="天水市武山县洛门镇便民服务中心及综合服务大厅二楼东区办事处第三分厅",
    queue="不动产登记（抵押、查封、异议、预告登记）与交易纳税联办",
    number="B1003",
    ahead=1234,
    windows=tuple(f"{n:02}" for n in range(1, 15)),
    ticket_class="military",
    wait="窗口 11月30日 周一 08:30 开",
    reprint=True,
    url=URL + "x" * 60,
)
MARKED = replace(TICKET, ticket_class="priority", number="B1003")
OFFLINE = replace(TICKET, offline=True, number="A901", ahead=0, wait="")
WIDE = sorted(set(PROFILES) - {"escpos-58"})


def printed(ticket, model, *faults):
    """The paper, and the emulator it came from."""
    emulator = registry.emulator(model)(faults=faults)
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile, settle_s=0)
    printer.open()
    printer.print(render(ticket, emulator.profile))
    printer.close()
    return (emulator.papers[-1] if emulator.papers else emulator.hanging()), emulator


@pytest.mark.parametrize(("model", "ticket"), list(product(sorted(PROFILES), (TICKET, ENGLISH, WORST))))
def test_the_code_on_the_paper_is_read_by_another_reader(model, ticket):
    paper, _ = printed(ticket, model)
    assert [code.text for code in zxingcpp.read_barcodes(paper)] == [ticket.url]


@pytest.mark.parametrize(
    ("model", "ticket"),
    list(product(WIDE, (TICKET, ENGLISH, MARKED, OFFLINE, replace(OFFLINE, ticket_class="military", language="en")))),
)
def test_a_ticket_takes_at_most_110_mm_of_paper(model, ticket):
    paper, emulator = printed(ticket, model)
    assert 60 < paper.height / emulator.profile.dpi * 25.4 <= 110


@pytest.mark.parametrize("model", sorted(PROFILES))
def test_the_longest_names_make_a_longer_ticket_but_nothing_is_cut_off(model):
    paper, emulator = printed(WORST, model)
    assert paper.height / emulator.profile.dpi * 25.4 <= 160
    margin = (paper.width - emulator.profile.dots) // 2
    assert paper.crop((0, 0, margin, paper.height)).getextrema()[0] > 200
    assert emulator.malformed == 0


@pytest.mark.parametrize("model", ["escpos-80", "escpos-80-basic", "epson-tm-t88"])
def test_chinese_comes_out_the_same_on_a_printer_that_starts_in_latin_mode(model):
    chinese, _ = printed(TICKET, model)
    latin, _ = printed(TICKET, model, "starts-latin")
    assert ImageChops.difference(chinese, latin).getbbox() is None


def test_without_chinese_mode_the_emulator_prints_something_else():
    """So that the test above can fail."""
    emulator = registry.emulator("escpos-80")(faults=["starts-latin"])
    line = emulator.plug_in(lambda _: None)
    emulator.feed(line, b"\x1b@" + "社会保障".encode("gbk") + b"\n\x1dVB\x10")
    emulator.feed(line, b"\x1b@\x1c&" + "社会保障".encode("gbk") + b"\n\x1dVB\x10")
    garbled, right = emulator.papers
    assert ImageChops.difference(garbled, right).getbbox() is not None


def test_a_printer_without_chinese_characters_still_shows_every_line():
    """Line by line the paper is as black as on a printer that has them, give or take the shapes of the font."""
    with_font, _ = printed(TICKET, "escpos-80")
    without, _ = printed(TICKET, "escpos-80-latin")
    assert with_font.size == without.size
    for top in range(100, with_font.height - 40, 40):
        strip = (0, top, with_font.width, top + 40)
        ink = [sum(1 for dot in paper.crop(strip).get_flattened_data() if dot < 128) for paper in (with_font, without)]
        assert abs(ink[0] - ink[1]) <= 0.45 * max(ink) + 150


def test_a_rare_character_is_a_picture_not_a_box():
    emulator = registry.emulator("escpos-80")()
    rare = render(replace(TICKET, queue="㵘𠮷事项"), emulator.profile)
    plain = render(replace(TICKET, queue="森林事项"), emulator.profile)
    assert "㵘".encode("gb18030") not in rare
    assert rare.count(b"\x1dv0") == plain.count(b"\x1dv0") + 1


def test_the_number_is_the_largest_thing_on_the_paper():
    paper, _ = printed(replace(TICKET, url=""), "escpos-80")
    rows_with_ink = [min(paper.crop((0, y, paper.width, y + 1)).get_flattened_data()) < 128 for y in range(paper.height)]
    runs = [len(run) for run in "".join("#" if ink else " " for ink in rows_with_ink).split()]
    assert max(runs) >= 110 and sorted(runs)[-2] <= 60


def test_the_ticket_says_what_kind_it_is_and_what_happens_to_a_missed_number():
    def text(ticket):
        return render(ticket, PROFILES["escpos-80-basic"]).decode("gbk", "ignore")

    assert "绿色通道 优先办理" in text(replace(TICKET, ticket_class="priority"))
    assert "军人优先" in text(replace(TICKET, ticket_class="military"))
    assert "预约号" in text(replace(TICKET, ticket_class="appointment"))
    assert "绿色通道" not in text(TICKET)
    assert "可往后 3 位重新排队" in text(TICKET)
    assert "过号作废" in text(replace(TICKET, missed="void"))
    assert "前面12人 约 10-25 分钟" in text(TICKET)
    assert "前面没有人，请留意叫号" in text(replace(TICKET, ahead=0))
    assert "前面没有人 窗口 14:30 开" in text(replace(TICKET, ahead=0, wait="窗口 14:30 开", staffed=False))
    assert "补打" in text(replace(TICKET, reprint=True)) and "补打" not in text(TICKET)


def test_a_number_given_without_the_server_says_so_and_nothing_of_the_line():
    text = render(OFFLINE, PROFILES["escpos-80-basic"]).decode("gbk", "ignore")
    assert "离线取号" in text and "请留意叫号屏" in text and "网络恢复后" in text
    assert "前面" not in text and "随时" not in text
    assert "离线取号" not in render(TICKET, PROFILES["escpos-80-basic"]).decode("gbk", "ignore")


@pytest.mark.parametrize("offline", [False, True])
def test_an_english_ticket_has_no_chinese_on_it(offline):
    reader = EscPosReader()
    ticket = replace(ENGLISH, ticket_class="military", reprint=True, offline=offline)
    reader.feed(render(ticket, PROFILES["escpos-80-basic"]))
    text = b"".join(c.data if c.name == "text" else b"|" for c in iter(lambda: reader.next(chinese=True), None))
    assert text.isascii()
    assert b"Social security" in text and (b"Issued offline" if offline else b"12 ahead. About 10-25 min") in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_ticket_takes_names_numbers_rules_and_time_from_the_hall(language):
    config = load(Path(__file__).parents[4] / "assets" / "halls" / "wushan")
    queue, window = config.queue[0], config.window[0]
    ticket = in_hall(
        config,
        queue=queue.id,
        number="A001",
        ahead=2,
        estimate=Estimate(60, 300),
        windows=[window.id, "gone"],
        issued_at=datetime(2026, 11, 22, 16, 30, tzinfo=UTC),
        url=URL,
        language=language,
    )
    assert ticket.hall == getattr(config.hall.name, language)
    assert ticket.queue == getattr(queue.name, language)
    assert ticket.windows == (window.number, "gone")
    assert (ticket.wait, ticket.staffed) == ({"zh": "5 分钟以内", "en": "Within 5 min"}[language], True)
    closed = in_hall(
        config,
        queue=queue.id,
        number="A001",
        ahead=0,
        estimate=None,
        windows=[window.id],
        issued_at=ticket.issued_at,
        url=URL,
        opens_at=datetime(2026, 11, 23, 8, 30, tzinfo=ticket.issued_at.tzinfo),
        language=language,
    )
    assert (closed.wait, closed.staffed) == ({"zh": "窗口 08:30 开", "en": "Opens at 08:30"}[language], False)
    assert ticket.issued_at.isoformat() == "2026-11-23T00:30:00+08:00"
    assert (ticket.missed, ticket.requeue_places) == (config.rules.missed, config.rules.requeue_places)
    assert zxingcpp.read_barcodes(printed(ticket, "escpos-80")[0])[0].text == URL


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_business_of_the_example_hall_fits_on_its_ticket(language):
    config = load(Path(__file__).parents[4] / "assets" / "halls" / "wushan")
    for queue in config.queue:
        ticket = in_hall(
            config,
            queue=queue.id,
            number=f"{queue.letter}1234",
            ahead=99,
            estimate=Estimate(3000, 9000),
            windows=[window.id for window in config.windows_of(queue.id)],
            issued_at=TICKET.issued_at,
            url=URL,
            ticket_class="priority",
            language=language,
        )
        paper, emulator = printed(ticket, "escpos-80")
        assert paper.height / emulator.profile.dpi * 25.4 <= 110


def test_our_pictures_are_those_of_another_library():
    """python-escpos makes the same raster rows of the same picture."""
    from escpos.image import EscposImage

    picture = Image.new("1", (24, 5), 1)
    for x in range(0, 24, 3):
        picture.putpixel((x, x % 5), 0)
    ours, width = rows(picture)
    theirs = EscposImage(picture)
    assert (ours, width) == (theirs.to_raster_format(), theirs.width_bytes)


def test_our_epson_entries_agree_with_the_printer_database():
    from escpos.capabilities import CAPABILITIES

    for model, known in {"epson-tm-t88": "TM-T88V", "epson-tm-t20": "TM-T20II", "escpos-58": "POS-5890"}.items():
        media, columns = CAPABILITIES["profiles"][known]["media"], CAPABILITIES["profiles"][known]["fonts"]["0"]["columns"]
        ours = PROFILES[model]
        assert (ours.dots, ours.columns, ours.dpi) == (media["width"]["pixels"], columns, media["dpi"])
