"""The claims as data beside the entries.

``python tools/make_claims.py [--check]``: src/couples_study/claims/claims.json and claims.csv, from the entries.
"""

from __future__ import annotations

import sys
from pathlib import Path

from couples_study.claims.cards import as_csv, as_json

FOLDER = Path(__file__).resolve().parents[1] / "src" / "couples_study" / "claims"


def main(words: list[str]) -> int:
    """Write, or check."""
    files = {FOLDER / "claims.json": as_json(), FOLDER / "claims.csv": as_csv()}
    if "--check" not in words:
        for path, text in files.items():
            path.write_text(text, "utf-8")
            print(f"wrote {path.name}")
        return 0
    stale = [path.name for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text]
    for name in stale:
        print(f"{name} is not what `python tools/make_claims.py` writes")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
