"""The support table of kind voice."""

from __future__ import annotations

from drivers.models import Model

TABLE: tuple[Model, ...] = (
    Model(
        "espeak-ng",
        "voice",
        "drivers.voice.espeak:EspeakVoice",
        "A",
        ("sound card", "WAV files"),
        "espeak-ng 1.51",
        options=("languages", "speed", "volume", "yao"),
        remark="Mandarin and English; needs no internet; reads guides at a kiosk",
        exempt="a program of this machine; wav:///FOLDER as address keeps what it says as files",
    ),
    Model(
        "recorded",
        "voice",
        "drivers.voice.recorded:RecordedVoice",
        "A",
        ("sound card", "WAV files"),
        "pieces by espeak-ng",
        options=("folder", "languages", "yao"),
        remark="joins recordings of digits, letters and phrases",
        exempt="joins files; wav:///FOLDER as address keeps what it says as files",
    ),
    Model(
        "syn6288",
        "voice",
        "drivers.voice.chip:syn6288",
        "A",
        ("serial", "TCP"),
        "frames of the maker's manual, emulator",
        emulator="drivers.emulators.voice:Syn6288Emulator",
        options=("volume", "speed", "tune", "yao", "one_way"),
        remark="Mandarin only",
    ),
    Model(
        "xfs5152ce",
        "voice",
        "drivers.voice.chip:xfs5152",
        "A",
        ("serial", "TCP"),
        "frames of the maker's guide, emulator",
        emulator="drivers.emulators.voice:Xfs5152Emulator",
        options=("languages", "volume", "speed", "tone", "tune", "yao", "one_way"),
        remark="also SYN6658",
    ),
)
