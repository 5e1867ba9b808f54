"""The design of an actor-partner model, built from parts: which columns, for whom, when, centred how."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Question
from couples_study.measures import Panel
from couples_study.models.model import Setting

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

    def words(self, question: Question) -> str:
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

    def demeaned(self) -> Design:
        """Outcome and predictors as differences from the person's own mean over the rows used; what is constant goes."""
        codes = pd.Series(self.person)

        def inside(values: np.ndarray) -> np.ndarray:
            return values - pd.DataFrame(values).groupby(codes.to_numpy()).transform("mean").to_numpy()

        y, X = inside(self.y[:, None])[:, 0], inside(self.X)
        moving = np.flatnonzero(np.linalg.norm(X, axis=0) > 1e-8 * np.maximum(np.linalg.norm(self.X, axis=0), 1e-300))
        return replace(
            self, y=y, X=X[:, moving], names=tuple(self.names[i] for i in moving),
            pieces=tuple(self.pieces[i] for i in moving),
        )

    def rows_behind(self, tests: tuple[str, ...]) -> np.ndarray:
        """The rows whose outcome enters the tested terms: those of the roles named in ``tests``, or all."""
        roles = {words[words.index("[") + 1 : words.index("]")] for words in tests if words.count("[") == 1}
        if any("[" not in words or words.count("[") > 1 for words in tests) or not roles:
            return np.ones(len(self.y), dtype=bool)
        return np.isin(self.role.astype(object), list(roles))


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


def design_of(question: Question, panel: Panel, setting: Setting) -> Design:
    """The complete rows of the model. Default covariates that this study lacks are left out; named ones are not."""
    columns: list[tuple[str, Piece | None, np.ndarray]] = [
        (piece.name, piece, piece.values(panel)) for piece in pieces_of_question(question)
    ]
    columns += [(name, None, _covariate(name, panel)) for name in _covariates(question, panel)]
    role = panel.frame["role"].to_numpy(dtype=object)
    names, pieces, values = [], [], []
    ones = np.ones(len(role))
    for name, piece, column in [("intercept", None, ones), *columns]:
        split_it = setting.roles if (question.by_role or name == "intercept") else ()
        for one in split_it or (None,):
            names.append(f"{name}[{one}]" if one else name)
            pieces.append(piece)
            values.append(np.where(role == one, column, 0.0) if one else column)
    X, y = np.column_stack(values), panel.value(question.outcome)
    complete = np.isfinite(y) & np.all([np.isfinite(column) for _, _, column in columns], axis=0)
    couple = pd.factorize(panel.frame["couple_id"])[0]
    return Design(
        y=y[complete], X=X[complete], names=tuple(names), pieces=tuple(pieces), couple=couple[complete],
        person=panel.own[complete], role=role[complete], row=np.flatnonzero(complete),
    )


def _covariates(question: Question, panel: Panel) -> tuple[str, ...]:
    if question.covariates is not None:
        return question.covariates
    return tuple(
        name for name in DEFAULT_COVARIATES
        if name == "study_day" or (name in panel.frame and panel.frame[name].nunique() > 1)
    )


def _covariate(name: str, panel: Panel) -> np.ndarray:
    if name == "study_day":
        time = panel.frame["time"].to_numpy(dtype=np.float64)
        return time - time.mean()
    return panel.frame[name].to_numpy(dtype=np.float64)
