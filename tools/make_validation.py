"""Write docs/validation.md, verdicts where the truth is known: ``python tools/make_validation.py [--reps R]``.

With ``--stored`` the first table stays as it is, and only the part that is written from stored results is renewed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from claim_table import text as all_claims
from rebuilding_table import text as rebuilding
from threshold_table import text as six_touches

from couples_study.planning.power import whole_way
from couples_study.planning.tally import wilson

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
COUPLES, DAYS, SEED = 100, 28, 1
CASES = {
    "C12": ("null", "emo_first", "phys_first", "reverse_only", "common_mood"),
    "C13": ("null", "emo_first", "phys_first", "cycle_true"),
    "C60": (
        "null", "touch_linear", "touch_log", "six_plateau3", "six_plateau6", "six_plateau9", "six_step6", "six_accel6",
        "six_inverted_u", "six_plateau6_exact", "six_step6_exact", "touch_log_exact",
    ),
}  # fmt: skip
HEAD = """\
# Validation: verdicts where the truth is known

Simulated studies of {couples} couples over {days} days, each put through exactly the steps that real exports go
through, {reps} studies a row, seed {seed}. Share of studies with each verdict, and the 95% Wilson interval of the share
of `supported`. With so few replicates this is a check that nothing is badly wrong, not a calibration. Written by
`python tools/make_validation.py --reps {reps}`.

| claim | world | supported | 95% interval | contradicted | inconclusive |
|---|---|---|---|---|---|
"""


def rows(reps: int) -> list[str]:
    """One row of the table per claim and world."""
    found = []
    for claim, worlds in CASES.items():
        for world in worlds:
            verdicts = [one.verdict for one in whole_way(claim, world, COUPLES, DAYS, reps, SEED)]
            found.append(_row(claim, world, Counter(verdicts), reps))
            print(found[-1], file=sys.stderr)
    return found


def _row(claim: str, world: str, counts: Counter[str], reps: int) -> str:
    low, high = wilson(counts["supported"], reps)
    others = " | ".join(f"{counts[name] / reps:.2f}" for name in ("contradicted", "inconclusive"))
    return f"| {claim} | {world} | {counts['supported'] / reps:.2f} | {low:.2f} to {high:.2f} | {others} |"


def first_part(reps: int) -> str:
    """Heading and first table, from new simulations."""
    return HEAD.format(couples=COUPLES, days=DAYS, reps=reps, seed=SEED) + "\n".join(rows(reps)) + "\n"


def kept_part() -> str:
    """The same as it stands on the page."""
    return PAGE.read_text("utf-8").split("\n## ", 1)[0].rstrip("\n") + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--reps", type=int, default=40)
    parser.add_argument("--stored", action="store_true", help="keep the first table, renew what stored results say")
    asked = parser.parse_args()
    first = kept_part() if asked.stored else first_part(asked.reps)
    PAGE.write_text(f"{first}\n{rebuilding()}\n{six_touches()}\n{all_claims()}", "utf-8")
    print(f"wrote {PAGE}")
