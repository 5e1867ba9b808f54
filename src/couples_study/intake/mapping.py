"""Which column of an export fills which column of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from couples_study.contracts.measure import Measure
from couples_study.contracts.study import ROW, Dyads, Source
from couples_study.core.columns import RESULTS, Column, Glossary
from couples_study.core.errors import DeliveryError, StudyFileError, listed, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The answer columns of one source: target column to export column, and what was left lying.

    In a wide layout ``shared`` targets are those of columns that belong to both partners, as they stand.
    """

    answers: dict[str, str]
    ignored: tuple[str, ...]
    by: str | None = None
    shared: frozenset[str] = field(default_factory=frozenset)


def study_columns(measures: dict[str, Measure], glossary: Glossary) -> Glossary:
    """The glossary with the study's measures and their items added as rows of their own."""
    added: dict[str, Column] = {}
    for name, measure in measures.items():
        added[name] = _measure_row(name, name, measure)
        for item in measure.items:
            if item not in measures and (item not in glossary or glossary[item].of_claims_alone):
                added[item] = _measure_row(item, name, measure)
    return glossary.extended(added)


def _measure_row(name: str, of: str, measure: Measure) -> Column:
    low, high = measure.range or (None, None)
    if measure.items and name == of and measure.score == "sum" and measure.range is not None:
        low, high = len(measure.items) * measure.range[0], len(measure.items) * measure.range[1]
    return Column(
        name=name,
        label=measure.label if name == of else f"{measure.label}: item {name}",
        meaning=measure.meaning or measure.label,
        unit=measure.unit,
        kind="code" if measure.labels else "number",
        table="diary_days",
        group="this study",
        low=low,
        high=high,
        labels=measure.labels,
    )


def mapping_of(source: Source, header: tuple[str, ...], glossary: Glossary, dyads: Dyads, file: str) -> Mapping:
    """Match one export's header with what ``study.toml`` says; refuse what is not there, list what is not used."""
    names = _without_marks(source, header, file)
    _require_keys(source, header, file)
    _require_known(source, glossary, file)
    answers = dict(source.columns)
    if source.arm is not None and source.arm not in answers.values():
        answers["arm"] = source.arm
    _require_delivered(answers.values(), names, f"{file}, columns", source, header)
    keys = {name for name in _key_names(source) if name}
    taken = set(answers.values()) | keys
    for name in sorted(names):
        if name in glossary and name not in answers and name not in taken and _is_ours(glossary[name]):
            answers[name] = name
    by = _by_column(source, dyads, names, answers)
    _require_missing_in(source, {*answers, *answers.values()}, file)
    numbered = {source.keys.day or "", source.keys.wave or "", source.keys.week or ""}
    _require_recoded(source, {*answers, *answers.values(), *numbered, by or "", dyads.by or ""}, file)
    rules = {*source.only, *(column for rule in source.drop.values() for column in rule)}
    used = set(answers.values()) | keys | rules | {by or ""}
    ignored = tuple(name for name in header if not used & {name, names_of(source, name)})
    shared = (
        frozenset(target for target, column in answers.items() if column in header) if source.partners else frozenset()
    )
    return Mapping(answers=answers, ignored=ignored, by=by, shared=shared)


def _can_be_filled(column: Column) -> bool:
    """Whether an export may fill the column: keys have their own place, and results are only ever computed."""
    return column.kind != "key" and column.table != RESULTS


def names_of(source: Source, column: str) -> str:
    """An export column's name without its partner's prefix or suffix."""
    for prefix in sorted(source.prefixes.values(), key=len, reverse=True):
        if column.startswith(prefix):
            return column.removeprefix(prefix)
    for suffix in sorted(source.suffixes.values(), key=len, reverse=True):
        if column.endswith(suffix):
            return column.removesuffix(suffix)
    return column


def _without_marks(source: Source, header: tuple[str, ...], file: str) -> set[str]:
    if not source.partners:
        return set(header)
    keys = set(_key_names(source))
    stripped = [_marked(source, role, [name for name in header if name not in keys]) for role in source.partners]
    for role, names in zip(source.partners, stripped, strict=True):
        if not names:
            word, verb = ("prefix", "begin") if source.prefixes else ("suffix", "end")
            mark = (source.prefixes or source.suffixes)[role]
            raise DeliveryError(
                f"{file}, header",
                expected=f"columns that {verb} with {mark!r} ({word} of {role})",
                found="none",
                do=f"mend {word}es in its [[source]]",
            )
    plain = {name for name in header if names_of(source, name) == name}
    return set.intersection(*stripped) | (plain - keys)


def _marked(source: Source, role: str, names: Iterable[str]) -> set[str]:
    """The columns of one partner, without what marks them as such."""
    if source.prefixes:
        prefix = source.prefixes[role]
        return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    suffix = source.suffixes[role]
    return {name.removesuffix(suffix) for name in names if name.endswith(suffix)}


def _key_names(source: Source) -> list[str]:
    keys = source.keys
    named = [keys.couple, keys.person, keys.day, keys.date, keys.wave, keys.week]
    return [name for name in named if name is not None and name != ROW]


def _require_keys(source: Source, header: tuple[str, ...], file: str) -> None:
    absent = [name for name in _key_names(source) if name not in header]
    if absent:
        guess = nearest(absent[0], header)
        raise DeliveryError(
            f"{file}, header",
            expected=f"the key column{'s' if len(absent) > 1 else ''} {listed(map(repr, absent))}",
            found=_seen(source, header),
            do=f"did you mean {guess!r}? " * bool(guess) + "mend keys (or separator) in its [[source]]",
        )


def _is_ours(column: Column) -> bool:
    """Whether a column of this name in an export is taken for ours: `columns` has to map what single claims ask of."""
    return _can_be_filled(column) and not column.of_claims_alone


def _require_known(source: Source, glossary: Glossary, file: str) -> None:
    unknown = [name for name in source.columns if name not in glossary or not _can_be_filled(glossary[name])]
    if unknown:
        guess = nearest(unknown[0], glossary)
        raise StudyFileError(
            f"study.toml, columns of the source for {file}",
            expected="names of the glossary or of [measures] that an export can fill",
            found=f"{listed(map(repr, unknown))}",
            do=f"did you mean {guess!r}?"
            if guess and guess != unknown[0]
            else "keys go under keys; what is new goes under [measures.<name>]",
        )


def _seen(source: Source, header: tuple[str, ...]) -> str:
    """The header in words, unless it may be a row of answers."""
    if source.knows(header):
        return f"columns {listed(header)}"
    return f"a first row of {len(header)} cells, none of them a name that its [[source]] uses (no header row?)"


def _require_delivered(
    wanted: Iterable[str], names: set[str], where: str, source: Source, header: tuple[str, ...]
) -> None:
    absent = [name for name in wanted if name not in names]
    if absent:
        guess = nearest(absent[0], names)
        raise DeliveryError(
            where,
            expected=f"export column{'s' if len(absent) > 1 else ''} {listed(map(repr, absent))}",
            found=_seen(source, header),
            do=f"did you mean {guess!r}?" if guess else "mend columns in its [[source]], or export the column too",
        )


def _require_missing_in(source: Source, names: set[str], file: str) -> None:
    unknown = [name for name in source.missing_in if name not in names]
    if unknown:
        guess = nearest(unknown[0], names)
        raise StudyFileError(
            f"study.toml, missing_in of the source for {file}",
            expected="columns that are read from this export, by our name or the export's",
            found=listed(map(repr, unknown)),
            do=f"did you mean {guess!r}?" if guess else "map the column under columns, or drop it from missing_in",
        )


def _require_recoded(source: Source, names: set[str], file: str) -> None:
    unknown = [name for name in source.recode if name not in names]
    if unknown:
        guess = nearest(unknown[0], names)
        raise StudyFileError(
            f"study.toml, recode of the source for {file}",
            expected="columns that are read from this export, by our name or the export's",
            found=listed(map(repr, unknown)),
            do=f"did you mean {guess!r}?" if guess else "map the column under columns, or drop its recode",
        )


def _by_column(source: Source, dyads: Dyads, names: set[str], answers: dict[str, str]) -> str | None:
    """The export column that tells partners apart, if this source has it."""
    if dyads.by is None or source.partners:
        return None
    return answers.get(dyads.by) or (dyads.by if dyads.by in names else None)
