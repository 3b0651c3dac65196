"""What is kept of a drawing that somebody brings: what draws, and nothing else."""

import struct
import zlib

import pytest

from eventsync.schedule.drawings import MOST, cleaned
from eventsync.schedule.rasters import Refused

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'


def svg(inside: str, attributes: str = 'viewBox="0 0 24 24"') -> bytes:
    return f"<svg {XMLNS} {attributes}>{inside}</svg>".encode()


def kept(content: bytes) -> str:
    made = cleaned(content)
    assert made.kind == "svg"
    return made.content.decode()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 64, height: int = 64, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"\0" * (width + 1) * height)
    return b"".join([b"\x89PNG\r\n\x1a\n", head, *more, chunk(b"IDAT", rows), chunk(b"IEND", b"")])


def test_drawing_is_kept_as_it_looks():
    drawn = '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs>'
    drawn += '<g fill="url(#a)"><path d="M4 4 20 20"></path></g>'
    assert kept(svg(drawn)) == svg(drawn).decode()


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>',
        '<a href="https://elsewhere.example"><path d="M0 0"/></a>',
        '<image href="https://elsewhere.example/x.png"/>',
        '<use href="https://elsewhere.example/x.svg#a"/>',
        '<use href="#a"/>',
        "<style>@import url(https://elsewhere.example)</style>",
        '<animate attributeName="x" to="9"/>',
        '<set attributeName="onclick" to="alert(1)"/>',
        "<text>Read me</text>",
        "<metadata>Maria, 12 High Street</metadata>",
        "<svg><script>alert(1)</script></svg>",
        '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
        '<script xmlns="">alert(1)</script>',
        "<!-- Maria --><?xml-stylesheet href='https://elsewhere.example'?>",
    ],
)
def test_what_does_not_draw_goes(harm):
    assert kept(svg(f'{harm}<path d="M4 4"/>')) == svg('<path d="M4 4"></path>').decode()


@pytest.mark.parametrize(
    "harm",
    [
        'onload="alert(1)"',
        'onclick="alert(1)"',
        'fill="url(https://elsewhere.example#a)"',
        "fill=\"URL( 'https://elsewhere.example#a')\"",
        'style="fill: url(https://elsewhere.example)"',
        'style="background: url(https://elsewhere.example)"',
        'href="#a"',
        'class="a"',
        'stroke="javascript:alert(1)"',
        'fill="red&quot;&gt;&lt;script&gt;"',
    ],
)
def test_parts_say_nothing_but_how_they_look(harm):
    assert kept(svg(f'<path d="M4 4" {harm}/>')) == svg('<path d="M4 4"></path>').decode()


def test_styles_that_programs_write_are_kept():
    told = kept(svg('<path style="fill:#ff0000; stroke: none;-inkscape-font:Sans" d="M4 4"/>'))
    assert told == svg('<path d="M4 4" fill="#ff0000" stroke="none"></path>').decode()


def test_size_of_the_paper_is_that_of_the_drawing_where_it_says_no_other():
    assert 'viewBox="0 0 48 48"' in kept(svg("", 'width="48px" height="48"'))
    with pytest.raises(Refused, match="viewBox"):
        cleaned(svg("", 'width="100%" height="48"'))


BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("&a;")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "document type"),
        (b"<!DOCTYPE svg>" + svg(""), "document type"),
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "neither"),
        (b"<svg/>", "neither"),
        (svg("<g>")[:-9], "neither"),
        (svg("<g>" * 30 + "</g>" * 30), "too many parts"),
        (svg("<g/>" * 3_000), "too many parts"),
        (svg(f'<path d="{"M4 4" * 20_000}"/>'), "at most 50 kB"),
        (b"x" * 11 * MOST, "too large"),
        (png(2_000, 64), "pixels"),
        (png(8, 8), "pixels"),
        (png()[:-20], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "damaged"),
    ],
)
def test_what_is_no_drawing_or_too_much_is_refused(content, why):
    with pytest.raises(Refused, match=why):
        cleaned(content)


def test_photograph_is_kept_without_what_it_says_of_who_made_it():
    made = cleaned(png(64, 64, chunk(b"tEXt", b"Author\0Maria"), chunk(b"eXIf", b"60 N 25 E")) + b"<script>")
    assert (made.kind, made.content) == ("png", png())
