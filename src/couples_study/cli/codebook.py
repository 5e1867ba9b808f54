"""``couples-study codebook``: the data dictionary, of the package or of a study."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from couples_study.core.errors import UsageError

EXAMPLE = "couples-study codebook demo --format html,md --out /tmp/codebook"
DONE = 0


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("study", metavar="STUDY", nargs="?", help="a study; without one, all columns that are known")
    parser.add_argument(
        "--format", metavar="FORMATS", default="html,md,json,table-schema",
        help="html, md, json, table-schema; for a study also spss and stata (default: the first four)",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the codebook goes")
    parser.add_argument("--json", action="store_true", help="print the names of the files as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Write, and say what was written."""
    formats = tuple(dict.fromkeys(word.strip() for word in chosen.format.split(",") if word.strip()))
    if chosen.out is None or not formats:
        raise UsageError("codebook", expected="--out DIR", found="none", do=f"for instance {EXAMPLE}")
    from couples_study.pipeline.codebook import run_codebook

    written = [str(path) for path in run_codebook(chosen.study, formats, chosen.out)]
    print(json.dumps(written, indent=2) if chosen.json else f"wrote {len(written)} files: {', '.join(written)}")
    return DONE
