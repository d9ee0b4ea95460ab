"""The web pages: clerk console, supervisor, virtual wall and the citizen's phone page. They ask and look through `Desk`."""


class BadWeb(RuntimeError):
    """The web pages cannot be served; the text says why and what to do."""
