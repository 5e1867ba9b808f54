"""``couples-study power`` and ``couples-study calibrate``: their words, and what they say at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

POWER_EXAMPLE = "couples-study power C10 --couples 40,60 --days 7 --reps 10 --out /tmp/power"
CALIBRATE_EXAMPLE = "couples-study calibrate --claims C04,C25 --couples 60 --days 7 --reps 5 --out /tmp/calibration"
DONE = 0
SEED = 20260302


def whole(word: str) -> int:
    """A whole number from 1 up."""
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 up is expected")
    return int(word)


def _several(one: Callable[[str], float], expected: str) -> Callable[[str], list[float]]:
    def read(words: str) -> list[float]:
        try:
            return [one(word.strip()) for word in words.split(",")]
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise argparse.ArgumentTypeError(f"{expected} with commas between are expected") from error

    return read


def _share(word: str) -> float:
    if not 0 <= float(word) < 1:
        raise ValueError(word)
    return float(word)


def _size(word: str) -> float:
    if not 0 <= float(word) < float("inf"):
        raise ValueError(word)
    return float(word)


def _spread(words: str) -> tuple[str, float]:
    name, _, value = words.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not name or not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("COLUMN=VALUE with a value above 0 is expected")
    return name, number


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reps", metavar="R", type=whole, default=1000, help="replicates of each design at most")
    parser.add_argument("--seed", metavar="S", type=int, default=SEED)
    parser.add_argument(
        "--jobs", metavar="N", type=whole, default=1, help="processes to use (results never depend on it)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="a running Dask scheduler, such as tcp://10.0.0.1:8786")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where everything goes")


def power_words(parser: argparse.ArgumentParser) -> None:
    """The words of `power`."""
    counts, shares = _several(whole, "whole numbers"), _several(_share, "shares from 0 to below 1")
    parser.add_argument("claim", metavar="CLAIM", help="a claim, several with commas between, all, or STUDY:hypothesis")
    parser.add_argument("--couples", metavar="N,..", type=counts, default=[100], help="numbers of couples")
    parser.add_argument("--days", metavar="D,..", type=counts, default=[28], help="numbers of days")
    parser.add_argument("--attrition", metavar="A,..", type=shares, default=[0.0], help="shares of couples who leave")
    parser.add_argument("--scenario", metavar="W", help="the world that is true (default: the claim's own)")
    parser.add_argument(
        "--times", metavar="F,..", type=_several(_size, "numbers from 0 up"),
        help="effects in multiples of the smallest that matters (default: as the world says, claim_true: 2)",
    )  # fmt: skip
    parser.add_argument(
        "--sd", metavar="COLUMN=VALUE", type=_spread, action="append", default=[],
        help="day-to-day standard deviation of a column, for effects in raw units (default: a sixth of its range)",
    )  # fmt: skip
    parser.add_argument("--target", metavar="P", type=_share, default=0.8, help="the chance that is wished for")
    parser.add_argument(
        "--precision", metavar="H", type=_share, default=0.03,
        help="stop a design once every interval is this narrow to either side; 0 never stops early",
    )  # fmt: skip
    _common(parser)


def run_power(chosen: argparse.Namespace) -> int:
    """Run, and say the recommendation and the files."""
    from couples_study.cli.commands import tell
    from couples_study.pipeline.power import Asked
    from couples_study.pipeline.power import run_power as run

    asked = Asked(
        words=chosen.claim, couples=chosen.couples, days=chosen.days, attrition=chosen.attrition, times=chosen.times,
        scenario=chosen.scenario, spread=tuple(chosen.sd), reps=chosen.reps, precision=chosen.precision,
        target=chosen.target, seed=chosen.seed,
    )  # fmt: skip
    done = run(asked, chosen.out, tell, chosen.jobs, chosen.cluster)
    if chosen.json:
        print(done.json, end="")
        return _say_files(done.written, sys.stderr)
    shares = done.table.pivot_table(
        index=["claim", "scenario", "times", "couples", "days", "attrition", "reps"], columns="verdict",
        values="share", sort=False, dropna=False, observed=True,
    ).dropna(how="all").reset_index()  # fmt: skip
    print(shares.dropna(axis=1, how="all").to_string(index=False, float_format="{:.3g}".format))
    print()
    for sentence in done.sentences:
        print(sentence)
    return _say_files(done.written)


def _say_files(written: tuple[Path, ...], stream: TextIO | None = None) -> int:
    print(f"wrote {', '.join(map(str, written))}", file=stream)
    return DONE


def calibrate_words(parser: argparse.ArgumentParser) -> None:
    """The words of `calibrate`."""
    sizes = _several(_size, "numbers from 0 up")
    parser.add_argument("--claims", metavar="IDS", help="claims with commas between (default: all)")
    parser.add_argument(
        "--scenarios", metavar="W,..", default="own",
        help="worlds with commas between; own are those that each claim names, misspecified those that models do not "
        "know of (default: own)",
    )  # fmt: skip
    parser.add_argument(
        "--times", metavar="F,..", type=sizes,
        help="effects in multiples of the smallest that matters, such as 0,0.5,1,1.5,2 (default: as the world says)",
    )  # fmt: skip
    parser.add_argument("--couples", metavar="N", type=whole, default=100)
    parser.add_argument("--days", metavar="D", type=whole, default=28)
    _common(parser)
    parser.set_defaults(reps=100)


def run_calibrate(chosen: argparse.Namespace) -> int:
    """Say how long it will take, run, and say what was right and wrong."""
    from couples_study.cli.commands import claim_ids, tell
    from couples_study.pipeline.calibrate import Asked
    from couples_study.pipeline.calibrate import run_calibrate as run

    asked = Asked(
        claims=claim_ids(chosen.claims), scenarios=[word.strip() for word in chosen.scenarios.split(",")],
        times=chosen.times, couples=chosen.couples, days=chosen.days, reps=chosen.reps, seed=chosen.seed,
    )  # fmt: skip
    stream = sys.stderr if chosen.json else sys.stdout
    done = run(asked, chosen.out, tell, chosen.jobs, chosen.cluster, lambda line: print(line, file=stream, flush=True))
    if chosen.json:
        print(done.table.to_json(orient="records", double_precision=15, indent=2))
        return _say_files(done.written, stream)
    shown = done.table[["claim", "scenario", "times", "reps", "right", "wrong", "silent"]].dropna(axis=1, how="all")
    print(shown.to_string(index=False, float_format="{:.3g}".format))
    return _say_files(done.written)
