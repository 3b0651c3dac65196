"""What reads codes where the phone has nothing of its own for it, as it travels."""

import urllib.request
from pathlib import Path

from tests.e2e.stage import ROOT, Server


def test_the_decoder_travels_compressed(server: Server) -> None:
    [decoder] = (ROOT / "static" / "dist" / "assets").glob("zxing_reader-*.wasm")
    address = f"{server.url}/static/dist/assets/{decoder.name}"
    for encoding, suffix in (("br", ".br"), ("gzip", ".gz"), ("identity", "")):
        asked = urllib.request.Request(address, headers={"Accept-Encoding": encoding})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            assert answer.read() == Path(f"{decoder}{suffix}").read_bytes()
            assert answer.headers["Content-Type"] == "application/wasm"
