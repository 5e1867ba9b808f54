"""Every number of a written page is recomputed from the full-precision files beside it, wherever on the page it stands."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from couples_study.claims import claims
from couples_study.cli import main
from couples_study.core.columns import glossary
from tests.report.walk import walked

SEEN = 0.9  # of numbers with a wrong last digit: the rest happen to be another value of their section
LABELS = [column.label for column in glossary().values()]
for claim in claims().values():  # what stands in a claim's file was there before the data
    LABELS += [value for value in claim.model_dump().values() if isinstance(value, str)]
    LABELS += [f"the first {reading.stated:g}" for reading in claim.reading if reading.stated is not None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of a small simulated study: mixed models, lags, regressions with readings, and claims without data."""
    room = tmp_path_factory.mktemp("walk")
    design = ["--couples", "30", "--days", "8", "--seed", "3", "--out", str(room / "study")]
    assert main(["simulate", "null", *design]) == 0
    assert main(["report", str(room / "study"), "--claims", "C12,C31,C60,C07", "--out", str(room / "out")]) == 0
    return room / "out"


@pytest.fixture(scope="module")
def groups(folder):
    return walked(folder, LABELS)


def changed(token: str) -> str:
    """The number with its last digit one higher."""
    at = max(k for k, char in enumerate(token) if char.isdigit())
    return f"{token[:at]}{(int(token[at]) + 1) % 10}{token[at + 1 :]}"


def unexplained(groups):
    return [(group.section, group.tokens, group.text[:80]) for group in groups if not group.explained()]


def test_every_number_of_the_page_is_of_the_evidence(groups):
    assert sum(len(group.tokens) for group in groups) > 700
    parts = {"head", "answers", "H1", "H2", "H3", "C12", "C31_children", "data", "methods"}
    assert parts <= {group.section for group in groups}
    assert unexplained(groups) == []


def test_a_wrong_digit_would_be_seen(groups):
    seen = [not group.explained(at, changed(token)) for group in groups for at, token in enumerate(group.tokens)]
    assert sum(seen) > SEEN * len(seen)


def test_a_page_with_a_wrong_sentence_is_found_out(folder, tmp_path):
    """The whole way, through the page itself: an estimate in the first sentence of H1 is changed."""
    for name in ("verdicts.json", "ledger.json", "results", "figures"):
        (tmp_path / name).symlink_to(folder / name)
    head, sentence = (folder / "index.html").read_text("utf-8").split('<p class="sentence">', 1)
    estimate = re.search(r"= ([-−]?[0-9.]+)", sentence)[1]
    page = f'{head}<p class="sentence">{sentence.replace(estimate, changed(estimate), 1)}'
    (tmp_path / "index.html").write_text(page, "utf-8")
    assert "H1" in {section for section, *_ in unexplained(walked(tmp_path, LABELS))}


@pytest.mark.skipif("WALK" not in os.environ, reason="WALK names no folder with a written report (.ci/run does)")
def test_every_number_of_the_named_report_is_of_the_evidence():
    found = walked(Path(os.environ["WALK"]), LABELS)
    assert sum(len(group.tokens) for group in found) > 20_000
    assert unexplained(found) == []
