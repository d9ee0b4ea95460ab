"""The service item that a ticket is for, as a request names it."""

from __future__ import annotations

from contract.wire.messages import Text
from queue_server.catalogue.items_in_force import has_items, queue_of
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused, bad_request


def unfit(context: CommandContext, item: str, queue: str) -> Refused | None:
    """Why a ticket of this queue cannot be for the item: the hall does not have it, or its people stand in another line."""
    connection = context.unit.connection
    its_queue = queue_of(connection, item)
    if its_queue is None and has_items(connection):
        hint = Text("没有这个事项，请返回重新选择。", "There is no such item; go back and choose again.")
        return bad_request(f"there is no item {item!r} in force", hint)
    if its_queue is not None and its_queue != queue:
        hint = Text("这个事项不在所选业务办理，请返回重新选择。", "The item is for another queue; go back and choose again.")
        return bad_request(f"item {item} belongs to queue {its_queue}, not to {queue}", hint)
    return None
