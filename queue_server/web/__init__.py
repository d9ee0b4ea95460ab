"""The web pages: clerk console, supervisor, virtual wall, phone page and the rest. They ask and look through `HallAccess`."""


class BadWeb(RuntimeError):
    """The web pages cannot be served; the text says why and what to do."""
