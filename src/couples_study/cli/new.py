"""``couples-study new``: a drafted study.toml, and which of its lines are unsure."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from couples_study.core.errors import UsageError

EXAMPLE = 'couples-study new data/raw/evening --from "data/raw/evening/*.csv"'
DONE = 0


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, help="the study's folder; made if it is not there"
    )
    parser.add_argument("--from", metavar="FILE", nargs="+", dest="files", help="exports (and codebooks) as they came")
    parser.add_argument("--json", action="store_true", help="print the unsure lines as JSON")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of study.toml and stop")


def run(chosen: argparse.Namespace) -> int:
    """Draft, write, and say what to look at."""
    if chosen.schema:
        from couples_study.contracts.schema import shipped_schema

        print(shipped_schema(), end="")
        return DONE
    if chosen.folder is None or not chosen.files:
        raise UsageError(
            "new", expected="a folder DIR and --from FILE...", found="one of them missing", do=f"for instance {EXAMPLE}"
        )
    from couples_study.pipeline.new import run_new

    done = run_new(chosen.folder, chosen.files)
    if chosen.json:
        print(json.dumps([asdict(one) for one in done.draft.unsure], indent=2, sort_keys=True, ensure_ascii=False))
        return DONE
    for one in done.draft.unsure:
        print(f"line {one.line:>4}  {one.where} {one.key}".rstrip() + f": {one.why}")
    print(f"\nwrote {', '.join(map(str, done.written))}; {len(done.draft.unsure)} lines are marked UNSURE")
    if done.unused:
        print(f"not used: {', '.join(done.unused)}")
    print(f"when they are mended: couples-study plan {chosen.folder}")
    return DONE
