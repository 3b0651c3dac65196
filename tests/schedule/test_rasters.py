"""What is kept of a map that somebody brings: the picture, and nothing that tells who made it, and where."""

import io
import struct

import pytest
from PIL import Image, features

from eventsync.schedule.maps import MOST, cleaned
from eventsync.schedule.rasters import Refused
from tests.schedule.test_drawings import chunk, png, svg

SECRET = b"60 N 25 E, Maria"


def drawn(kind: str, size: tuple[int, int] = (300, 200), **how: object) -> bytes:
    """A picture with a red half, as a program writes it, which says where it was made."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()


def exif(orientation: int = 1) -> bytes:
    said = Image.Exif()
    said[0x0112], said[0x010E] = orientation, SECRET.decode()
    return said.tobytes()


@pytest.mark.parametrize(
    ("kind", "ending", "how"),
    [
        ("PNG", "png", {"exif": exif()}),
        ("JPEG", "jpg", {"exif": exif(), "comment": SECRET}),
        ("JPEG", "jpg", {"exif": exif(), "progressive": True}),
        ("WEBP", "webp", {"exif": exif()}),
        ("WEBP", "webp", {"exif": exif(), "lossless": True}),
        ("WEBP", "webp", {"xmp": SECRET}),
    ],
)
def test_map_looks_the_same_and_says_nothing_of_who_made_it(kind, ending, how):
    content = drawn(kind, **how)
    assert SECRET in content
    made = cleaned(content + SECRET)
    assert (made.kind, made.width, made.height) == (ending, 300, 200)
    assert SECRET not in made.content
    shown, before = Image.open(io.BytesIO(made.content)), Image.open(io.BytesIO(content))
    assert (shown.tobytes(), len(shown.getexif())) == (before.tobytes(), 0)
    assert cleaned(made.content) == made


def test_see_through_map_of_two_layers_stays_so():
    picture = Image.new("RGBA", (300, 200), (255, 0, 0, 90))
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=50, exif=exif())
    shown = Image.open(io.BytesIO(cleaned(written.getvalue()).content))
    assert (features.check("webp"), shown.mode, shown.tobytes()) == (
        True,
        "RGBA",
        Image.open(io.BytesIO(written.getvalue())).tobytes(),
    )


def moving() -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    return written.getvalue()


def too_long() -> bytes:
    """It says that a part is longer than the file is."""
    return drawn("JPEG")[:2] + b"\xff\xdb\xff\xff" + drawn("JPEG")[2:]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (svg('<path d="M0 0"/>'), "neither a PNG"),
        (b"GIF89a", "neither a PNG"),
        (b"", "neither a PNG"),
        (b"<html><script>alert(1)</script>", "neither a PNG"),
        (png(2_001, 200), "2001 × 200 dots"),
        (png(99, 200), "99 × 200 dots"),
        (drawn("PNG")[:-20], "damaged"),
        (drawn("JPEG")[:-20], "damaged"),
        (drawn("JPEG")[:30], "damaged"),
        (drawn("WEBP")[:-20], "damaged"),
        (drawn("WEBP").replace(b"VP8 ", b"VP8L"), "damaged"),
        (too_long(), "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff", "damaged"),
        (b"RIFF\x04\0\0\0WEBP", "0 × 0 dots"),
        (drawn("JPEG", exif=exif(6)), "on its side"),
        (moving(), "It moves"),
        (png(300, 300, chunk(b"PLTE", b"\0" * MOST)), "at most 200 kB"),
        (b"\xff\xd8\xff\xe1" + struct.pack(">H", 20) + b"Exif\0\0II" + b"\xff" * 10, "damaged"),
    ],
)
def test_what_is_no_map_or_too_much_is_refused(content, why):
    with pytest.raises(Refused, match=why):
        cleaned(content)
