"""What every reader of frames keeps: the bytes of a frame that is not complete yet, and how much made no sense."""

from __future__ import annotations


class FrameReader:
    """A reader of frames in a stream of bytes. A subclass takes bytes in `feed` and returns the frames that are complete."""

    def __init__(self) -> None:
        self.malformed = 0
        """Frames, or pieces of them, that made no sense."""
        self.held = bytearray()
        """The bytes of a frame that is not complete yet."""

    @property
    def pending(self) -> bool:
        """Whether part of a frame has come."""
        return bool(self.held)

    def give_up(self) -> None:
        """The rest of the frame did not come in time."""
        self.malformed += bool(self.held)
        self.held.clear()
