"""From records to validated tables, whole or in parts, in the order of the roster and of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from couples_study.core.columns import Glossary, kind_of_missing
from couples_study.core.errors import FrameError, StudyFileError, listed
from couples_study.intake.places import parts_of, places, rises, who_of
from couples_study.intake.records import Records
from couples_study.tables import GRAINS, schema_of

ALL = slice(None)
NOT_IN_PEOPLE = ("start_date", "start_day")


@dataclass(frozen=True, slots=True)
class Filling:
    """The good records of one file that fill a table: which, and into which of its rows.

    ``rows`` is None where they fill all rows in order, and a slice where they fill a block of them in order, as the
    files of one source after another do; ``positions`` is a slice where all records do.
    """

    records: Records
    positions: np.ndarray | slice
    rows: np.ndarray | slice | None

    def within(self, first: int, end: int) -> Filling:
        """The same for a stretch of the table's rows, counted from its first."""
        if isinstance(self.rows, np.ndarray):
            inside = np.flatnonzero((self.rows >= first) & (self.rows < end))
            return Filling(self.records, self._positions(inside), self.rows[inside] - first)
        begin = 0 if self.rows is None else int(self.rows.start)
        last = end if self.rows is None else int(self.rows.stop)
        low, high = max(first, begin), max(min(end, last), first, begin)
        whole = (low, high) == (first, end)
        own = self._positions(slice(low - begin, high - begin))
        return Filling(self.records, own, None if whole else slice(low - first, high - first))

    def _positions(self, which: np.ndarray | slice) -> np.ndarray | slice:
        return which if isinstance(self.positions, slice) else self.positions[which]

    @property
    def is_empty(self) -> bool:
        """Whether it fills no row."""
        if isinstance(self.rows, slice):
            return bool(self.rows.start >= self.rows.stop)
        return self.rows is not None and not len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that can be made: its places in order, and by column where its values come from."""

    name: str
    place: np.ndarray
    columns: Mapping[str, tuple[Filling, ...]]
    members: pd.DataFrame
    glossary: Glossary

    def __len__(self) -> int:
        return len(self.place)

    def frame(
        self, first: int = 0, end: int | None = None, only: Sequence[str] | None = None, *, lean: bool = False
    ) -> pd.DataFrame:
        """Rows ``first`` to ``end`` as a validated frame; with ``only``, keys and these columns without validation.

        With ``lean`` the ids are categories.
        """
        end = len(self.place) if end is None else min(end, len(self.place))
        grain = GRAINS[self.name]
        whose, when, number = parts_of(self.place[first:end])
        ids = {name: _categories(values, whose) if lean else values.take(whose) for name, values in self.ids().items()}
        wholes = dict(zip(grain.whole, (when, number), strict=False))
        names = [name for name in self.columns if only is None or name in only]
        stretches = self.stretches(first, end, names)
        answers = {name: self.values(name, stretches[name], end - first) for name in names}
        frame = pd.DataFrame({**ids, **wholes, **answers}, copy=False)
        if only is None:
            _require_valid(frame, self.name, names, self.glossary, keys=False)
        return frame

    def ids(self) -> dict[str, Any]:
        """The ids of everybody the table may name, by column, in the order that places count them."""
        named = ("couple_id", "person_id", "role") if GRAINS[self.name].has_person else ("couple_id",)
        return {name: self.members[name].array for name in named}

    def stretches(self, first: int, end: int, names: Sequence[str]) -> dict[str, list[Filling]]:
        """By column, what fills these rows: of many files mostly one does, and the others are left out.

        Where none does, the first stays, since it knows of what kind the column is.
        """
        within = {id(one): one.within(first, end) for name in names for one in self.columns[name]}
        own = {name: [within[id(one)] for one in self.columns[name]] for name in names}
        return {name: [one for one in fillings if not one.is_empty] or fillings[:1] for name, fillings in own.items()}

    def values(self, name: str, parts: Sequence[Filling], n: int) -> Any:
        """A column of ``n`` rows, filled by ``parts``."""
        told = [_told(part, name) for part in parts]
        if len(parts) == 1 and parts[0].rows is None:
            return _as_column(told[0], name, self.glossary)
        kind = np.result_type(*[one.dtype for one in told])
        values = np.full(n, _nothing(kind), dtype=kind)
        for part, own in zip(parts, told, strict=True):
            values[slice(None) if part.rows is None else part.rows] = own
        return _as_column(values, name, self.glossary)


class Tables(Mapping[str, pd.DataFrame]):
    """The finished tables by name; each is made when it is first asked for."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.plans = dict(tables)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self.plans[name].frame()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.plans

    def __iter__(self) -> Iterator[str]:
        return iter(self.plans)

    def __len__(self) -> int:
        return len(self.plans)

    def lean(self, name: str, only: Sequence[str]) -> pd.DataFrame:
        """A table with its keys as categories and only some of its answers, for those who count."""
        return self.plans[name].frame(only=only, lean=True)

    def sizes(self, name: str) -> tuple[int, int, int]:
        """Rows, people and couples of a table, without making it."""
        plan = self.plans[name]
        if isinstance(plan, Ready) or not GRAINS[name].has_person:
            frame = plan.frame(only=[])
            people = frame["person_id"].nunique() if "person_id" in frame else 0
            return len(frame), int(people), int(frame["couple_id"].nunique())
        whose = who_of(plan.place)
        first = np.concatenate([[True], whose[1:] != whose[:-1]]) if len(whose) else np.zeros(0, dtype=bool)
        there = whose[first]  # places stand in the order of the roster
        return len(plan), len(there), int(plan.members["couple_id"].iloc[there].nunique())


def tables_of(
    by_source: Sequence[Sequence[Records]],
    roster: pd.DataFrame,
    couples: pd.Index,
    glossary: Glossary,
    added: Mapping[str, pd.DataFrame],
) -> Tables:
    """All tables that the records fill; people and couples always. ``added`` are frames by id to join to these two."""
    here = _accepted(by_source, len(roster))
    found = {name: _table(name, by_source, roster, couples, glossary) for name in GRAINS}
    tables: dict[str, Any] = {name: table for name, table in found.items() if table is not None}
    people = _people(found["people"], roster, here)
    for name, base in (("people", people), ("couples", _couples(found["couples"], people, added["start"]))):
        frame = base.merge(added[name], how="left") if len(added[name]) else base
        answers = [column for column in frame.columns.astype("str") if column not in (*GRAINS[name].keys, "role")]
        _require_valid(frame, name, answers, glossary)
        tables[name] = Ready(name=name, made=frame)
    return Tables({name: tables[name] for name in GRAINS if name in tables})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Table):
    """A small table that is there already."""

    made: pd.DataFrame
    place: np.ndarray = None  # type: ignore[assignment]
    columns: Mapping[str, tuple[Filling, ...]] = None  # type: ignore[assignment]
    members: pd.DataFrame = None  # type: ignore[assignment]
    glossary: Glossary = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.made)

    def frame(
        self,
        first: int = 0,
        end: int | None = None,
        only: Sequence[str] | None = None,
        *,
        lean: bool = False,  # noqa: ARG002 (it is small as it is)
    ) -> pd.DataFrame:
        keys = [*GRAINS[self.name].keys, "role"]
        columns = [name for name in self.made if only is None or name in only or name in keys]
        return self.made.iloc[first:end][columns]


def _categories(words: Any, whose: np.ndarray) -> pd.Categorical:
    codes, distinct = pd.factorize(words)
    return pd.Categorical.from_codes(codes[whose], categories=pd.Index(distinct, dtype="str"))


def _table(
    name: str, by_source: Sequence[Sequence[Records]], roster: pd.DataFrame, couples: pd.Index, glossary: Glossary
) -> Table | None:
    sources = [files for files in by_source if files[0].source.table == name]
    if not sources:
        return None
    good = [[np.flatnonzero(records.good()) for records in files] for files in sources]
    claimed = [
        [_of(places(records, couples), positions) for records, positions in zip(files, kept, strict=True)]
        for files, kept in zip(sources, good, strict=True)
    ]
    parts = [place for files in claimed for place in files]
    every = parts[0] if len(parts) == 1 else np.concatenate(parts)
    ordered = every if rises(every) else np.unique(every)  # either way single and in order
    columns: dict[str, list[Filling]] = {}
    for files, kept, own in zip(sources, good, claimed, strict=True):
        for records, positions, place in zip(files, kept, own, strict=True):
            rows = None if ordered is every and len(place) == len(every) else np.searchsorted(ordered, place)
            every_one = len(positions) == len(records)
            filling = Filling(records, slice(None) if every_one else positions, _block(rows))
            for column in _columns_of(records, positions):
                columns.setdefault(column, []).append(filling)
    _require_single(name, columns, len(ordered))
    members = roster if GRAINS[name].has_person else pd.DataFrame({"couple_id": couples.astype("str")})
    return Table(
        name=name,
        place=ordered,
        columns={column: tuple(fillings) for column, fillings in _sorted(columns).items()},
        members=members,
        glossary=glossary,
    )


def _of(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """The values at increasing positions; all of them as they are."""
    return values if len(positions) == len(values) else values[positions]


def _block(rows: np.ndarray | None) -> np.ndarray | slice | None:
    """Rows that follow one another as a slice."""
    if rows is None or not len(rows) or rows[-1] - rows[0] + 1 != len(rows) or (np.diff(rows) != 1).any():
        return rows
    return slice(int(rows[0]), int(rows[-1]) + 1)


def _columns_of(records: Records, positions: np.ndarray) -> Iterator[str]:
    if records.source.table == "survey_waves" and records.source.keys.week:
        yield "week"
    if records.source.table == "diary_days":
        yield from ["date"] * (records.date is not None) + ["entry_late"] * (records.late is not None)
    for target, answer in records.answers.items():
        yield target
        if (answer.kinds != "").any() and (answer.kinds[answer.codes[positions]] != "").any():
            yield kind_of_missing(target)


def _sorted(columns: dict[str, list[Filling]]) -> dict[str, list[Filling]]:
    """Columns as they came, each followed by its kinds of missing."""
    ours = [name for name in ("date", "entry_late", "week") if name in columns]
    plain = [name for name in columns if name not in ours and not name.endswith(kind_of_missing(""))]
    told = [column for name in plain for column in (name, kind_of_missing(name)) if column in columns]
    return {name: columns[name] for name in [*ours, *told]}


def _require_single(name: str, columns: Mapping[str, Sequence[Filling]], rows: int) -> None:
    """Two sources may fill one column, but not for the same person and time."""
    both = []
    for column, fillings in columns.items():
        if len({id(filling.records.source) for filling in fillings}) > 1:
            counts = sum(np.bincount(_rows_of(filling, rows), minlength=rows) for filling in fillings)
            if np.max(counts, initial=0) > 1 and column not in ("date", "entry_late", "week"):
                both.append(column)
    if both:
        raise StudyFileError(
            f"study.toml, sources of table {name}",
            expected="each column of a person and time from one source",
            found=f"{listed(sorted(both))} from two",
            do="map the column in one of them only",
        )


def _told(filling: Filling, name: str) -> np.ndarray:
    records, which = filling.records, filling.positions
    if name == "week" and records.time is not None:
        return records.time[which]
    if name == "date" and records.date is not None:
        return records.date[which].astype("datetime64[us]")
    if name == "entry_late" and records.late is not None:
        return records.late[which].astype("float64")
    if name in records.answers:
        return records.answers[name].rows(which)
    answer = records.answers[name.removesuffix(kind_of_missing(""))]
    kinds = np.array([kind or None for kind in answer.kinds], dtype=object)
    return kinds[answer.codes[which]]


def _nothing(kind: Any) -> Any:
    if kind == np.dtype(object):
        return None
    return np.datetime64("NaT") if np.issubdtype(kind, np.datetime64) else np.nan


def _as_column(values: np.ndarray, name: str, glossary: Glossary) -> Any:
    if name in glossary and (glossary[name].is_numeric or glossary[name].kind == "date"):
        return values
    return pd.array(values, dtype="str")


def _rows_of(filling: Filling, n: int) -> np.ndarray:
    if isinstance(filling.rows, np.ndarray):
        return filling.rows
    return np.arange(n)[slice(None) if filling.rows is None else filling.rows]


def _accepted(by_source: Sequence[Sequence[Records]], n: int) -> np.ndarray:
    """Everyone of whom a record was accepted: people known from held or dropped records alone are in no table."""
    here = np.zeros(n, dtype=bool)
    for files in by_source:
        for records in files:
            everyone = records.whos["person"].to_numpy()
            kept = everyone[records.who[~records.is_held]] if records.is_held.any() else everyone
            here[kept[kept >= 0]] = True
    return here


def _people(table: Table | None, roster: pd.DataFrame, here: np.ndarray) -> pd.DataFrame:
    people = roster.loc[here, ["couple_id", "person_id", "role"]].reset_index(drop=True)
    if table is None:
        return people
    told = table.frame(only=[*table.columns]).drop(columns=["role", *NOT_IN_PEOPLE], errors="ignore")
    return people.merge(told, on=["couple_id", "person_id"], how="left")


def _couples(table: Table | None, people: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    couples = people[["couple_id"]].drop_duplicates(ignore_index=True)
    if table is not None:
        couples = couples.merge(table.frame(only=[*table.columns]), on="couple_id", how="outer", sort=False)
    missing = [name for name in starts if name not in couples]
    return couples.merge(starts[["couple_id", *missing]], how="left") if missing else couples


def _require_valid(
    table: pd.DataFrame, name: str, answers: Sequence[str], glossary: Glossary, *, keys: bool = True
) -> None:
    """The finished table is checked once more as a whole; Pandera's messages repeat answers, so they stay here.

    Without ``keys`` only answers are: the keys of places that are single and in order are single themselves.
    """
    from pandera.errors import SchemaError, SchemaErrors

    try:
        checked = table.drop(columns="role", errors="ignore") if keys else table[list(answers)]
        schema_of(name, answers, glossary, keys=keys).validate(checked, inplace=True)
    except (SchemaError, SchemaErrors):
        fault = FrameError(
            f"table {name}",
            expected=f"rows that are single by {listed(GRAINS[name].keys)}, with answers in range",
            found="rows that are not, although every record was checked",
            do="report this as a defect of the package; the data are not at fault",
        )
    else:
        return
    raise fault
