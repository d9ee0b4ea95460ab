"""The page a technician prints to see whether a printer is set up correctly: width, Chinese, emphasis, pictures, QR, cutter."""

from __future__ import annotations

from datetime import datetime

from drivers.printer.layout import Big, Block, Gap, InverseText, PaperLine, QrBlock, RuleLine, compose
from drivers.printer.profile import Profile


def render(profile: Profile, *, name: str, now: datetime) -> bytes:
    """The job that prints the page on a printer of this profile; `name` is the device's id."""
    ruler = "".join(str(n % 10) for n in range(1, profile.columns + 1))
    page: list[Block] = [
        PaperLine(f"打印测试 {name}", scale=(2, 2) if profile.columns >= 42 else (1, 2), bold=True),
        PaperLine(now.strftime("%Y-%m-%d %H:%M:%S")),
        RuleLine(),
        PaperLine(ruler, align="left"),  # must fill exactly one line
        PaperLine("左 left", align="left"),
        PaperLine("中 center"),
        PaperLine("右 right", align="right"),
        PaperLine("加粗 bold 政务服务大厅", bold=True),
        PaperLine("生僻字 㵘 𠮷 堃"),
        InverseText("反白 绿色通道"),
        Gap(2),
        Big("A001", 12),
        Gap(1),
        QrBlock(f"JIAOHAO PRINT TEST {name}", 25),
    ]
    return compose(page, profile)
