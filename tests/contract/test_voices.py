"""What every voice keeps to, each model on its emulator or with real sound in a folder."""

from __future__ import annotations

import itertools
import os
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall import Device
from contract.wire.messages import Announce, Text
from drivers import registry
from drivers.emulators.local import running
from drivers.emulators.serve import MemoryStream, TcpServer
from drivers.emulators.voice import ChipEmulator, Syn6288Emulator, Xfs5152Emulator
from drivers.ports import BadReply, DeviceError, DeviceRefused, InUse, NoReply, NotFound, Unreachable
from drivers.registry import DeviceSite
from drivers.voice import frames
from drivers.voice.chip import ChipVoice
from drivers.voice.recorded import make_pieces, pieces_of
from drivers.voice.sound import chime, join, read_wav
from drivers.voice.speaker import SoundCard, SoundFolder, has_sound_card, speaker
from tests.programs import wait_until

EMULATORS = {"syn6288": Syn6288Emulator, "xfs5152ce": Xfs5152Emulator}


PATIENCE_S = 10.0
"""How long a chip that is well may take to answer here: threads of a busy machine do not run for seconds."""


def call(number: str = "A012", window: str = "03", seq: int = 1, chime: bool = True) -> Announce:
    return Announce(
        seq,
        window,
        number,
        Text(f"请{number}号到{window}号窗口办理业务", f"Number {number}, please go to window {window}"),
        chime,
    )


def device(model: str, address: str, **options: Any) -> Device:
    return Device(id="voice-1", kind="voice", model=model, address=address, options=options)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    make_pieces(folder)
    return folder


@pytest.fixture(params=["espeak-ng", "recorded", "syn6288", "xfs5152ce"])
def voice(request: pytest.FixtureRequest, tmp_path: Path, recordings: Path) -> Iterator[Any]:
    """An open voice of each model, with what it said as a list of (what, seconds)."""
    model = request.param
    if model in EMULATORS:
        emulator = EMULATORS[model](name="voice-1")
        emulator.character_s = 0.002
        server = TcpServer(emulator)
        server.open()
        driver = registry.build(device(model, server.address), DeviceSite(answer_s=PATIENCE_S))
        driver.said = lambda: [(u.text, u.seconds, u.cut_off) for u in emulator.said]
    else:
        options = {"folder": str(recordings)} if model == "recorded" else {}
        driver = registry.build(device(model, f"wav://{tmp_path}", **options), DeviceSite(tmp_path))
        driver.said = lambda: [(p.stem, read_wav(p).seconds, False) for p in sorted(tmp_path.glob("*.wav"))]
    driver.open()
    yield driver
    driver.close()
    if model in EMULATORS:
        server.close()


def test_two_announcements_are_both_said_to_their_end(voice: Any) -> None:
    voice.speak(call("A012", "03"))
    first = len(voice.said())
    voice.speak(call("B007", "05", 2))
    said = voice.said()
    assert len(said) == 2 * first >= 2
    assert not any(cut_off for _, _, cut_off in said)
    assert "012" in said[0][0] or "A零一二" in said[0][0]
    assert "007" in said[first][0] or "B零零七" in said[first][0]


def test_a_voice_can_be_closed_and_opened_again(voice: Any) -> None:
    voice.close()
    voice.close()
    voice.open()
    voice.check()
    voice.speak(call())
    assert voice.said()


def test_a_call_says_number_and_window_digit_by_digit_and_no_tag_of_the_text(voice: Any) -> None:
    hostile = Announce(
        1, "03", "A012", Text("请A012号[v0]到03号窗口\\[x1]soundb", "Number A012, please go to window 03"), False
    )
    if type(voice).__name__ == "RecordedVoice":
        with pytest.raises(DeviceRefused, match="no recording says"):
            voice.speak(hostile)
        return
    voice.speak(hostile)
    said = voice.said()[0][0]
    assert "A零一二号" in said or "A012-03" in said
    assert "[" not in said and "soundb" not in said


# --- sound -----------------------------------------------------------------------------------------------------------


def loudness(path: Path) -> list[float]:
    """The mean amplitude of every tenth of a second."""
    sound = read_wav(path)
    step = sound.rate // 10
    return [sum(map(abs, sound.samples[i : i + step])) / step for i in range(0, len(sound.samples) - step, step)]


def test_espeak_really_sounds_in_both_languages_after_the_chime(tmp_path: Path) -> None:
    driver = registry.build(device("espeak-ng", f"wav://{tmp_path}"))
    driver.open()
    driver.speak(call())
    driver.speak(call(chime=False))
    with_chime, without = sorted(tmp_path.glob("*.wav"))
    assert with_chime.name == "000001-A012-03.wav"
    assert read_wav(with_chime).seconds - read_wav(without).seconds == pytest.approx(1.3, abs=0.05)
    levels = loudness(without)
    assert 6 < read_wav(without).seconds < 15
    half = len(levels) // 2
    assert max(levels[:half]) > 1000 and max(levels[half:]) > 1000
    assert sum(level > 300 for level in levels) > len(levels) * 0.6, "speech, not silence"
    with wave.open(str(without)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)


def test_the_languages_of_a_voice_are_a_setting(tmp_path: Path) -> None:
    for languages in ("zh", "en", "zh,en"):
        driver = registry.build(device("espeak-ng", f"wav://{tmp_path / languages}", languages=languages))
        driver.open()
        driver.speak(call(chime=False))
    length = {p.parent.name: read_wav(p).seconds for p in tmp_path.glob("*/*.wav")}
    assert length["zh,en"] == pytest.approx(length["zh"] + length["en"], abs=0.1)
    with pytest.raises(registry.BadOption, match="languages"):
        registry.build(device("espeak-ng", "wav:///x", languages="fr"))
    with pytest.raises(registry.BadOption, match="speed"):
        registry.build(device("espeak-ng", "wav:///x", speed=1000))


def test_the_chime_is_two_tones_that_neither_clip_nor_click() -> None:
    sound = chime(22050)
    assert max(abs(s) for s in sound.samples) < 20000
    assert abs(sound.samples[0]) < 100 and abs(sound.samples[-1]) < 100
    crossings = [
        sum(1 for a, b in itertools.pairwise(p) if a < 0 <= b) for p in (sound.samples[2205:6615], sound.samples[19000:23410])
    ]
    assert crossings[0] == pytest.approx(784 / 5, abs=3) and crossings[1] == pytest.approx(587 / 5, abs=3)


def test_only_the_last_announcements_are_kept_in_a_folder(tmp_path: Path) -> None:
    folder = SoundFolder(tmp_path, kept=3)
    folder.open()
    for place in range(5):
        folder.play(chime(8000), f"A00{place}")
    assert [p.name[:6] for p in sorted(tmp_path.glob("*.wav"))] == ["000003", "000004", "000005"]


def test_an_emulated_speaker_takes_as_long_as_a_real_one_and_stops_when_closed(tmp_path: Path) -> None:
    driver = registry.build(device("espeak-ng", "emulator://voice?pace=100", languages="zh"), DeviceSite(tmp_path))
    driver.open()
    speaking = threading.Thread(target=driver.speak, args=(call(),))
    speaking.start()
    wait_until(lambda: list((tmp_path / "voice-1").glob("*.wav")))
    speaking.join(0.5)
    assert speaking.is_alive(), "minutes of speech"
    driver.close()
    speaking.join(60)
    assert not speaking.is_alive(), "before its words have ended"


def test_a_machine_without_sound_card_is_told_so(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    cards.write_text("--- no soundcards ---\n")
    assert not has_sound_card(cards)
    cards.write_text(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n")
    assert has_sound_card(cards)
    if not has_sound_card():
        with pytest.raises(NotFound, match="no sound card"):
            SoundCard("voice-1", "default").open()
    with pytest.raises(NotFound, match="no speaker"):
        registry.build(device("espeak-ng", "socket://10.0.0.7:1"))


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called aplay that keeps what it is given, or fails with the text in the file `fail`."""
    program = tmp_path / "aplay"
    program.write_text(
        f'#!/bin/sh\ncat > {tmp_path}/played.wav\necho "$@" > {tmp_path}/arguments\n'
        f"if [ -e {tmp_path}/fail ]; then cat {tmp_path}/fail >&2; exit 1; fi\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "cards").write_text(" 0 [PCH            ]: HDA-Intel\n")
    return tmp_path


def through(player: Path, address: str, **options: Any) -> Any:
    """A voice that plays through the emulated player."""
    driver = registry.build(device("espeak-ng", address, **options))
    driver.speaker = speaker(address, name="voice-1", folder=None, cards=player / "cards")
    return driver


def test_a_sound_card_gets_the_whole_announcement(player: Path) -> None:
    driver = through(player, "alsa:///plughw:1,0")
    driver.open()
    driver.speak(call())
    assert (player / "arguments").read_text().split() == ["-q", "-D", "plughw:1,0", "-t", "wav", "-"]
    assert read_wav(player / "played.wav").seconds > 6
    driver.close()


@pytest.mark.parametrize(
    ("complaint", "error"), [("audio open error: Device or resource busy", InUse), ("no such card", Unreachable)]
)
def test_a_sound_card_that_fails_is_reported_with_its_remedy_and_works_again_later(
    player: Path, complaint: str, error: type[DeviceError]
) -> None:
    driver = through(player, "sound://", languages="zh")
    driver.open()
    (player / "fail").write_text(complaint)
    with pytest.raises(error) as caught:
        driver.speak(call())
    assert caught.value.remedy
    (player / "fail").unlink()
    driver.speak(call())


# --- recorded pieces ----------------------------------------------------------------------------------------------------


def test_recorded_pieces_are_joined_longest_first() -> None:
    known = {"请", "号", "号到", "号窗口", "A", "零", "一", "三"}
    assert pieces_of("请A零一号到零三号窗口", known, "zh") == ["请", "A", "零", "一", "号到", "零", "三", "号窗口"]
    assert pieces_of("Number A zero, please", {"number", "A", "zero", "please", "zer"}, "en") == [
        "number",
        "A",
        "zero",
        "please",
    ]
    with pytest.raises(DeviceRefused, match="'楼'"):
        pieces_of("请到楼", {"请", "到"}, "zh")


def test_a_recording_of_another_kind_is_refused_with_the_way_to_mend_it(tmp_path: Path, recordings: Path) -> None:
    (tmp_path / "zh").mkdir()
    with wave.open(str(tmp_path / "zh" / "请.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(400))
    with pytest.raises(DeviceRefused, match="sox"):
        registry.build(device("recorded", f"wav://{tmp_path}", folder=str(tmp_path), languages="zh")).open()
    with pytest.raises(NotFound, match="no recordings"):
        registry.build(device("recorded", f"wav://{tmp_path}", folder=str(tmp_path / "none"))).open()
    with pytest.raises(registry.BadOption, match="folder"):
        registry.build(device("recorded", f"wav://{tmp_path}"))
    assert join([read_wav(recordings / "zh" / "请.wav")]).seconds > 0.1


# --- speech chips ------------------------------------------------------------------------------------------------------


def chip_voice(emulator: ChipEmulator, spoken_in: Sequence[str] = ("zh",), tune: str = "", **timing: Any) -> ChipVoice:
    timing = {"reply_s": PATIENCE_S} | timing
    return ChipVoice(emulator.chip, MemoryStream(emulator), spoken_in=list(spoken_in), tags="[v5]", tune=tune, **timing)


@pytest.mark.parametrize("kind", [Syn6288Emulator, Xfs5152Emulator])
def test_nothing_is_sent_to_a_chip_that_still_speaks(kind: type[Syn6288Emulator | Xfs5152Emulator]) -> None:
    emulator = kind()
    emulator.character_s = 0.005
    voice = chip_voice(emulator, ("zh", "en"), tune="soundb")
    voice.open()
    voice.speak(call())
    voice.speak(call("B007", chime=False))
    assert [u.cut_off for u in emulator.said] == [False] * 4
    assert emulator.said[0].text.startswith("soundb,请A零一二号") and emulator.said[2].text.startswith("请B零零七号")
    assert emulator.malformed == 0
    for before, after in zip(emulator.said, emulator.said[1:], strict=False):
        assert after.started >= before.started + before.seconds


@pytest.mark.parametrize("kind", [Syn6288Emulator, Xfs5152Emulator])
@pytest.mark.parametrize("fault", ["silent-end", "noise", "late=0.1"])
def test_a_chip_in_light_trouble_still_says_everything(kind: type[Syn6288Emulator | Xfs5152Emulator], fault: str) -> None:
    emulator = kind(faults=[fault])
    emulator.character_s = 0.005
    voice = chip_voice(emulator)
    voice.open()
    voice.speak(call())
    assert [u.text for u in emulator.said if not u.cut_off] == ["请A零一二号到三号窗口办理业务"]


@pytest.mark.parametrize(("fault", "error"), [("no-answer", NoReply), ("nack", DeviceError), ("disconnects", DeviceError)])
def test_a_chip_that_fails_gives_one_clear_error_and_recovers(fault: str, error: type[DeviceError]) -> None:
    emulator = Syn6288Emulator(name="chip", faults=[fault])
    with pytest.raises(error) as caught:
        chip_voice(emulator, reply_s=0.05).open()
    assert caught.value.remedy or "line" in str(caught.value)
    voice = chip_voice(emulator)
    emulator.repair()
    emulator.character_s = 0.001
    voice.open()
    voice.speak(call())
    assert emulator.said


class Lossy(MemoryStream):
    """A line on which the first answer behind each of so many speak frames is lost."""

    def __init__(self, emulator: ChipEmulator, losses: int) -> None:
        super().__init__(emulator)
        self.losses = losses

    def write(self, data: bytes) -> None:
        super().write(data)
        if data[3] == frames.SPEAK and self.losses:
            self.losses -= 1
            self.discard()


@pytest.mark.parametrize("kind", [Syn6288Emulator, Xfs5152Emulator])
def test_an_announcement_whose_answer_was_lost_is_neither_cut_off_nor_begun_again(
    kind: type[Syn6288Emulator | Xfs5152Emulator],
) -> None:
    emulator = kind()
    emulator.character_s = 0.05
    voice = ChipVoice(emulator.chip, Lossy(emulator, 3), spoken_in=["zh"], tags="", reply_s=0.3)
    voice.open()
    voice.speak(call())
    assert [(said.text, said.cut_off) for said in emulator.said] == [("请A零一二号到三号窗口办理业务", False)]
    voice.close()


def test_a_chip_that_understands_no_question_is_told_apart_from_one_that_is_silent() -> None:
    for fault, error, said in (("nack", BadReply, "does not understand"), ("no-answer", NoReply, "does not answer.*one_way")):
        voice = chip_voice(Syn6288Emulator(faults=[fault]), reply_s=0.2)
        with pytest.raises(error, match=said):
            voice.open()


@pytest.mark.parametrize("model", EMULATORS)
def test_a_chip_without_a_wire_back_says_everything_one_after_another(model: str) -> None:
    emulator = EMULATORS[model](faults=["no-answer"])
    emulator.character_s = 0.002
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        assert emulator.wait_for(lambda: not emulator.speaking)

    voice = ChipVoice(emulator.chip, MemoryStream(emulator), spoken_in=["zh"], tags="[v5]", one_way=True, wait=wait)
    voice.open()
    voice.check()
    for number in ("A012", "B003"):
        voice.speak(call(number))
    assert [said.text for said in emulator.said] == [f"请{n}号到三号窗口办理业务" for n in ("A零一二", "B零零三")]
    assert not any(said.cut_off for said in emulator.said)
    assert all(seconds >= len(said.text) * 0.25 for seconds, said in zip(waits, emulator.said, strict=True))
    voice.close()
    assert registry.build(device(model, "loop://", one_way=True)).one_way


def test_a_chip_that_stays_busy_is_silenced_and_reported() -> None:
    voice = chip_voice(Syn6288Emulator(faults=["busy"]), speech_s=0.2, poll_s=0.05)
    voice.open()
    with pytest.raises(NoReply, match="stays busy"):
        voice.speak(call())


def test_the_emulated_chip_is_as_strict_about_time_as_the_real_one() -> None:
    class Clocked(Syn6288Emulator):
        at = 0.0

        def now(self) -> float:
            return self.at

    emulator, answers = Clocked(), bytearray()
    line = emulator.plug_in(answers.extend)
    frame = frames.SYN6288.frame(frames.STATUS)
    emulator.feed(line, frame[:2])
    emulator.at += 0.009  # too long a silence inside a frame: the rest belongs to nothing
    emulator.feed(line, frame[2:])
    assert answers == b""
    emulator.at += 0.1
    emulator.feed(line, frame)
    assert answers == bytes((frames.TAKEN, frames.IDLE))
    answers.clear()
    emulator.at += 0.004  # too soon behind the last frame
    emulator.feed(line, frame)
    assert answers == bytes((frames.NOT_UNDERSTOOD,))


def test_a_new_speak_frame_cuts_off_the_text_being_spoken_as_the_manual_says() -> None:
    emulator = Xfs5152Emulator()
    line = emulator.plug_in(lambda _data: None)
    emulator.feed(line, frames.XFS5152.speak("一二三四五"))
    emulator.feed(line, frames.XFS5152.speak("六"))
    assert [(u.text, u.cut_off) for u in emulator.said] == [("一二三四五", True), ("六", False)]
    emulator.stop()


@pytest.mark.parametrize("model", EMULATORS)
def test_a_chip_named_by_an_emulator_address_speaks_and_keeps_what_it_said(model: str, tmp_path: Path) -> None:
    driver = registry.build(device(model, f"emulator://{model}?bus={tmp_path.name}"), DeviceSite(tmp_path))
    driver.open()
    emulator = running(tmp_path.name)
    assert isinstance(emulator, EMULATORS[model])
    emulator.character_s = 0.001
    driver.speak(call())
    driver.close()
    assert "请A零一二号到三号窗口办理业务" in (tmp_path / f"{tmp_path.name}.txt").read_text(encoding="utf-8")


@pytest.mark.hardware
@pytest.mark.skipif("JIAOHAO_VOICE" not in os.environ, reason="JIAOHAO_VOICE names no real voice, such as syn6288=/dev/ttyUSB0")
def test_a_real_voice_speaks() -> None:
    model, _, address = os.environ["JIAOHAO_VOICE"].partition("=")
    driver = registry.build(device(model, address))
    driver.open()
    began = time.monotonic()
    driver.speak(call())
    driver.speak(call())
    assert time.monotonic() - began > 1, "the second call waits until the first was said"
    driver.close()


def test_recordings_of_digits_alone_still_say_every_window(tmp_path: Path, recordings: Path) -> None:
    digits = tmp_path / "digits"
    for language, words in (("zh", "请 A 零 一 二 号到 号窗口办理业务"), ("en", "A zero one two number window")):
        (digits / language).mkdir(parents=True)
        for word in words.split():
            (digits / language / f"{word}.wav").write_bytes((recordings / language / f"{word}.wav").read_bytes())
    (digits / "en" / "please go to window.wav").write_bytes((recordings / "en" / "please go to window.wav").read_bytes())
    for folder in (digits, recordings):
        said = tmp_path / f"said-{folder.name}"
        driver = registry.build(device("recorded", f"wav://{said}", folder=str(folder)), DeviceSite(tmp_path))
        driver.open()
        driver.speak(call("A012", "12"))
        assert len(list(said.glob("*.wav"))) == 1


def test_one_is_said_as_on_the_telephone_where_the_hall_wants_it(tmp_path: Path) -> None:
    emulator = Syn6288Emulator()
    emulator.character_s = 0.002
    server = TcpServer(emulator)
    server.open()
    driver = registry.build(device("syn6288", server.address, yao=True), DeviceSite(answer_s=PATIENCE_S))
    driver.open()
    driver.speak(call("A011", "11"))
    assert [u.text for u in emulator.said] == ["请A零幺幺号到十一号窗口办理业务"]
    driver.close()
    server.close()
