"""Every number of a written page is recomputed from the full-precision files beside it, wherever on the page it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from couples_study.cli import main
from couples_study.core.columns import glossary
from tests.report.walk import walked

SEEN = 0.9  # of numbers with a wrong last digit: the rest happen to be another value of their section
LABELS = [column.label for column in glossary().values()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of a small simulated study: mixed models, lags, regressions with readings, and claims without data."""
    room = tmp_path_factory.mktemp("walk")
    design = ["--couples", "30", "--days", "8", "--seed", "3", "--out", str(room / "study")]
    assert main(["simulate", "null", *design]) == 0
    assert main(["report", str(room / "study"), "--claims", "C12,C31,C60,C07", "--out", str(room / "out")]) == 0
    return room / "out"


@pytest.fixture(scope="module")
def numbers(folder):
    return walked(folder, LABELS)


def changed(token: str) -> str:
    """The number with its last digit one higher."""
    at = max(k for k, char in enumerate(token) if char.isdigit())
    return f"{token[:at]}{(int(token[at]) + 1) % 10}{token[at + 1 :]}"


def test_every_number_of_the_page_is_of_the_evidence(numbers):
    assert len(numbers) > 700
    assert {"head", "answers", "H1", "H2", "H3", "C12", "C31_children", "data", "methods"} <= {
        n.section for n in numbers
    }
    assert [(n.section, n.token, n.text[:80]) for n in numbers if not n.explained()] == []


def test_a_wrong_digit_would_be_seen(numbers):
    seen = [not number.explained(changed(number.token)) for number in numbers]
    assert sum(seen) > SEEN * len(seen)


def test_a_page_with_a_wrong_sentence_is_found_out(folder, tmp_path):
    """The whole way, through the page itself: an estimate in the first sentence of H1 is changed."""
    for name in ("verdicts.json", "ledger.json", "results", "figures"):
        (tmp_path / name).symlink_to(folder / name)
    page = (folder / "index.html").read_text("utf-8")
    head, sentence = page.split('<p class="sentence">', 1)
    number = next(n for n in walked(folder, LABELS) if n.section == "H1" and n.text.startswith(sentence[:40]))
    assert number.token in sentence
    page = f'{head}<p class="sentence">{sentence.replace(number.token, changed(number.token), 1)}'
    (tmp_path / "index.html").write_text(page, "utf-8")
    assert [n.section for n in walked(tmp_path, LABELS) if not n.explained()].count("H1") >= 1


@pytest.mark.skipif("WALK" not in os.environ, reason="WALK names no folder with a written report (.ci/run does)")
def test_every_number_of_the_named_report_is_of_the_evidence():
    found = walked(Path(os.environ["WALK"]), LABELS)
    assert len(found) > 5000
    assert [(n.section, n.token, n.text[:80]) for n in found if not n.explained()] == []
