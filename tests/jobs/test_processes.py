"""Which process is meant by a name, and whether it is still there."""

import os
import subprocess

from eventsync.jobs import processes


def test_process_is_gone_when_it_has_ended_and_not_before() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        name = processes.name_of(process.pid)
        assert (processes.is_gone(name), name in processes.below(os.getpid())) == (False, True)
        assert processes.number_of(name) == process.pid
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and not buried: a zombie
        assert processes.is_gone(name)
    assert (processes.is_gone(name), name in processes.below(os.getpid())) == (True, False)
    assert processes.number_of(name) is None


def test_another_process_with_the_number_of_a_dead_one_is_not_it() -> None:
    """As in containers, where each start gives out the same numbers."""
    name = processes.name_of(os.getpid())
    assert not processes.is_gone(name)
    assert processes.is_gone(f"{name}1")


def test_of_processes_elsewhere_nothing_is_known() -> None:
    name = processes.name_of(os.getpid())
    host, _, identity = name.partition("@")
    for elsewhere in (f"{host}@another-{identity}1", "host:1", "elsewhere:99999"):
        assert (processes.is_gone(elsewhere), processes.number_of(elsewhere)) == (False, None)
