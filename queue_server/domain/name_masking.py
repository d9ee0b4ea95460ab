"""What may be shown of a person: on a screen, on paper, in an answer."""

from __future__ import annotations

COMPOUND = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "夏侯",
        "轩辕",
        "端木",
        "独孤",
        "南宫",
    )
)
"""Surnames of two characters."""


def masked_name(name: str) -> str:
    """The surname and stars: 张三 → 张*, 欧阳娜娜 → 欧阳**, John Smith → J***; at most three stars."""
    name = name.strip()
    if not name:
        return "*"
    kept = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return name[:kept] + "*" * max(1, min(3, len(name) - kept))
