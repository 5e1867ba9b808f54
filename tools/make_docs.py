"""Rewrite the generated pages and the README's figure, or with ``--check`` say whether they are up to date.

``python tools/make_docs.py [--check]``: docs/codebook.md, docs/claims.md and docs/instruments.md from their entries,
docs/coming-from.md and docs/figures/six_touches.png from the demo study. Pages are compared to the letter,
the figure by its picture.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from coming_from import coming_from
from matplotlib.image import imread

import couples_study as cs
from couples_study.claims import contradictions, families
from couples_study.contracts.hypothesis import Claim
from couples_study.contracts.instrument import CutOff, Instrument
from couples_study.core.columns import HOMES, glossary
from couples_study.instruments import instruments
from couples_study.report.figures import to_png

DOCS = Path(__file__).resolve().parents[1] / "docs"
FIGURE = DOCS / "figures" / "six_touches.png"
SAME_PICTURE = 0.01  # mean difference of pixels (0 to 1): another processor may move a line by a hair


CODEBOOK = """\
# Codebook

Every column the package knows: one meaning, one unit, one home. Written by `make docs`. Columns with a † are asked of
by single claims alone: an export's column of the same name is not taken for ours unless `columns` maps it, and a study
may give the name to a measure of its own (the claim is then not testable there).
"""


def codebook() -> str:
    """The glossary as a page."""
    parts = [CODEBOOK]
    for home in HOMES:
        rows = [column for column in glossary().values() if column.table == home]
        parts.append(f"\n## {home}\n\n| column | label | meaning | unit | kind | range |\n|---|---|---|---|---|---|")
        for c in rows:
            bounds = "" if c.low is None or c.high is None else f"{c.low:g} to {c.high:g}"
            name = f"`{c.name}`" + " †" * c.of_claims_alone
            parts.append(f"| {name} | {c.label} | {c.meaning} | {c.unit} | {c.kind} | {bounds} |")
    return "\n".join(parts) + "\n"


def claims_page() -> str:
    """The built-in claims as a page: first a table by theme, then each in full."""
    known = cs.claims()
    testable = sum(bool(claim.reading) for claim in known.values())
    parts = [
        "# The built-in claims\n\nStatement, test and rule of each, fixed before any data. Written by `make docs`.\n\n"
        f"{len(known)} claims: {testable} have an analysis that runs where the data are there, "
        f"{sum(bool(claim.not_testable) for claim in known.values())} can not be tested by such data, and "
        f"{sum(not claim.reading and not claim.not_testable for claim in known.values())} wait for an analysis. "
        "All stay counted in their multiplicity sets: "
        + "; ".join(f"{name} ({one.words()})" for name, one in families().items())
        + ".\n\n## Where the guide can not be right twice\n\n"
        "| first | second | why | what decides |\n|---|---|---|---|",
    ]
    parts += [f"| {', '.join(t.one)} | {', '.join(t.other)} | {t.why} | {t.decides} |" for t in contradictions()]
    return "\n".join([*parts, *(line for claim in known.values() for line in claim_lines(claim))]) + "\n"


def claim_lines(claim: Claim) -> list[str]:
    """One claim in full."""
    effects = [f"{r.smallest_effect.value:g} {r.smallest_effect.unit} ({r.smallest_effect.why})" for r in claim.reading]
    told = {
        "In the guide": f"{claim.where}. Priority {claim.priority}, set {claim.family}, {claim.status}",
        "Estimand": claim.estimand,
        "Needs": ", ".join(f"`{name}`" for name in claim.columns()),
        "Smallest effect that matters": "; ".join(dict.fromkeys(effects)),
        "Rule": claim.rule_in_words,
        "What would contradict it": claim.falsifier,
        "Threats": ", ".join(claim.threats),
        "Worlds": "; ".join(f"{kind}: {', '.join(names)}" for kind, names in claim.scenarios.items() if names),
        "Not testable": claim.not_testable,
        "Not in this version": claim.not_yet,
    }
    return [
        f"\n## {claim.id}: {claim.statement}\n",
        *(f"* {name}: {words.rstrip('.')}." for name, words in told.items() if words),
        *(f"    * `{r.id}` ({r.model}): {r.statement}" for r in claim.reading),
    ]


INSTRUMENTS = """\
# Instruments

How items become scores, and what is known of each scale. Written by `make docs`. The items' ranges stand in the
[codebook](codebook.md). Published scales come as scoring keys only: their wording is not ours to ship, and what the
column on licences says is no legal advice. A score is prorated where enough items are answered, else it is missing.
The PAIR is left out: it is proprietary, and its key is not public.
"""


def _items(scale: Instrument) -> str:
    more = len(scale.items) + len(scale.further)
    return f"{len(scale.items)} (or {more})" if scale.further else f"{len(scale.items)}"


def instruments_page() -> str:
    """The instruments as a page."""
    parts = [
        INSTRUMENTS,
        "| scale | score | reversed | fewest answers | reliability | cut-offs | licence | status |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in instruments().values():
        row = glossary()[one.result]
        score = f"`{one.result}`: {one.score} of {_items(one)} items, {row.low:g} to {row.high:g}"
        found = "; ".join(f"{r.kind} {r.low:.2f} to {r.high:.2f} ({r.status})" for r in one.reliability)
        told = "; ".join(f"{_side(cut)}: {cut.means} ({cut.status})" for cut in one.cut_offs)
        cells = (one.label, score, ", ".join(one.reversed), f"{one.min_answered}", found, told, one.licence)
        notes = f"{one.status}. {one.notes} {one.source}".replace("  ", " ").strip()
        parts.append("| " + " | ".join((*cells, notes)) + " |")
    return "\n".join(parts) + "\n"


def _side(cut: CutOff) -> str:
    return f"below {cut.below:g}" if cut.below is not None else f"{cut.at_least:g} or more"


def six_touches() -> bytes:
    """The README's figure: the demo's daily curve of closeness over touches."""
    return to_png(cs.plot_curve(cs.load_study("demo").test("C60_within")))


def same_picture(one: bytes, other: bytes) -> bool:
    """Whether two PNGs show the same."""
    first, second = imread(BytesIO(one)), imread(BytesIO(other))
    return first.shape == second.shape and float(np.abs(first - second).mean()) < SAME_PICTURE


def main(words: list[str]) -> int:
    """Write, or check."""
    pages = {
        DOCS / "codebook.md": codebook(),
        DOCS / "claims.md": claims_page(),
        DOCS / "instruments.md": instruments_page(),
        DOCS / "coming-from.md": coming_from(),
    }
    figure = six_touches()
    if "--check" in words:
        stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
        if not FIGURE.is_file() or not same_picture(FIGURE.read_bytes(), figure):
            stale.append(FIGURE)
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} is not what `make docs` writes")
        return 1 if stale else 0
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    FIGURE.write_bytes(figure)
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    print(f"wrote {', '.join(str(p.relative_to(DOCS.parent)) for p in [*pages, FIGURE])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
