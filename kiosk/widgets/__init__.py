"""What the screens are drawn with. Every widget gets the stage and its box; none has the look of a toolkit."""

from kiosk.widgets.button import Bar, Chip, IconButton, Tap, TextButton, Tile
from kiosk.widgets.keyboard import Keyboard
from kiosk.widgets.marked import Marked
from kiosk.widgets.picture import Icon, PaperPicture, Picture, QrCode
from kiosk.widgets.ring import CountdownRing
from kiosk.widgets.surface import Card, Fill, Line
from kiosk.widgets.words import Words

__all__ = [
    "Bar", "Card", "Chip", "CountdownRing", "Fill", "Icon", "IconButton", "Keyboard", "Line",
    "Marked", "PaperPicture", "Picture", "QrCode", "Tap", "TextButton",
    "Tile", "Words",
]  # fmt: skip
