"""Drawings that organisers bring: what is kept of them is written anew, of the few parts that a picture needs.

So nothing in a file can run, lead elsewhere or grow, whoever opens it and wherever.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from eventsync.schedule import rasters
from eventsync.schedule.rasters import PNG, Raster, Refused

MOST = 50_000  # bytes: every phone of a family keeps it
LONGEST = 10 * MOST  # of a file that is looked into: what does not draw is left out
LARGEST, SMALLEST = 1_024, 40  # pixels
DEEPEST, MOST_PARTS = 20, 2_000
SVG = "svg"
TYPES = {SVG: "image/svg+xml", PNG: "image/png"}

_SVG = "http://www.w3.org/2000/svg"
_PARTS = {
    *("svg", "g", "defs", "path", "circle", "ellipse", "line", "polygon", "polyline", "rect"),
    *("linearGradient", "radialGradient", "stop", "clipPath"),
}
_LOOKS = {
    *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "color"),
    *("stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "stroke-opacity", "opacity", "clip-path"),
    *("clip-rule", "stop-color", "stop-opacity", "display", "visibility"),
}
_SHAPES = {
    *("id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height"),
    *("points", "transform", "offset", "gradientUnits", "gradientTransform", "spreadMethod", "clipPathUnits"),
}
_ELSEWHERE = re.compile(r"url\((?!\s*['\"]?#)|[<>&@\\]|javascript:", re.IGNORECASE)


class Drawing(NamedTuple):
    kind: str
    content: bytes


def cleaned(content: bytes) -> Drawing:
    """What is kept of a file. Refused if it is no drawing, or one that no page has room for."""
    if len(content) > LONGEST:
        raise Refused(f"It is too large. A drawing has at most {MOST // 1000} kB.")
    dots = rasters.read(content)
    made = _sized(dots) if dots and dots.kind == PNG else Drawing(SVG, _Svg().read(content))
    if len(made.content) > MOST:
        raise Refused(f"It has {len(made.content) // 1000} kB. A drawing has at most {MOST // 1000} kB.")
    return made


class _Svg:
    """Writes a drawing while it is read."""

    def __init__(self) -> None:
        self._written = list[str]()
        self._skipped = self._depth = self._parts = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self, content: bytes) -> bytes:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Refused("It is neither an SVG nor a PNG.") from error
        return "".join(self._written).encode()

    def _refuse(self, *_: object) -> None:
        raise Refused("It declares a document type. Save it as plain SVG.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, part = name.rpartition(" ")
        if self._depth == 0 and (space, part) != (_SVG, "svg"):
            raise Refused("It is neither an SVG nor a PNG.")
        self._depth += 1
        self._parts += 1
        if self._depth > DEEPEST or self._parts > MOST_PARTS:
            raise Refused("It has too many parts for a symbol.")
        if self._skipped or space != _SVG or part not in _PARTS or (part == "svg" and self._depth > 1):
            self._skipped += 1
            return
        own = _frame(attributes) if part == "svg" else dict(_safe(attributes))
        self._written.append(f"<{part}{''.join(f' {key}={quoteattr(value)}' for key, value in own.items())}>")

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        else:
            self._written.append(f"</{name.rpartition(' ')[2]}>")


def _frame(attributes: Mapping[str, str]) -> dict[str, str]:
    """Of the whole drawing, which has a size of its own, or nobody knows how to fit it in."""
    box = attributes.get("viewBox") or f"0 0 {_number(attributes, 'width')} {_number(attributes, 'height')}"
    if not re.fullmatch(r"\s*(-?[\d.]+[\s,]+){3}-?[\d.]+\s*", box):
        raise Refused("It does not say how large it is. Save it with a viewBox.")
    return {"xmlns": _SVG, "viewBox": box.strip(), **dict(_safe(attributes, only=_LOOKS))}


def _number(attributes: Mapping[str, str], name: str) -> str:
    found = re.match(r"\s*([\d.]+)(px)?\s*$", attributes.get(name, ""))
    return found[1] if found else "?"


def _safe(attributes: Mapping[str, str], only: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """What draws; also what stands in a `style`, as many programs write it."""
    style = (each.partition(":") for each in attributes.get("style", "").split(";"))
    said = {**attributes, **{name.strip(): value.strip() for name, _, value in style}}
    for name, value in said.items():
        if name in (only or _LOOKS | _SHAPES) and not _ELSEWHERE.search(value):
            yield name, value


def _sized(dots: Raster) -> Drawing:
    if not all(SMALLEST <= side <= LARGEST for side in (dots.width, dots.height)):
        raise Refused(f"It has {dots.width} × {dots.height} pixels. A symbol has {SMALLEST} to {LARGEST} each way.")
    return Drawing(PNG, dots.content)
