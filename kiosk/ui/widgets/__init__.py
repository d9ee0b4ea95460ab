"""What the screens are drawn with. Every widget gets the context of the page and its box; none has the look of a toolkit."""

from kiosk.ui.widgets.button import Bar, Chip, IconButton, Tap, TextButton, Tile, even_tiles
from kiosk.ui.widgets.keyboard import Keyboard
from kiosk.ui.widgets.marked import Marked
from kiosk.ui.widgets.picture import Icon, PaperPicture, Picture, QrCode
from kiosk.ui.widgets.ring import CountdownRing
from kiosk.ui.widgets.surface import Card, Fill, Rule
from kiosk.ui.widgets.text import Words

__all__ = [
    "Bar",
    "Card",
    "Chip",
    "CountdownRing",
    "Fill",
    "Icon",
    "IconButton",
    "Keyboard",
    "Marked",
    "PaperPicture",
    "Picture",
    "QrCode",
    "Rule",
    "Tap",
    "TextButton",
    "Tile",
    "Words",
    "even_tiles",
]
