"""The design of an actor-partner model, built from parts: which columns, for whom, when, centred how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Question
from couples_study.measures import Panel
from couples_study.models.model import Setting
from couples_study.models.terms import tested_roles

MEAN_USED = ".mean_used"
NOTHING = 1e-8
DEFAULT_COVARIATES = ("study_day", "weekend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One predictor term: whose ``column`` (own or partner), how many days ago, and which part of it.

    ``kind`` is within (day minus the person's mean), between (the person's mean minus the grand mean), grand (minus
    the grand mean) or none (as answered).
    """

    name: str
    column: str
    who: str
    kind: str
    lag: int

    def words(self) -> str:
        when = "[t]" if self.lag == 0 else f"[t-{self.lag}]"
        part = {"within": f"{when} minus own mean", "between": " (mean of the person)"}.get(self.kind, when)
        return f"{self.who} {self.column}{part}"

    def values(self, panel: Panel) -> np.ndarray:
        """The term's values for every row of the panel, shape (rows,)."""
        if self.kind == "between":
            return panel.person_mean(self.column, self.who) - panel.grand_mean(self.column)
        said = panel.value(self.column, self.who, self.lag)
        if self.kind == "within":
            return said - panel.person_mean(self.column, self.who)
        return said - panel.grand_mean(self.column) if self.kind == "grand" else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Complete rows of one model: ``y`` (n,), ``X`` (n, k) with ``names`` and ``pieces`` (None for intercepts and
    covariates), ``couple`` and ``person`` integer codes (n,), ``role`` (n,), ``row`` numbers in the panel (n,)."""

    y: np.ndarray
    X: np.ndarray
    names: tuple[str, ...]
    pieces: tuple[Piece | None, ...]
    couple: np.ndarray
    person: np.ndarray
    role: np.ndarray
    row: np.ndarray

    def couples(self) -> int:
        return len(np.unique(self.couple))

    def keep(self, which: np.ndarray) -> Design:
        """The design restricted to the rows where ``which`` is true."""
        rows = {name: getattr(self, name)[which] for name in ("y", "X", "couple", "person", "role", "row")}
        return replace(self, **rows)

    def rows_behind(self, tests: tuple[str, ...]) -> np.ndarray:
        """The rows whose outcome enters the tested terms: those of the roles named in ``tests``, or all."""
        roles = tested_roles(tests)
        return np.ones(len(self.y), dtype=bool) if roles is None else np.isin(self.role.astype("str"), list(roles))


def pieces_of_question(question: Question) -> list[Piece]:
    """The predictor terms a question asks for, in order: own lag, actor, partner; within before between."""
    pieces = []
    kinds = ("within", "between") if question.centering == "person" else (question.centering,)
    if question.autoregression:
        pieces.append(Piece(name="autoregression", column=question.outcome, who="own", kind=kinds[0], lag=1))
    for side, who, columns in (("actor", "own", question.actor), ("partner", "partner", question.partner)):
        for column in columns:
            for kind in kinds:
                name = f"{side}.{kind}" if question.centering == "person" else side
                name = name if len(columns) == 1 else f"{name}.{column}"
                pieces.append(Piece(name=name, column=column, who=who, kind=kind, lag=question.lag))
    return pieces


def column_names(question: Question, setting: Setting) -> list[str]:
    """The names of all coefficients, by role where asked; default covariates count as there."""
    covariates = DEFAULT_COVARIATES if question.covariates is None else question.covariates
    slopes = [piece.name for piece in pieces_of_question(question)] + list(covariates)
    return _intercepts(setting) + (
        [f"{name}[{role}]" for name in slopes for role in setting.roles] if question.by_role else slopes
    )


def default_tests(question: Question, setting: Setting) -> tuple[str, ...]:
    """What is tested where ``test`` is not given: every actor and partner term except the between ones."""
    names = [p.name for p in pieces_of_question(question) if p.name != "autoregression" and p.kind != "between"]
    return tuple(f"{name}[{role}]" for name in names for role in setting.roles) if question.by_role else tuple(names)


def _intercepts(setting: Setting) -> list[str]:
    return [f"intercept[{role}]" for role in setting.roles] or ["intercept"]


def design_of(question: Question, panel: Panel, setting: Setting, *, hold_means: bool = False) -> Design:
    """The complete rows of the model. Default covariates that this study lacks are left out; named ones are not.

    With ``hold_means`` (and ``centering = "person"``) the person's means over the rows used stand beside every
    day-level term: lags and gaps leave those means a little off zero, and in a model without random effects
    differences between persons would leak into the within-person effects (Mundlak, 1978).
    """
    columns: list[tuple[str, Piece | None, np.ndarray]] = [
        (piece.name, piece, piece.values(panel)) for piece in pieces_of_question(question)
    ]
    columns += [(name, None, covariate_values(name, panel)) for name in covariates_of(question, panel)]
    y = panel.value(question.outcome)
    complete = np.isfinite(y) & np.all([np.isfinite(column) for _, _, column in columns], axis=0)
    person, role = panel.own[complete], panel.frame["role"].to_numpy(dtype=object)[complete]
    kept = [(name, piece, column[complete]) for name, piece, column in columns]
    held = list(_means_used(kept, person)) if hold_means and question.centering == "person" else []
    X, names, pieces = _by_role([("intercept", None, np.ones(len(person))), *kept, *held], question, setting, role)
    couple = pd.factorize(panel.frame["couple_id"])[0]
    return Design(
        y=y[complete],
        X=X,
        names=names,
        pieces=pieces,
        couple=couple[complete],
        person=person,
        role=role,
        row=np.flatnonzero(complete),
    )


def _means_used(
    columns: list[tuple[str, Piece | None, np.ndarray]], person: np.ndarray
) -> Iterator[tuple[str, None, np.ndarray]]:
    for name, piece, column in columns:
        if piece is not None and piece.kind != "within":
            continue
        means = pd.Series(column).groupby(person).transform("mean").to_numpy()
        varies = np.linalg.norm(column - means) > NOTHING * np.linalg.norm(column)
        if varies and np.linalg.norm(means - means.mean()) > NOTHING * np.linalg.norm(column):
            yield f"{name}{MEAN_USED}", None, means


def _by_role(
    columns: Sequence[tuple[str, Piece | None, np.ndarray]], question: Question, setting: Setting, role: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], tuple[Piece | None, ...]]:
    """One column per term, or per term and role where effects are by role; intercepts always are where roles exist."""
    names: list[str] = []
    pieces: list[Piece | None] = []
    values: list[np.ndarray] = []
    for name, piece, column in columns:
        split_it = setting.roles if (question.by_role or name == "intercept") else ()
        for one in split_it or (None,):
            names.append(f"{name}[{one}]" if one else name)
            pieces.append(piece)
            values.append(np.where(role == one, column, 0.0) if one else column)
    return np.column_stack(values), tuple(names), tuple(pieces)


def covariates_of(question: Question, panel: Panel) -> tuple[str, ...]:
    """The covariates named, or those of the default ones that this panel has and that vary."""
    if question.covariates is not None:
        return question.covariates
    return tuple(
        name
        for name in DEFAULT_COVARIATES
        if (column := "time" if name == "study_day" else name) in panel.frame and panel.frame[column].nunique() > 1
    )


def covariate_values(name: str, panel: Panel) -> np.ndarray:
    """A covariate for every row of the panel, with the prefix ``partner.`` the partner's; the study day is centred."""
    if name == "study_day":
        time = panel.frame["time"].to_numpy(dtype=np.float64)
        return time - time.mean()
    if name.startswith("partner."):
        return panel.value(name.removeprefix("partner."), "partner")
    return panel.frame[name].to_numpy(dtype=np.float64)
