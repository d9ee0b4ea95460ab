"""What items may name of their hall: by id, or by the name that people know."""

from __future__ import annotations

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from queue_server.catalogue.load import Shared
from queue_server.row_files.reader import Choices


def choices_of(config: HallConfig, shared: Shared) -> dict[str, Choices]:
    """Key of an item → the queues, themes, windows or life events of this hall."""
    return {
        "queue": Choices(TextConfig(zh="业务队列", en="queue"), {queue.id: queue.name for queue in config.queue}),
        "theme": Choices(TextConfig(zh="主题", en="theme"), {theme.id: theme.name for theme in config.theme}),
        "windows": Choices(
            TextConfig(zh="窗口", en="window"), {w.id: TextConfig(zh=w.number, en=w.number) for w in config.window}
        ),
        "life_events": Choices(TextConfig(zh="一件事", en="life event"), {event.id: event.name for event in shared.life_event}),
    }
