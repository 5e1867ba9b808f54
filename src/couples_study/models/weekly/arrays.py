"""Both partners' weekly answers as arrays over couples, partners and weeks; a skipped week is NaN, never a shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Counts, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.measures import Frames
from couples_study.models.model import Setting

PARTNERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Weekly surveys of C couples over W weeks.

    ``weeks`` (W,) counts from the start of the programme, baselines being 0 and below. ``answers`` holds (C, 2, W)
    by column, ``steady`` (C, 2) what does not change, ``labels`` (C,) codes of what moderates (-1 unknown). ``arm``
    (C,) indexes ``arms``. ``gone`` (C,) is the week by which the couple had separated, infinity if it had not;
    ``member`` (C, 2) says who exists; ``told_apart`` whether the second axis is the role.
    """

    weeks: np.ndarray
    arm: np.ndarray
    arms: tuple[str, ...]
    answers: Mapping[str, np.ndarray]
    member: np.ndarray
    gone: np.ndarray
    told_apart: bool = False
    steady: Mapping[str, np.ndarray] = field(default_factory=dict)
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def couples(self) -> int:
        return len(self.arm)

    def at(self, column: str, week: int) -> np.ndarray:
        """Answers of one week, (C, 2); all missing where that week was not asked."""
        place = np.flatnonzero(self.weeks == week)
        return self.answers[column][:, :, place[0]] if len(place) else np.full(self.member.shape, np.nan)

    def baseline(self, column: str) -> np.ndarray:
        """The mean of a person's baselines (C, 2), NaN where there is none."""
        return mean_over(self.answers[column][:, :, self.weeks <= 0])

    def baseline_sd(self, column: str) -> float:
        """The standard deviation of one baseline answer, pooled over the baseline weeks."""
        before = self.answers[column][:, :, self.weeks <= 0]
        centred = before - np.nanmean(before, axis=(0, 1), keepdims=True)
        counts = np.isfinite(before).sum(axis=(0, 1))
        return float(np.sqrt(np.nansum(centred**2) / max(int((counts - 1).sum()), 1)))

    def only(self, arms: Sequence[str]) -> Weekly:
        """The couples of these arms, numbered in this order."""
        codes = [self.arms.index(name) for name in arms if name in self.arms]
        kept = self.where(np.isin(self.arm, codes))
        number = np.full(len(self.arms), -1)
        number[codes] = np.arange(len(codes))
        return replace(kept, arm=number[kept.arm], arms=tuple(self.arms[code] for code in codes))

    def where(self, keep: np.ndarray) -> Weekly:
        """The couples that ``keep`` (C,), a mask or numbers, picks."""
        return replace(
            self,
            arm=self.arm[keep],
            member=self.member[keep],
            gone=self.gone[keep],
            answers={name: one[keep] for name, one in self.answers.items()},
            steady={name: one[keep] for name, one in self.steady.items()},
            labels={name: one[keep] for name, one in self.labels.items()},
        )

    def counts(self, column: str, weeks: Sequence[int]) -> Counts:
        """Couple-weeks scheduled, answered and used of ``column`` in these weeks; ``n_obs`` counts persons' answers."""
        answered = np.isfinite(np.stack([self.at(column, week) for week in weeks], axis=-1))
        either = answered.any(axis=1)
        return Counts(
            couples=self.couples,
            people=int(self.member.sum()),
            n_obs=int(answered.sum()),
            days_scheduled=self.couples * len(weeks),
            days_answered=int(either.sum()),
            days_used=int(either.sum()),
            occasion="week",
        )


def mean_over(values: np.ndarray) -> np.ndarray:
    """The mean over the last axis of what is there, NaN where nothing is."""
    there = np.isfinite(values)
    counts = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def weekly_of(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    frames: Frames,
    setting: Setting,
    columns: Sequence[str],
) -> Weekly | NotTestable:
    """The weekly arrays that ``question`` needs: ``columns`` over time, its arm, covariates and moderator."""
    frame = frames.panel_with(columns[0])
    elsewhere = [name for name in columns if frame is None or name not in frame.columns]
    if frame is None or elsewhere:
        return NotTestable(
            id=id, reason="another_rhythm", detail=f"{', '.join(elsewhere or columns)}: not measured on the same weeks."
        )
    if question.arm is not None and frame[question.arm].dropna().nunique() < 2:
        return NotTestable(
            id=id,
            reason="needs_arms",
            detail="All couples had the same programme, or none; a change over time without a comparison says nothing "
            "of what brought it about.",
        )
    return _arrays(frame, question, setting, columns)


def _arrays(frame: pd.DataFrame, question: Question, setting: Setting, columns: Sequence[str]) -> Weekly:
    people = _people(frame, question, setting)
    arms, arm = _codes(people, question.arm)
    where = people.set_index("person_id")[["row", "slot"]]
    weeks = np.sort(frame["time"].unique()).astype(np.int64)
    at = (*_place(where, frame), np.searchsorted(weeks, frame["time"].to_numpy()))
    shape = (int(people["row"].max()) + 1, PARTNERS, len(weeks))
    steady = [name for name in (question.covariates or ()) if name not in ("study_day", "weekend")]
    first = frame.sort_values("time", kind="stable").drop_duplicates("person_id")
    here = (people["row"].to_numpy(), people["slot"].to_numpy())
    return Weekly(
        weeks=weeks - question.begins,
        arm=arm,
        arms=arms,
        answers={name: _filled(frame[name], at, shape) for name in columns},
        member=_filled(pd.Series(1.0, people.index), here, shape[:2]) == 1.0,
        gone=_gone(frame, at, shape, weeks - question.begins),
        told_apart=bool(setting.roles),
        steady={name: _filled(first[name], _place(where, first), shape[:2]) for name in steady},
        labels={name: _labelled(people, name, question.stratum) for name in (question.moderator,) if name},
    )


def _people(frame: pd.DataFrame, question: Question, setting: Setting) -> pd.DataFrame:
    """One row per person with the couple's number and the partner's slot; couples without an arm are left out."""
    wanted = ["couple_id", "person_id", "role", *question.groupings()]
    people = frame[wanted].drop_duplicates("person_id")
    if question.arm is not None:
        people = people[people[question.arm].notna()]
    people = people.sort_values(["couple_id", "role", "person_id"], kind="stable", ignore_index=True)
    slot = people.groupby("couple_id").cumcount()
    if setting.roles:
        slot = people["role"].map({role: number for number, role in enumerate(setting.roles)}).fillna(slot)
    return people.assign(row=people.groupby("couple_id").ngroup(), slot=slot.astype("int64"))


def _codes(people: pd.DataFrame, column: str | None) -> tuple[tuple[str, ...], np.ndarray]:
    couples = people.drop_duplicates("row").sort_values("row")
    if column is None:
        return ("all",), np.zeros(len(couples), dtype=np.int64)
    labels = couples[column].astype("str")
    arms = tuple(sorted(labels.unique()))
    return arms, np.array([arms.index(label) for label in labels])


def _labelled(people: pd.DataFrame, column: str, stratum: str | None) -> np.ndarray:
    """1 for couples in the stratum, 0 for others, -1 where nothing is known."""
    couples = people.drop_duplicates("row").sort_values("row")
    known = couples[column].notna().to_numpy()
    inside = couples[column].astype("str").eq(str(stratum)).to_numpy()
    return np.where(known, inside.astype(np.int64), -1)


def _place(where: pd.DataFrame, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    rows = where.reindex(frame["person_id"])
    return rows["row"].to_numpy(), rows["slot"].to_numpy()


def _filled(values: pd.Series, at: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    there = np.isfinite(np.asarray(at[0], dtype=np.float64))
    array = np.full(shape, np.nan)
    place = tuple(np.asarray(part)[there].astype(np.int64) for part in at)
    array[place] = values.to_numpy(dtype=np.float64, na_value=np.nan)[there]
    return array


def _gone(frame: pd.DataFrame, at: Sequence[np.ndarray], shape: tuple[int, ...], weeks: np.ndarray) -> np.ndarray:
    if "separated" not in frame.columns:
        return np.full(shape[0], np.inf)
    told = _filled(frame["separated"], at, shape)
    separated = np.where(np.isfinite(told), told, 0.0).max(axis=1) > 0
    return np.where(separated.any(axis=1), weeks[separated.argmax(axis=1)].astype(np.float64), np.inf)
