"""docs/intake.md: its study.toml sections are valid, and the bounds it names are those of the code."""

from __future__ import annotations

import re
import tomllib

from tests.shared_data import REPOSITORY

from couples_study.contracts.checks import CARELESS, Checks
from couples_study.intake.watch import agreement, devices, drift, halves, late, mahalanobis, silence, spread
from couples_study.privacy import SMALLEST_CELL

TEXT = (REPOSITORY / "docs" / "intake.md").read_text("utf-8")
FLAT = " ".join(TEXT.split())


def test_its_sections_are_valid():
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)]
    assert len(blocks) == 2
    for block in blocks:
        Checks.model_validate(block["checks"])


def test_the_bounds_it_names_are_those_of_the_code():
    for words in (
        f"({Checks().silent_days} unless `[checks]` says otherwise)",
        f"the last {silence.RECENT_EVENINGS} evenings due less than {silence.STILL_WELL:.0%}",
        f"at least {100 * silence.DECLINE:.0f} points less",
        f"at least {silence.FEWEST_BEFORE} evenings lie before",
        f"Fewer than {SMALLEST_CELL} couples",
        f"at least {agreement.FEWEST_REPORTS_OF_A_COUPLE} compared reports",
        f"at least {agreement.FEWEST_COUPLES_TO_STAND_OUT_FROM} couples",
        f"at least {halves.FEWEST_HALVES} pairs of halves",
        f"fewer than {mahalanobis.ROWS_PER_ITEM} complete questionnaires per item",
        f"within {late.SITTING_MINUTES} minutes",
        f"within {devices.ONE_HAND_SECONDS} seconds",
        f"at least {spread.FEWEST_ANSWERS} answers on a bounded scale",
        f"at least {100 * drift.MORE_MISSING:.0f} points more missing",
    ):
        assert words in FLAT, words


def test_it_names_every_sign_and_every_default_pair():
    for name in (*CARELESS, *(name for pair in agreement.DEFAULT_PAIRS for name in (pair.mine, pair.partners))):
        assert f"`{name}`" in TEXT
