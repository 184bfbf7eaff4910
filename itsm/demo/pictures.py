"""Small files that people attach: a screenshot with an error box, and a log."""

import struct
import zlib
from datetime import datetime, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

WIDTH, HEIGHT = 480, 300
DESK, BAR, PAPER, TEXT, BAD = (58, 92, 130), (36, 44, 56), (247, 248, 250), (150, 158, 168), (190, 40, 50)


def screenshot(chance: Random) -> SimpleUploadedFile:
    """A PNG of a window with lines of text and a red error box in it."""
    rows = [bytearray(bytes(DESK) * WIDTH) for _ in range(HEIGHT)]
    left, top = chance.randint(20, 60), chance.randint(15, 40)
    _box(rows, left, top, 380, 230, PAPER)
    _box(rows, left, top, 380, 20, BAR)
    for line in range(10):
        _box(rows, left + 16, top + 34 + line * 18, chance.randint(120, 330), 7, TEXT)
    _box(rows, left + 90, top + 80, 210, 74, BAD)
    _box(rows, left + 92, top + 96, 206, 56, PAPER)
    _box(rows, left + 106, top + 112, chance.randint(100, 170), 7, BAR)
    _box(rows, left + 106, top + 128, chance.randint(60, 140), 7, TEXT)
    return SimpleUploadedFile("screenshot.png", _png(rows), "image/png")


def _box(rows: list[bytearray], x: int, y: int, width: int, height: int, colour: tuple[int, int, int]) -> None:
    for row in rows[y : y + height]:
        row[x * 3 : (x + width) * 3] = bytes(colour) * width


def _png(rows: list[bytearray]) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = b"".join(b"\0" + row for row in rows)
    head = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(pixels, 6)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def log_file(chance: Random, until: datetime, title: str) -> SimpleUploadedFile:
    """A text log whose last lines say what the title says."""
    moment, lines = until - timedelta(minutes=12), []
    for _ in range(14):
        moment += timedelta(seconds=chance.randint(20, 55))
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S} INFO  check ok, {chance.randint(8, 90)} ms")
    for attempt in range(1, 4):
        moment += timedelta(seconds=20)
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S} WARN  check failed, attempt {attempt} of 3")
    lines.append(f"{moment:%Y-%m-%d %H:%M:%S} ERROR {title}")
    return SimpleUploadedFile("monitoring.log", "\n".join(lines).encode() + b"\n", "text/plain")
