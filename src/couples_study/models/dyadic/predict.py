"""Predictions at the level of the couple: the part that random effects add to X beta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from couples_study.core.errors import FrameError
from couples_study.models.dyadic.design import Design, Kind, expand

if TYPE_CHECKING:
    from couples_study.models.dyadic.residual import Floats, Ints


def predict_couples(model: Any, effects: list[Floats], new_rows: bool, **columns: Any) -> Floats:
    """Z u (m,) for the fitted rows, or for new rows of couples that were in the fit."""
    if not new_rows:
        return _fitted(model.design, effects)
    return _new(model, effects, **columns)


def _fitted(design: Design, effects: list[Floats]) -> Floats:
    out = np.zeros(len(design.couple))
    for kind, u in zip(design.kinds, effects, strict=True):
        out[design.order[kind.rows]] = np.einsum("nq,nq->n", kind.Z, u[kind.couple])
    return out


def _new(
    model: Any, effects: list[Floats], *, groups: Any = None, exog_re: Any = None, role: Any = None, person: Any = None
) -> Floats:
    if groups is None or exog_re is None:
        raise FrameError(
            "predict: level='couple'", expected="groups and exog_re for new rows", found="not both", do="pass them"
        )
    design = model.design
    couple = design.labels.get_indexer(pd.Index(np.asarray(groups)))
    if np.any(couple < 0):
        raise FrameError(
            "predict: groups",
            expected="couples of the fitted sample",
            found=f"{int(np.sum(couple < 0))} row(s) of others",
            do="use level='population' for them",
        )
    Z = np.asarray(exog_re, dtype=float).reshape(len(couple), -1)
    out = np.zeros(len(couple))
    for kind, u in zip(design.kinds, effects, strict=True):
        rows = np.flatnonzero(np.isin(couple, kind.couples))
        if not len(rows):
            continue
        slot = _slot(model, kind, couple, role, person)[rows]
        names = model.columns.z_names
        wide, _, _ = expand(Z[rows], names, slot, model.options, kind.exchangeable, design.role_names)
        position = np.searchsorted(kind.couples, couple[rows])
        out[rows] = np.einsum("nq,nq->n", wide / kind.z_size, u[position])
    return out


def _slot(model: Any, kind: Kind, couple: Ints, role: Any, person: Any) -> Ints:
    """Which partner a new row is, by the same labels as in the fit."""
    if model.options.re_by == "couple" or kind.slot.max() == kind.slot.min():
        return np.zeros(len(couple), dtype=np.intp)
    columns, by_person = model.columns, kind.exchangeable and model.columns.person is not None
    label = person if by_person else role
    if label is None:
        raise FrameError(
            "predict: role", expected="role (or person) for partner-wise effects", found="none", do="pass it"
        )
    fitted = columns.person if by_person else columns.role
    order = model.design.order[kind.rows]
    known = pd.DataFrame({"couple": kind.couples[kind.couple], "label": fitted[order], "slot": kind.slot})
    places = known.drop_duplicates(["couple", "label"]).set_index(["couple", "label"])["slot"]
    found = places.reindex(pd.MultiIndex.from_arrays([couple, np.asarray(label)]))
    return np.nan_to_num(found.to_numpy(dtype=float)).astype(np.intp)
