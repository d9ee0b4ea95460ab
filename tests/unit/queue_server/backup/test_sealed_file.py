"""A sealed file opens with its passphrase only, and not at all when a piece of it is missing, doubled or changed."""

from __future__ import annotations

import io

import pytest

from queue_server.backup.sealed_file import HEADER, PIECE, TAG, NotOpened, PassphraseKey, SealedReader, SealedWriter, key_for

QUICK = 4
"""log2 of scrypt's N: the real one takes half a second."""
KEY = PassphraseKey.of("中文 und ein paar Wörter", log_n=QUICK)


def sealed(content: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY)
    for at in range(0, len(content), 70_001):
        writer.write(content[at : at + 70_001])
    writer.finish()
    return file.getvalue()


def opened(file: bytes, key: PassphraseKey = KEY) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(file), key)).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])
def test_every_length_comes_back_as_it_was_sealed(size: int):
    content = bytes(i * 31 % 251 for i in range(size))
    file = sealed(content)
    assert opened(file) == content
    assert content[:64] not in file or size < 16


def test_the_passphrase_alone_opens_a_file():
    file = sealed(b"the ledger")
    assert opened(file, key_for(io.BytesIO(file), "中文 und ein paar Wörter")) == b"the ledger"
    with pytest.raises(NotOpened, match="passphrase is wrong"):
        opened(file, key_for(io.BytesIO(file), "another"))
    with pytest.raises(NotOpened, match="another passphrase"):
        opened(file, PassphraseKey.of("中文 und ein paar Wörter", log_n=QUICK))


def test_no_file_and_no_piece_is_sealed_like_another():
    one, other = sealed(bytes(2 * PIECE)), sealed(bytes(2 * PIECE))
    assert one != other
    assert one[HEADER : HEADER + PIECE] != one[HEADER + PIECE + TAG : HEADER + 2 * PIECE + TAG]


def test_what_is_cut_doubled_moved_or_changed_does_not_open():
    whole = sealed(bytes(3 * PIECE + 9))
    pieces = [whole[HEADER + i * (PIECE + TAG) : HEADER + (i + 1) * (PIECE + TAG)] for i in range(4)]
    head = whole[:HEADER]
    spoilt = [
        head,
        head + b"".join(pieces[:3]),
        whole[:-1],
        whole + b"\0",
        head + pieces[0] + pieces[0] + b"".join(pieces[2:]),
        head + pieces[1] + pieces[0] + b"".join(pieces[2:]),
        *(
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            for at in (HEADER - 1, HEADER, len(whole) // 2, len(whole) - 1)
        ),
    ]
    for file in spoilt:
        with pytest.raises(NotOpened):
            opened(file)


@pytest.mark.parametrize("content", [b"", b"JIAOHAO", b"x" * 1000, b"JIAOHAO-BACKUP\x00\x01" + b"\xff" * 1000])
def test_another_file_is_told_as_such(content: bytes):
    with pytest.raises(NotOpened, match="no backup"):
        key_for(io.BytesIO(content), "whatever it is")
