"""Small forms by hand, and drafts of them as text and as the strict model reads them."""

from __future__ import annotations

import tomllib

import pyarrow as pa

from couples_study.contracts.base import parsed
from couples_study.contracts.reader import Cells
from couples_study.contracts.study import StudyFile
from couples_study.steps.draft import Form, draft


def form(columns, reader="csv", files=("diary.csv",), **told):
    table = pa.table({name: pa.array([str(cell) for cell in cells], pa.string()) for name, cells in columns.items()})
    return Form(reader=reader, files=files, cells=Cells(table=table, **told))


def drafted(*forms):
    return draft(forms, name="My Study", folder="my_study")


def model(made):
    return parsed(StudyFile, tomllib.loads(made.text), "draft")


def why(made, key):
    return [one.why for one in made.unsure if one.key == key]


def diary(couples=6, days=5, **more):
    """Long: both partners of each couple on each day, with columns made from functions of (couple, person, day)."""
    rows = [(c, p, d) for c in range(couples) for p in (0, 1) for d in range(days)]
    columns = {
        "dyad": [f"c{c}" for c, _, _ in rows],
        "pid": [f"c{c}p{p}" for c, p, _ in rows],
        "sex": ["f" if p else "m" for _, p, _ in rows],
        "day": [d for _, _, d in rows],
    }
    return columns | {name: [make(*row) for row in rows] for name, make in more.items()}
