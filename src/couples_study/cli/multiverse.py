"""``couples-study multiverse``: every defensible choice listed, then run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from couples_study.cli.planning import SEED
from couples_study.cli.words import CLUSTER_HELP, STUDY_HELP, at_least_one, tell
from couples_study.core.errors import UsageError

EXAMPLE = "couples-study multiverse C01 demo --out /tmp/multiverse"
DONE = 0


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("claim", metavar="CLAIM", help="a built-in claim, or a hypothesis of the study, by id")
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument("--list", action="store_true", help="list the choices and stop; no answer is read")
    parser.add_argument(
        "--most", metavar="N", type=at_least_one, default=64,
        help="of more specifications than this a sample by lot, beside the declared one and all that differ from it in "
        "one choice (default: 64)",
    )  # fmt: skip
    parser.add_argument("--seed", metavar="S", type=int, default=SEED)
    parser.add_argument(
        "--jobs", metavar="N", type=at_least_one, default=1, help="processes to use (results never depend on it)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
    parser.add_argument("--json", action="store_true", help="print what came of it as JSON")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where everything goes")


def run(chosen: argparse.Namespace) -> int:
    """List, run, and say what changes the verdict."""
    from couples_study.pipeline.multiverse import list_multiverse, run_multiverse
    from couples_study.planning.multiverse.specify import listing

    found = list_multiverse(chosen.claim, chosen.study, most=chosen.most, seed=chosen.seed)
    stream = sys.stderr if chosen.json else sys.stdout
    for line in listing(found.readings):
        print(line, file=stream, flush=True)
    if chosen.list:
        return DONE
    if chosen.out is None:
        raise UsageError("multiverse", expected="--out DIR, or --list", found="neither", do=f"for instance {EXAMPLE}")
    done = run_multiverse(found, chosen.out, tell, chosen.jobs, chosen.cluster, chosen.seed)
    if chosen.json:
        print(done.json, end="")
    else:
        print()
        for sentence in done.sentences:
            print(sentence)
    print(f"wrote {', '.join(map(str, done.written))}", file=stream)
    return DONE
