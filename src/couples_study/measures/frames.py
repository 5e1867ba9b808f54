"""The analysis frames of a study: person-days, person-waves, people and couples, scored and joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from couples_study.core.columns import answer_behind
from couples_study.measures.scoring import Scale, scored

TIME_OF = {"diary_days": "day", "survey_waves": "wave"}
PANELS = {"person_days": "diary_days", "person_waves": "survey_waves"}
IDS = ("couple_id", "person_id", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """``person_days`` and ``person_waves`` (None where the study has none), ``people`` and ``couples``.

    The panels carry the columns of people and couples too, constant within a person. ``people`` carries wave 0 of the
    surveys and, for columns that exist in the diary only, the person's mean over all answered days.
    """

    people: pd.DataFrame
    couples: pd.DataFrame
    person_days: pd.DataFrame | None = None
    person_waves: pd.DataFrame | None = None
    varying: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def named(self) -> dict[str, pd.DataFrame]:
        frames = {"people": self.people, "couples": self.couples}
        frames |= {name: frame for name in PANELS if (frame := getattr(self, name)) is not None}
        return frames

    def panel_with(self, column: str) -> pd.DataFrame | None:
        """The panel in which ``column`` varies over time, the diary first; None if it is in neither."""
        for name in PANELS:
            if column in self.varying.get(name, ()):
                frame: pd.DataFrame = getattr(self, name)
                return frame
        return None

    def has(self, column: str) -> bool:
        """Whether any frame has the column."""
        return any(column in frame.columns for frame in self.named().values())


def frames_of(tables: Mapping[str, pd.DataFrame], scales: Iterable[Scale]) -> Frames:
    """Score every table and join what belongs to persons and couples onto their days and waves."""
    scales = tuple(scales)
    done = {name: scored(_answers(table), scales) for name, table in tables.items()}
    couples = done["couples"]
    members = done["people"].drop(columns=_shared(done["people"], couples)).merge(couples, on="couple_id", how="left")
    panels = {name: _panel(done[table], members, TIME_OF[table]) for name, table in PANELS.items() if table in done}
    keys = {*IDS, *TIME_OF.values()}
    varying = {name: frozenset(done[PANELS[name]].columns) - keys for name in panels}
    people = _people(members, done).copy()  # in one piece, as panels: adding a column to many pieces is slow, and warns
    return Frames(people=people, couples=couples, varying=varying, **panels)


def _shared(people: pd.DataFrame, couples: pd.DataFrame) -> list[str]:
    return [name for name in couples.columns if name in people.columns and name != "couple_id"]


def _answers(table: pd.DataFrame) -> pd.DataFrame:
    """The table without its kinds of missing, which no analysis reads."""
    kinds = [name for name in table.columns.astype("str") if answer_behind(name) in table]
    return table.drop(columns=kinds) if kinds else table


def _panel(table: pd.DataFrame, members: pd.DataFrame, time: str) -> pd.DataFrame:
    steady = [name for name in members.columns if name not in table.columns or name in ("couple_id", "person_id")]
    frame = table.merge(members[steady], on=["couple_id", "person_id"], how="left")
    added = {"time": frame[time]}
    if "date" in frame:
        weekend = frame["date"].dt.day_of_week.ge(5).astype("float64")
        added["weekend"] = weekend.where(frame["date"].notna())
    return pd.concat([frame.drop(columns=[*added], errors="ignore"), pd.DataFrame(added)], axis=1).copy()


def _people(members: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    people = members
    if "survey_waves" in tables:
        waves = tables["survey_waves"]
        first = waves[waves["wave"].eq(0)].drop(columns=["role", "wave", "week"], errors="ignore")
        new = [name for name in first.columns if name not in people.columns or name == "person_id"]
        people = people.merge(first[new], on="person_id", how="left")
    if "diary_days" in tables:
        diary = tables["diary_days"]
        numeric = diary.select_dtypes("number").columns.difference([*people.columns, "day", "entry_late"])
        means = diary.groupby("person_id", sort=False)[list(numeric)].mean()
        theirs = means.reindex(people["person_id"]).set_axis(people.index)  # a merge of nobody with nobody fails
        people = pd.concat([people, theirs], axis=1)
    return people
