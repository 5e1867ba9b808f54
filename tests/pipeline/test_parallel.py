"""Readings in several processes: few are not spread, failures come through."""

from __future__ import annotations

import pytest
from tests.small_studies import TOML, write_study

from couples_study import load_study
from couples_study.core.errors import AnalysisError
from couples_study.pipeline import parallel

HYPOTHESES = "".join(
    f"""
[[hypothesis]]
id = "H{number}"
statement = "More stress, fewer touches."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
smallest_effect = {{ value = 0.5, unit = "points per touch", why = "why not" }}
"""
    for number in (1, 2)
)


class Pool:
    """A pool in this process, which remembers how many workers were asked for."""

    asked: list[int] = []  # noqa: RUF012 (one list for the whole test is meant)
    breaks = False

    def __init__(self, workers, *_, initializer, initargs):
        self.asked.append(workers)
        self.begin = (initializer, initargs)

    def map(self, function, *values, **_):
        if self.breaks:
            raise parallel.BrokenProcessPool
        begin, words = self.begin
        begin(*words)
        return map(function, *values)

    def shutdown(self, **_):
        pass


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(parallel.signal, "signal", lambda *_: None)
    monkeypatch.setattr(Pool, "asked", [])
    return load_study(write_study(tmp_path / "study", TOML + HYPOTHESES))


@pytest.mark.parametrize(("jobs", "workers"), [(1, []), (2, [2]), (64, [2])])
def test_no_more_processes_than_readings(study, jobs, workers):
    heard = []
    found = parallel.estimated(study.checked, study.frames, jobs, heard.append)
    assert Pool.asked == workers
    assert list(found) == heard == ["H1", "H2"]
    assert {one.reason for one in found.values()} == {"too_few_couples"}


def test_a_process_that_dies_is_a_message(study, monkeypatch):
    monkeypatch.setattr(Pool, "breaks", True)
    with pytest.raises(AnalysisError, match="fewer jobs"):
        parallel.estimated(study.checked, study.frames, 2, lambda _: None)
