"""All claims' part of docs/validation.md, from benchmarks/results/claim_calibration.csv."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from couples_study.claims import claims
from couples_study.planning.claim_replicate import worlds_of
from couples_study.planning.claim_worlds import SUMMARIES, TRUE_WORLDS
from couples_study.planning.tally import wilson
from couples_study.report.sentences import REASONS

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "claim_calibration.csv"
FALSE_SUPPORT, RIGHT = 0.05, 0.80
HEAD = """\
## All claims: how often the verdict is right where the truth is known

Studies drawn for the columns of each claim: 200 couples and 20 days, 600 couples where they are drawn into arms, 90
days where a claim is about months; others are named below. Each claim is judged alone, and as one of the members that
its set is corrected for; in a study of many claims the correction of Benjamini and Hochberg asks less of each.
Replicates are run into
benchmarks/results/claim_calibration.csv by `python benchmarks/claim_calibration.py`, which can be stopped and taken up
again; this part is written from that file by `python tools/make_validation.py --stored`. "Clearly" is by the 95% Wilson
interval: with few replicates only gross faults are clear.

"""
WHY = {
    "claim_acquiescence": "Who says yes to everything names many causes and seldom exactly one, and the checklist has "
    "no item that nobody has. The verdict is a description of what people tick.",
    "claim_mood": "Predictor and outcome are told by the same person on the same day, and a mood colours both. The "
    "verdict is an association; read as a cause it stays inconclusive.",
    "claim_halo": "Everything is told by the same person once, and a view of the relationship colours all of it. The "
    "verdict is an association; read as a cause it stays inconclusive.",
    "claim_together": "Days together move both answers of both partners. The verdict is an association; read as a "
    "cause it stays inconclusive.",
    "claim_reverse": "The outcome moves what is said to move it: on the same day no analysis tells which, and holding "
    "what was answered in the morning takes out only what was there by then. The verdict is an association; read as a "
    "cause it stays inconclusive.",
    "claim_severity": "How grave the occasion is moves both. The verdict is an association; read as a cause it stays "
    "inconclusive.",
}


def text() -> str:
    """Heading, what was run, and both lists of misses."""
    table = pd.read_csv(RESULTS, keep_default_na=False)
    table = table[table["reps"] > 0]
    return HEAD + _run(table) + _false_support(table) + _too_seldom(table)


def _more(table: pd.DataFrame) -> str:
    """Which claims were asked of another number of couples than most are."""
    usual = {200, 600}
    sizes = table.groupby("claim", sort=False)["couples"].max()
    by_lot = {claim for claim in sizes.index if any(one.arm for one in claims()[claim].reading)}
    told = [f"{name}: {n:,}" for name, n in sizes.items() if n not in usual or (n == max(usual) and name not in by_lot)]
    return (
        f"Other numbers of couples, with which twice the smallest effect can be shown: {', '.join(told)}. "
        if told
        else ""
    )


def _run(table: pd.DataFrame) -> str:
    wanted = {(claim, world) for claim in claims() for world in worlds_of(claim)}
    have = set(zip(table["claim"], table["world"], strict=True)) & wanted
    least, most = (int(f(table["reps"])) for f in (min, max))
    silent = [claim for claim in claims() if not worlds_of(claim)]
    return (
        f"{len(have)} of {len(wanted)} cells of {len({claim for claim, _ in wanted})} claims have been run so far, "
        f"with {least} to {most} replicates each ({int(table['reps'].sum())} in all). {_more(table)}Without worlds of "
        f"this kind, for they have their own or can not be tested: {', '.join(silent)}.\n\n"
    )


def _intervals(table: pd.DataFrame) -> pd.DataFrame:
    bounds = [wilson(int(s), int(n)) for s, n in zip(table["supported"], table["reps"], strict=True)]
    return table.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])


def _false_support(table: pd.DataFrame) -> str:
    """Worlds without the effect in which a claim was supported clearly more often than one time in twenty."""
    rows = _intervals(table[~table["world"].isin(TRUE_WORLDS)])
    over = rows[rows["low"] > FALSE_SUPPORT]
    lines = [
        f"### Supported where it is not so (clearly above {FALSE_SUPPORT:.2f})\n",
        "| world | what is true there | claims (share supported, of how many) | why |",
        "|---|---|---|---|",
    ]
    for world, group in over.groupby("world", sort=True):
        told = ", ".join(f"{r.claim} ({r.supported / r.reps:.2f} of {r.reps})" for r in group.itertuples())
        lines.append(f"| {world} | {SUMMARIES[world]} | {told} | {WHY.get(str(world), 'Not explained: a fault.')} |")
    return "\n".join(lines if len(over) else [lines[0], "None so far."]) + "\n\n"


def _too_seldom(table: pd.DataFrame) -> str:
    """Claims that are true and were supported clearly less often than four times in five."""
    rows = _intervals(table[table["world"].eq("claim_true")])
    under = rows[rows["high"] < RIGHT]
    lines = [
        f"### Not supported where it is so (clearly below {RIGHT:.2f} of studies)\n",
        "| claim | supported | of studies | reasons given |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.claim} | {row.supported / row.reps:.2f} | {row.reps} | {_reasons(str(row.misses))} |"
        for row in under.itertuples()
    ]
    return "\n".join(lines if len(under) else [lines[0], "None so far."]) + "\n"


def _reasons(words: str) -> str:
    """The reasons of wrong verdicts in words, with how often; the reading named where a reason is one reading's."""
    if not words:
        return "not recorded in this run"
    told = []
    for one in words.split("; "):
        name, _, many = one.rpartition(" ")
        code = name.rpartition(": ")[2]
        told.append(f"{REASONS.get(code, code)} ({many})")
    return " ".join(told)
