"""Time that goes by, as in the tests of jobs."""

from tests.jobs.conftest import later

__all__ = ["later"]
