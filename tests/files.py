"""Small files of every sort that people attach, and some that they shouldn't."""

from io import BytesIO
from zipfile import ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def png(name: str = "screen.png", tail: bytes = b"") -> SimpleUploadedFile:
    """A real picture of one pixel; `tail` follows its end."""
    return SimpleUploadedFile(name, PNG + tail, "image/png")


def text(name: str = "log.txt", content: bytes = b"one line\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


def named(name: str, content: bytes, claimed: str = "application/octet-stream") -> SimpleUploadedFile:
    """Any bytes under any name, claiming any type."""
    return SimpleUploadedFile(name, content, claimed)


def zipped(name: str = "logs.zip") -> SimpleUploadedFile:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("log.txt", "one line")
    return SimpleUploadedFile(name, packed.getvalue(), "application/zip")
