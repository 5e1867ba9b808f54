"""Rewrite the JSON Schema of study.toml, or with ``--check`` say whether it is up to date.

``python tools/make_schema.py [--check]``: docs/study.schema.json for people and editors, and the same beside the
models, where the package ships it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from couples_study.contracts.schema import SCHEMA_FILE, schema_text

ROOT = Path(__file__).resolve().parents[1]
PLACES = (ROOT / "docs" / SCHEMA_FILE, ROOT / "src" / "couples_study" / "contracts" / SCHEMA_FILE)


def main(words: list[str]) -> int:
    """Write, or check."""
    text = schema_text()
    stale = [path for path in PLACES if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in words:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what `make docs` writes")
        return 1 if stale else 0
    for path in PLACES:
        path.write_text(text, "utf-8")
    print(f"wrote {', '.join(str(path.relative_to(ROOT)) for path in PLACES)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
