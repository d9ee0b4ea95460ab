"""A case for whoever looks one up in the running example hall: none comes from an approval platform there."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

NUMBER, LAST_FOUR = "WS-2026-0001", "1234"


def write(folder: Path, today: date) -> Path:
    """The file for `jiaohao-server case import`."""
    received = today - timedelta(days=5)
    case = {
        "number": NUMBER,
        "item": "食品经营许可",
        "state": "examining",
        "department": "武山县市场监督管理局",
        "applicant": "张三",
        "id_last_four": LAST_FOUR,
        "received_on": received.isoformat(),
        "promised_on": (today + timedelta(days=4)).isoformat(),
        "contact": "0938-0000102",
        "materials": ["食品经营许可申请书", "营业执照复印件"],
        "steps": [
            {"on": received.isoformat(), "text": "窗口收件"},
            {"on": (received + timedelta(days=1)).isoformat(), "text": "受理"},
            {"on": (received + timedelta(days=3)).isoformat(), "text": "现场核查"},
        ],
    }
    path = folder / "example-case.json"
    path.write_text(json.dumps([case], ensure_ascii=False), encoding="utf-8")
    return path
