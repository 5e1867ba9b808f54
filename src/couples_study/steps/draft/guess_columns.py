"""What the answer columns are: the glossary's, batteries of items, single scales, closed words; or left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from couples_study.core.columns import RESULTS, Column
from couples_study.steps.draft.forms import Line
from couples_study.steps.draft.likeness import YES, fits, nearest_column
from couples_study.steps.draft.look import Look
from couples_study.steps.draft.measures import Measure, Measures, label_of, measure_name
from couples_study.steps.draft.scales import Range, labelled_scale, usual_scale
from couples_study.steps.draft.words import EXACT, NOT, called, parts, plain

ITEM = re.compile(r"(?P<stem>.*?)[ _.\-]*(?P<number>[0-9]+)(?P<reversed>[Rr]?)(?P<tail>(?:_[A-Za-z]+)*)")
GENERIC = frozenset({"q", "v", "f", "x", "var", "item", "frage", "question", "pregunta", "column"})
GUESSED = "guessed from the lowest and highest answers; say the scale that was offered"


@dataclass(slots=True)
class Answers:
    """What a source does with its columns: lines of ``columns`` and ``recode``, and the columns that are left out."""

    columns: list[Line] = field(default_factory=list)
    recode: dict[str, list[Line]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def taken(self) -> frozenset[str]:
        """Our names that a column of the source fills already."""
        return frozenset(self.ours)

    def map(self, ours: str, export: str, why: str = "", note: str = "") -> None:
        """Fill our column from the export's; said only where the names differ or somebody should look."""
        self.used.append(export)
        self.ours.append(ours)
        if ours != export or why:
            self.columns.append(Line(key=ours, value=export, why=why, note=note))


def guess_columns(
    looks: Mapping[str, Look], table: str, measures: Measures, names: Mapping[str, str], stem: str = "scale"
) -> Answers:
    """Every column in ``looks`` that is an answer; ``names`` are names to draft under where they are others."""
    answers = Answers()
    left = {name: look for name, look in looks.items() if _is_answer(name, look, answers)}
    for name in [name for name in left if _fills_glossary(left[name], names.get(name, name), table, measures, answers)]:
        del left[name]
    for battery in _batteries(left, names, stem):
        _add_battery(battery, [left.pop(name) for name in battery.items], measures, answers)
    for name, look in left.items():
        _add_single(look, names.get(name, name), measures, answers)
    return answers


def _is_answer(name: str, look: Look, answers: Answers) -> bool:
    """Whether the column may be an answer that can be used; what can not is listed or, if private, passed over."""
    if called(name, "private") != NOT or called(name, "platform") == EXACT:
        return False
    an_id = any(called(name, what) == EXACT for what in ("couple", "person")) or parts(name)[-1:] == ("id",)
    status = name.endswith(("_complete", "_timestamp")) or "___" in name
    no_answers = look.distinct < 2 or look.dates is not None or not (look.numeric or look.words)
    if status or an_id or no_answers:
        answers.left += [name] * (not look.empty)
        return False
    return True


def _fills_glossary(look: Look, name: str, table: str, measures: Measures, answers: Answers) -> bool:
    column = measures.glossary.get(name)
    if column is not None and column.kind != "key" and column.table != RESULTS and column.name not in measures.found:
        if fits(column, look):
            answers.map(name, look.name, why=_strays(look, column.low, column.high))
            _recode_flag(column, look, answers)
            return True
        if look.numeric:
            own = measures.add(_single(look, name), answers.taken)
            why = f"the glossary has a column of this name on another scale ({_bounds(column)}); this one is kept apart"
            answers.map(own, look.name, why=why)
            return True
    near = nearest_column(look, name, table, measures.glossary.values())
    if near is None or near.name in {*answers.taken, *answers.used} or near.name in measures.found:
        return False
    beyond = _strays(look, near.low, near.high)
    why = f"alike in name or wording; is it this? {near.meaning}" + (f" Also, {beyond}" if beyond else "")
    answers.map(near.name, look.name, why=why)
    _recode_flag(near, look, answers)
    return True


def _recode_flag(column: Column, look: Look, answers: Answers) -> None:
    if column.kind == "flag" and look.words:
        answers.recode[column.name] = [Line(key=word, value=YES[plain(word)]) for word in look.words]


def _batteries(looks: Mapping[str, Look], names: Mapping[str, str], stem: str) -> list[Measure]:
    """Columns that are called alike but for a number, and answered on one scale."""
    groups: dict[str, list[Look]] = {}
    for name, look in looks.items():
        found = ITEM.fullmatch(names.get(name, name))
        if found and look.numeric and plain(found["stem"]) not in GENERIC:
            groups.setdefault(found["stem"] + found["tail"], []).append(look)
    return [battery for key, group in groups.items() if (battery := _battery(key, group, stem)) is not None]


def _battery(key: str, group: Sequence[Look], stem: str) -> Measure | None:
    if len(group) < 2:
        return None
    low, high = min(look.low for look in group), max(look.high for look in group)
    lowest, highest = min(look.lowest for look in group), max(look.highest for look in group)
    scale, why = _range(replace(group[0], low=low, high=high, lowest=lowest, highest=highest))
    if scale is None or any(look.range not in (None, group[0].range) for look in group):
        return None
    told = {tuple(look.labels) for look in group}
    items = tuple(look.name for look in group)
    return Measure(
        name=measure_name(key, stem),
        label=label_of("", key or stem),
        items=items,
        reversed=tuple(name for name in items if (found := ITEM.fullmatch(name)) and found["reversed"]),
        range=scale,
        range_why=why,
        why="" if len(told) == 1 and group[0].labels else "called alike and on one scale: are they items of one score?",
    )


def _add_battery(battery: Measure, looks: Sequence[Look], measures: Measures, answers: Answers) -> None:
    measures.add(battery)
    for look in looks:
        answers.map(look.name, look.name)


def _add_single(look: Look, name: str, measures: Measures, answers: Answers) -> None:
    flag = len(look.words) == 2 and all(plain(word) in YES for word in look.words)
    labels = {label: code for code, label in look.labels.items()}
    coded = bool(look.words) and set(look.words) <= set(labels)
    ours = measures.add(_single(look, name, flag=flag, coded=coded), answers.taken)
    answers.map(ours, look.name)
    if flag:
        answers.recode[ours] = [Line(key=word, value=YES[plain(word)]) for word in look.words]
    elif coded and all(map(_is_number, look.labels)):
        answers.recode[ours] = [Line(key=label, value=_number(code)) for label, code in labels.items()]


def _single(look: Look, name: str, flag: bool = False, coded: bool = False) -> Measure:
    label = label_of(look.caption, name)
    if flag:
        return Measure(name=measure_name(name), label=label, range=(0, 1))
    if coded and all(_is_number(code) for code in look.labels):
        codes = [float(code) for code in look.labels]
        return Measure(name=measure_name(name), label=label, range=(min(codes), max(codes)))
    if look.words:
        return Measure(name=measure_name(name), label=label, label_why=_strays(look), labels=look.words)
    scale, why = _range(look)
    return Measure(name=measure_name(name), label=label, label_why=_strays(look), range=scale, range_why=why)


def _range(look: Look) -> tuple[Range | None, str]:
    if look.range is not None and look.range[0] <= look.low and look.high <= look.range[1]:
        return look.range, ""
    if look.labels and (told := labelled_scale(look.labels, look.low, look.high)) is not None:
        return told, ""
    if not look.whole and look.low < 0:
        return None, ""
    scale = usual_scale(look.low, look.high)
    whole = usual_scale(look.lowest, look.highest)
    if scale is None or (whole is not None and whole[1] - whole[0] <= 2 * (scale[1] - scale[0])):
        scale = whole
    beyond = _strays(look, *scale) if scale is not None else ""
    return scale, (f"{GUESSED}; {beyond}" if beyond else GUESSED) if scale is not None else ""


def _strays(look: Look, low: float | None = None, high: float | None = None) -> str:
    """What intake will hold of a column, as a reason to look at it; empty where nothing."""
    if look.stray:
        kind = "no numbers" if look.numeric else "not among its words"
        return f"{look.stray} answers are {kind}; intake will hold them"
    below, above = low is not None and look.lowest < low, high is not None and look.highest > high
    outside = look.numeric and (below or above)
    return "a few answers lie beyond it; intake will hold them" if outside else ""


def _bounds(column: Column) -> str:
    return "no bounds" if column.low is None or column.high is None else f"{column.low:g} to {column.high:g}"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value
