"""APA tables set by great-tables: shown in a notebook, or opened and pasted into a word processor.

The cells are those of `couples_study.report.apa`. The page sets the same cells in markup of its own, which follows dark
mode and weighs a tenth; LaTeX is ours too, because great-tables leaves the minus sign, and a bracket at a line's start,
to break pdflatex.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from couples_study.contracts.evidence import Evidence
from couples_study.core.errors import UsageError
from couples_study.report.apa import Table, answers, coefficients

if TYPE_CHECKING:
    from great_tables import GT

    from couples_study.contracts.evidence import NotTestable
    from couples_study.contracts.verdict import Verdict

INK = "#000000"
RULE, THIN = "1.5px", "1px"
LOOK: dict[str, Any] = {
    "table_font_color": INK,
    "table_font_size": "14px",
    "table_background_color": "#FFFFFF",
    "table_border_top_style": "none",
    "table_border_bottom_style": "none",
    "heading_align": "left",
    "heading_title_font_size": "14px",
    "heading_border_bottom_style": "none",
    "column_labels_border_top_style": "solid",
    "column_labels_border_top_width": RULE,
    "column_labels_border_top_color": INK,
    "column_labels_border_bottom_style": "solid",
    "column_labels_border_bottom_width": THIN,
    "column_labels_border_bottom_color": INK,
    "table_body_border_top_style": "none",
    "table_body_border_bottom_style": "solid",
    "table_body_border_bottom_width": RULE,
    "table_body_border_bottom_color": INK,
    "table_body_hlines_style": "none",
    "stub_border_style": "none",
    "source_notes_border_bottom_style": "none",
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<main>
{table}
</main>
</body>
</html>
"""


def apa_table(found: Evidence | NotTestable | Sequence[Verdict], verdict: Verdict | None = None) -> GT:
    """The table that a paper prints: every coefficient of a model, or every answer of a study.

    Parameters
    ----------
    found
        What `Study.test` gives, or verdicts, as `Study.verdicts` gives them.
    verdict
        The verdict on the same question, whose statement becomes part of the title.

    Returns
    -------
    GT
        A great-tables object: a notebook shows it, and ``as_raw_html()`` or ``save()`` take it elsewhere.

    Examples
    --------
    >>> table = cs.apa_table(cs.load_study("fair").test("children_raw"))
    >>> "Marriage" in table.as_raw_html(), "<i>Note.</i>" in table.as_raw_html()
    (False, True)
    """
    if isinstance(found, Evidence):
        return as_gt(coefficients(found, verdict.statement if verdict else "All coefficients"), found.id)
    if isinstance(found, Sequence):
        return as_gt(answers(found), "answers")
    raise UsageError(
        f"the table of {found.id}",
        expected="an analysis with coefficients",
        found=f"one that is not testable ({found.reason})",
        do="see what it lacks in its detail",
    )


def as_gt(table: Table, name: str) -> GT:
    """A table set by great-tables; ``name`` becomes its id, so that the same table has the same bytes."""
    import pandas as pd
    from great_tables import GT, html

    frame = pd.DataFrame([list(row) for row in table.rows], columns=list(table.columns), dtype="str")
    made = GT(frame, rowname_col=table.columns[0], id=_id(name))
    made = made.tab_header(title=table.title).tab_stubhead(label=table.columns[0])
    made = made.tab_source_note(html(f"<i>Note.</i> {escape(table.note)}"))
    made = made.cols_align("left", columns=list(table.columns[: table.words]))
    made = made.cols_align("right", columns=list(table.columns[table.words :]))
    return made.tab_options(**LOOK)


def as_html(table: Table, name: str) -> bytes:
    """A page that holds this one table, to be opened and pasted into a word processor; nothing is fetched."""
    body = "\n".join(line.rstrip() for line in as_gt(table, name).as_raw_html().splitlines())
    return PAGE.format(title=escape(table.title), table=body.strip()).encode("utf-8")


def _id(name: str) -> str:
    return f"table-{re.sub('[^A-Za-z0-9_]', '-', name)}"
