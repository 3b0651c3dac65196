"""`.ci/plainly`: people read what is said to people; the log has the rest."""

import subprocess
import sys
from pathlib import Path

PLAINLY = Path(__file__).parent.parent / ".ci/plainly"
OWED, FAULT = '{"level":"info","event":"job.owed"}', '{"level":"error","event":"request"}'
SAYS = f"""
import sys
print("The summary.", flush=True)
for line in ['{OWED}', "Loading.", '{FAULT}', "It cannot be done."]:
    print(line, file=sys.stderr, flush=True)
sys.exit(3)
"""


def test_only_what_is_for_people_and_what_failed_is_shown_and_the_log_has_its_lines(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    ran = subprocess.run([PLAINLY, log, sys.executable, "-c", SAYS], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (3, "The summary.\n")
    assert ran.stderr.splitlines() == ["Loading.", FAULT, "It cannot be done."]
    assert log.read_text().splitlines() == ["before", OWED, FAULT]
