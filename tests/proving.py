"""Whether `make prove` is running, which tries more of everything than the bounded run."""

import os

PROVING = "PROVE_ROUNDS" in os.environ
