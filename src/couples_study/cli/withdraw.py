"""``couples-study withdraw``: one participant, or a couple, leaves a study and everything made of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from couples_study.core.errors import UsageError

EXAMPLE = "couples-study withdraw data/raw/evening --person C12/a"
DONE, FAILED = 0, 4


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("study", metavar="STUDY", help="a study's folder, or an id under data/raw")
    parser.add_argument("--person", metavar="ID", required=True, help="whose data go: the id in the people table")
    parser.add_argument("--couple", action="store_true", help="the whole couple goes")
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        action="append",
        default=[],
        help="a folder that a run wrote to; may be repeated",
    )
    parser.add_argument("--proof", metavar="FILE", type=Path, help="write the proof there too")
    parser.add_argument("--json", action="store_true", help="print the proof as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Erase, make again, prove."""
    from couples_study.cli.commands import tell
    from couples_study.pipeline import run_withdraw

    if not chosen.person.strip():
        raise UsageError("--person", expected="a participant's id", found="nothing", do=f"for instance {EXAMPLE}")
    proof = run_withdraw(
        chosen.study, chosen.person, couple=chosen.couple, outs=chosen.out, proof=chosen.proof, tell=tell
    )
    print(json.dumps(asdict(proof), indent=2, sort_keys=True) if chosen.json else proof.text(), end="")
    return DONE if proof.clean else FAILED
