"""A withdrawal killed at any moment and run again ends in the same place. COUPLES_STUDY_KILLS sets how many moments."""

from __future__ import annotations

import os
import shutil
import signal
import time
from random import Random

import pytest
from tests.privacy.support_withdraw import apart, study, tree

KILLS = int(os.environ.get("COUPLES_STUDY_KILLS", "3"))
SEED = 20260302  # of moments, not of secrets
RUN = """
from couples_study.pipeline import run_intake
run_intake("study", None)
"""
KEYED = """
from couples_study.pipeline.locate import locate
from couples_study.pipeline.secret import secret_of
secret_of(locate("study"))
"""
WITHDRAW = """
import sys
from couples_study.cli import main
sys.exit(main(["withdraw", "study", "--person", "K102y"]))
"""
COUNTED = """
import os, shutil, signal, sys
from pathlib import Path
import couples_study.pipeline.withdraw  # what is loaded has no part in it
stop, done = int(sys.argv[1]), 0
def counted(owner, name):
    real = getattr(owner, name)
    def call(*args, **kwargs):
        global done
        done += 1
        if done == stop:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(owner, name, call)
for name in ("replace", "unlink", "write_text", "write_bytes", "mkdir", "rmdir"):
    counted(Path, name)
for name in ("fsync", "rmdir"):
    counted(os, name)
counted(shutil, "copymode")
from couples_study.cli import main
code = main(["withdraw", "study", "--person", "K102y"])
Path(sys.argv[2]).write_text(str(done)) if len(sys.argv) > 2 else None
sys.exit(code)
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A study that was read, how it looks when the person had never been in it, and the number of its disk calls."""
    top = tmp_path_factory.mktemp("killed")
    for name, without in (("never", (("K102y",), ("K102",))), ("had", ())):
        study(top / name / "study", *without)
        assert apart(RUN, top / name).wait() == 0
    assert apart(KEYED, top / "had").wait() == 0  # or only the first, counted run would make it
    shutil.copytree(top / "had", top / "whole")
    begun = time.monotonic()
    assert apart(COUNTED, top / "whole", "0", str(top / "calls")).wait() == 0
    took = time.monotonic() - begun
    assert tree(top / "whole") == tree(top / "never")
    return top, int((top / "calls").read_text()), took


def moment(seed, first, last):
    return Random(seed).uniform(first, last)  # noqa: S311 (a moment is no secret)


def ends_well(top, had):
    assert apart(WITHDRAW, had).wait() == 0
    assert tree(had) == tree(top / "never")
    log = (had / "study" / "withdrawals.csv").read_text("utf-8")
    assert len(log.splitlines()) == 2
    assert log == (top / "whole" / "study" / "withdrawals.csv").read_text("utf-8")
    assert not [path for path in had.rglob("*") if path.name.startswith(".withdrawal")]
    shutil.rmtree(had)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("number", range(KILLS))
def test_killed_before_any_of_its_disk_calls(places, number):
    top, calls, _ = places
    had = shutil.copytree(top / "had", top / f"call-{number}")
    stop = round(moment(SEED + number, calls * number // KILLS, calls * (number + 1) // KILLS))
    assert apart(COUNTED, had, str(max(stop, 1))).wait() == -signal.SIGKILL
    ends_well(top, had)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("number", range(-(-KILLS // 3)))
def test_killed_at_any_time(places, number):
    top, _, took = places
    had = shutil.copytree(top / "had", top / f"time-{number}")
    process = apart(WITHDRAW, had)
    time.sleep(moment(SEED - number, took / 3, took))
    process.kill()
    assert process.wait() in (0, -signal.SIGKILL)
    ends_well(top, had)
