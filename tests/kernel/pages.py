"""What a database file and its log really hold: every page decrypted, freed ones and old frames included."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_PAGE = 4096
_RESERVED = 80  # SQLCipher 4: 16 bytes of IV, 64 of HMAC at the end of each page
_SALT = 16
_WAL_HEADER = 32
_FRAME_HEADER = 24


def decrypted(path: Path, key: bytes) -> bytes:
    """All pages of a database, or all frames of its write-ahead log, one after another."""
    content = path.read_bytes()
    if path.name.endswith("-wal"):
        starts = range(_WAL_HEADER + _FRAME_HEADER, len(content), _FRAME_HEADER + _PAGE)
        first = {start for start in starts if int.from_bytes(content[start - 24 : start - 20], "big") == 1}
    else:
        starts, first = range(0, len(content), _PAGE), {0}
    return b"".join(_page(content[start : start + _PAGE], key, start in first) for start in starts)


def _page(page: bytes, key: bytes, is_first: bool) -> bytes:
    end = len(page) - _RESERVED
    decryptor = Cipher(AES(key), CBC(page[end : end + 16])).decryptor()
    return decryptor.update(page[_SALT if is_first else 0 : end]) + decryptor.finalize()
