"""The camera at the door, 50,000 people, 4× CPU throttle: how long from a code in view to its result on the screen."""

import base64
import io
import time
from pathlib import Path

from PIL import Image

from checkin.demo.people import generate_people
from tests.bench.browser import PEOPLE, THROTTLE, Bench, load, play, row
from tests.e2e.film import code_128, qr

SQUARES, BARS = 40, 20
TARGET = "p95 ≤ 1000"


def run() -> None:
    play(CameraBench)


class CameraBench(Bench):
    """One phone whose camera is a canvas: so it is known to the millisecond when a code comes into view."""

    def run(self) -> None:
        print(f"\nCamera with {PEOPLE:,} people, load average {load()}")
        self.prepare()
        self.page.evaluate((Path(__file__).parent / "camera.js").read_text())
        self.throttle()
        print(f"CPU throttle {THROTTLE}×, measured {self.slowdown():.1f}×")
        print(f"\n{'':44} {'n':>4} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7}   target")
        self.page.get_by_role("button", name="Scan with the camera").click()
        self.wait("() => bench.opened() !== null")
        row("tap → picture, decoder loaded", [float(self.page.evaluate("() => bench.opened()"))])
        codes = [person.code for person in generate_people(SQUARES + BARS)]
        self.show("QR code in view → result painted", [qr(code, scale=9) for code in codes[:SQUARES]])
        self.show("Code 128 in view → result painted", [code_128(code, scale=2) for code in codes[SQUARES:]])
        row("decoding one picture", self.page.evaluate("() => bench.decodings()"))
        print(f"load average {load()}")

    def show(self, what: str, pictures: list[Image.Image]) -> None:
        spans = []
        for picture in pictures:
            self.page.evaluate("address => bench.show(address)", as_address(picture))
            self.wait("() => bench.shown() !== null")
            spans.append(float(self.page.evaluate("() => bench.shown()")))
            self.page.evaluate("() => bench.clear()")
            time.sleep(self.random.uniform(0.3, 0.9))
        row(what, spans, TARGET)


def as_address(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
