"""Turns pinyin into Chinese characters with Debian's libgooglepinyin, in a process of its own.

The library ends its process by an assertion on some long runs of letters (zzzsscczsczsczsc), and that must not be the kiosk.

Reads a line of letters, writes a line of JSON: `[["身份证", 12], ["身份", 7], ...]`, each the characters and for how many of
the letters they stand, the likeliest first. Nothing of what was typed is kept: the file for learned words is in no place.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator
from pathlib import Path

LIBRARY = "libgooglepinyin.so.0"
DICTIONARY = "*/googlepinyin/data/dict_pinyin.dat"
NOWHERE = b"/dev/null/none"
MOST = 40
"""So many candidates are told."""
LONGEST = 64
"""Characters of a candidate, its end included."""


class Decoder:
    """The library with its dictionary. Raise OSError if one of them is not installed."""

    def __init__(self, root: Path = Path("/usr/lib")) -> None:
        self._engine = engine = ctypes.CDLL(LIBRARY)
        engine.im_open_decoder.argtypes, engine.im_open_decoder.restype = [ctypes.c_char_p] * 2, ctypes.c_bool
        engine.im_search.argtypes, engine.im_search.restype = [ctypes.c_char_p, ctypes.c_size_t], ctypes.c_size_t
        engine.im_get_candidate.argtypes = [ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
        engine.im_get_candidate.restype = ctypes.c_void_p
        engine.im_get_spl_start_pos.argtypes = [ctypes.POINTER(ctypes.POINTER(ctypes.c_uint16))]
        engine.im_get_spl_start_pos.restype = ctypes.c_size_t
        dictionary = next(root.glob(DICTIONARY), None)
        if dictionary is None or not engine.im_open_decoder(bytes(dictionary), NOWHERE):
            raise OSError(f"{root}/{DICTIONARY} is missing or damaged; install libgooglepinyin0")

    def candidates(self, letters: str) -> Iterator[tuple[str, int]]:
        """The characters that the letters may stand for, the likeliest first, each with the number of its letters."""
        engine = self._engine
        engine.im_reset_search()
        count = min(engine.im_search(letters.encode(), len(letters)), MOST)
        starts = ctypes.POINTER(ctypes.c_uint16)()
        syllables = engine.im_get_spl_start_pos(ctypes.byref(starts))
        buffer = ctypes.create_string_buffer(2 * LONGEST)
        for number in range(count):
            if engine.im_get_candidate(number, buffer, LONGEST):
                text = buffer.raw.decode("utf-16-le", "replace").partition("\0")[0]
                yield text, starts[min(len(text), syllables)]


def main() -> None:
    """Answer until standard input ends."""
    try:
        decoder = Decoder()
    except OSError as error:
        sys.exit(str(error))
    for line in sys.stdin:
        print(json.dumps(list(decoder.candidates(line.strip()))), flush=True)


if __name__ == "__main__":
    main()
