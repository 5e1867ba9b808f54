"""``couples-study verify``: whether two clean runs write the same bytes, and which files differ."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from couples_study.cli.words import STUDY_HELP, at_least_one, print_json, tell

EXAMPLE = "couples-study verify fair"
DONE, FAILED = 0, 4


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument("--claims", metavar="IDS", help="as of `couples-study report`")
    parser.add_argument("--jobs", metavar="N", type=at_least_one, default=1, help="processes that each run may use")
    parser.add_argument("--json", action="store_true", help="print every file with both hashes as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Run twice, compare, and say which files differ."""
    from couples_study.pipeline import run_verify

    found = run_verify(chosen.study, chosen.claims, chosen.jobs, tell)
    if chosen.json:
        rows = [asdict(one) | {"same": one.same} for one in found.files]
        print_json(rows)
    else:
        for one in found.different:
            print(f"differs  {one.file}  {one.first or 'not written'}  {one.second or 'not written'}")
        alike = len(found.files) - len(found.different)
        print(f"{len(found.files)} files in each of two clean runs: {alike} the same, {len(found.different)} different")
    if found.failed:
        print("analyses broke down; `couples-study report` names them", file=sys.stderr)
    return FAILED if found.different or found.failed else DONE
