"""What commands share: words that they take, and how they speak."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

STUDY_HELP = "a study's folder, an id under data/raw, or a shipped study (demo, fair)"
CLUSTER_HELP = "a running Dask scheduler; its workers find the study at the same place and see its answers"


def at_least_one(word: str) -> int:
    """A whole number from 1 up."""
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 up is expected")
    return int(word)


def tell(message: str) -> None:
    """Progress on stderr, only where somebody watches."""
    if sys.stderr.isatty():
        print(f"  {message}", file=sys.stderr, flush=True)


def print_json(rows: Any) -> int:
    """Print as JSON; returns the exit code 0."""
    print(json.dumps(rows, indent=2, sort_keys=True, ensure_ascii=False))
    return 0
