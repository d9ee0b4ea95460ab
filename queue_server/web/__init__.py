"""The web pages: clerk console, supervisor, virtual wall and the citizen's phone page. They ask and look through `Desk`."""
