"""What the staff reads of a terminal as a whole that is in trouble, in Chinese and English."""

from __future__ import annotations


def lease_low(terminal: str, zh: str, en: str) -> tuple[str, str]:
    """Few numbers are left for when it is offline; `zh` and `en` say of which queues."""
    return (
        f"{terminal}的离线备用号码快用完了：{zh}。断网后它将不能取号，请检查服务器日志里不给号的原因。",
        f"{terminal} has few numbers left for when it is offline: {en}. See the server's log why it gets no more.",
    )


def same_name(terminal: str) -> tuple[str, str]:
    """Two machines go by one name."""
    return (
        f"有两台机器都用终端名{terminal}，互相挤掉线。请找出复制来的或填错名字的那一台，另取一个名字登记。",
        f"Two machines use the name {terminal} and cut each other off. Find the one that was copied or misnamed, and enter "
        "it in devices.toml with a name of its own.",
    )


def flooded(client: str) -> tuple[str, str]:
    """It sends more than a terminal has to say."""
    return (
        f"{client}发来的消息过多，多出的没有处理。请到这台终端看看；如果它被人动过或丢失，请在“终端与设备”页吊销它。",
        f"{client} sends too many messages; the rest is dropped. Look at that terminal; if it was tampered with or is "
        "lost, revoke it on the page of terminals and devices.",
    )
