"""One simulated study for any claim: the columns of its readings, drawn with what is true in a world.

Every answer is a person's part plus a day's part, each of standard deviation one and half of the person's shared by
the couple. Columns are drawn as continuous whatever their scale, but for what is drawn by lot: what is calibrated is
the analysis, and the exports, scales and intake have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from couples_study.contracts.hypothesis import Claim, Question
from couples_study.core.columns import Glossary, glossary
from couples_study.measures import Frames, frames_of
from couples_study.planning.attrition import Thin, whole
from couples_study.planning.claim_tables import PARTNERS, ROLES, tables_of
from couples_study.planning.claim_waves import about_waves, hours_of, wave_numbers, wave_tables, waves_of
from couples_study.planning.claim_worlds import (
    SINCE,
    STATED,
    Path,
    estimated_by,
    holds_size,
    paths_of,
    share_of,
    strength_in,
)
from couples_study.planning.count_worlds import count_columns
from couples_study.planning.dose_worlds import dose_columns
from couples_study.planning.list_worlds import list_columns, sign_columns
from couples_study.planning.paired_worlds import paired_columns
from couples_study.planning.slope_worlds import sloped
from couples_study.planning.structure_worlds import strand_columns

PUSH = 0.6  # how far a trap moves an answer, in standard deviations
REVERSED = 0.5
PLACEBO = 0.3  # say so of what nobody claims
INDICATOR_ERROR = 0.4
UNEVEN, SKEW, DRIFT = 0.55, 0.8, (0.3, 0.4)  # log SD of people's own spread; log-normal shape; mean and SD of a drift
RARE = 0.08  # the chance of an event on a day
OWN_TREND = 0.3  # standard deviation of people's own trends over the days
CARRIED = 0.4  # of yesterday's part of the day, where days hang together, or of the morning's
SHAPED = {
    "ranking": list_columns, "diagnostic": sign_columns, "structure": strand_columns, "paired": paired_columns,
}  # fmt: skip
SHARED_BY_BOTH = {"claim_mood": False, "claim_together": True, "claim_severity": False}
CALENDAR = ("study_day", "weekend")
PEOPLE_OF_TRAPS = ("claim_halo", "claim_acquiescence")
FACTS = ("age", "kids", "years_together", "youngest_months")  # what nobody's view of the relationship changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Parts by column: ``person`` (C, 2) and ``day`` (C, 2, T); ``of_both`` are what happens to a couple."""

    person: dict[str, np.ndarray]
    day: dict[str, np.ndarray]
    of_both: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who answers and on what scales: a simulated study's, or that of the researcher's own study.toml.

    ``spread`` is the standard deviation of days, by column, where an effect is stated in raw units; 1 elsewhere.
    ``told`` says what a question's effects are.
    """

    glossary: Glossary = field(default_factory=glossary)
    roles: tuple[str, ...] = ROLES
    spread: Mapping[str, float] = field(default_factory=dict)
    told: Callable[[Question], Sequence[Path]] = paths_of


def claim_frames(
    claim: Claim,
    world: str,
    *,
    couples: int,
    days: int,
    rng: np.random.Generator,
    times: float | None = None,
    thin: Thin = whole,
) -> Frames:
    """The frames of one study in which ``world`` is true of ``claim``; ``times`` and ``thin`` as in `drawn_frames`."""
    return drawn_frames(claim.reading, world, (couples, days), rng, times=times, thin=thin)


def drawn_frames(
    questions: Sequence[Question],
    world: str,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    times: float | None = None,
    thin: Thin = whole,
    cast: Cast | None = None,
) -> Frames:
    """The frames of one study of (couples, days) in which ``world`` is true of what ``questions`` ask.

    Every effect is ``times`` the smallest that matters (as the world says without it); ``thin`` takes away what
    couples who leave would have answered.
    """
    cast = cast or Cast()
    questions = [estimated_by(question) for question in questions]
    paths = [path for question in questions if not about_waves(question) for path in cast.told(question)]
    strength = strength_in(world, questions, times)
    true = [replace(path, size=path.size * strength / STATED) for path in paths if path.level != "trend"]
    true = true if strength else []
    parts = _parts(questions, paths, size, cast.glossary, rng)
    _trap(parts, paths, world, rng)
    _move(parts, true, paths, world, cast.glossary)
    for question in questions:
        if question.model == "trend" and not about_waves(question):
            _lean(parts, question, strength, rng)
    for question in questions:
        if question.model == "slopes":
            parts.day.update(sloped(question, parts.day, world, rng))
    columns = _finished(parts, questions, paths, (world, cast), rng)
    for question in questions:
        if question.model == "prevalence":
            columns |= _who_say_so(question, columns, world)
        if question.model in SHAPED:
            columns |= SHAPED[question.model](question, columns, world, rng)
        if question.model == "hazard" and question.knots:
            frail, moved = parts.day[question.outcome], parts.day[str(question.predictor).removeprefix("partner.")]
            columns[question.outcome] = hours_of(question, moved, frail, strength, rng)
    columns |= _counted(questions, columns, world, rng)
    columns |= _dosed(questions, paths, columns, (world, rng))
    tables = tables_of(columns, questions, world, size, rng, strength=strength, roles=cast.roles)
    over_waves = [question for question in questions if about_waves(question)]
    if over_waves:
        drawn = waves_of(over_waves, world, size[0], strength, cast.glossary, rng)
        tables |= wave_tables(drawn, wave_numbers(over_waves), tables["people"], tables["couples"])
    return frames_of(thin(tables), ())


def _parts(
    questions: Sequence[Question],
    paths: Sequence[Path],
    size: tuple[int, int],
    columns: Glossary,
    rng: np.random.Generator,
) -> Drawn:
    couples, days = size
    names = _names(questions)
    shared = np.sqrt(0.5)
    lots = {path.predictor for path in paths if path.by_lot}
    of_both = _told_by_both(questions)
    rare = {path.predictor for path in paths if path.along == SINCE}
    person: dict[str, np.ndarray] = {}
    day: dict[str, np.ndarray] = {}
    for name in names:
        own: np.ndarray = shared * rng.standard_normal((couples, 1)) + shared * rng.standard_normal((couples, PARTNERS))
        fresh: np.ndarray = rng.standard_normal((couples, PARTNERS, days))
        if name in of_both:
            own, fresh = (np.repeat(part[:, :1], PARTNERS, axis=1) for part in (own, fresh))
        if name in lots:
            steady = columns[name].table == "people"
            own = np.repeat(rng.integers(0, 2, (couples, 1)), PARTNERS, axis=1) * 1.0 if steady else 0.0 * own
            fresh = np.repeat(rng.integers(0, 2, (couples, 1, days)), PARTNERS, axis=1) * float(not steady)
        if name in rare:
            fresh = (rng.random((couples, PARTNERS, days)) < RARE) * 1.0
        person[name], day[name] = own.astype(np.float64), fresh.astype(np.float64)
    return Drawn(person=person, day=day, of_both=frozenset(of_both))


def _told_by_both(questions: Sequence[Question]) -> set[str]:
    """What happens to a couple: both partners' answers to the same column are its indicators."""
    groups = [(name, group) for question in questions for name, group in question.indicators.items()]
    return {name for name, group in groups if {name, f"partner.{name}"} <= set(group)}


def _names(questions: Sequence[Question]) -> list[str]:
    """The columns to draw: constructs in place of their indicators."""
    indicators = {one.removeprefix("partner.") for q in questions for group in q.indicators.values() for one in group}
    apart = [q for q in questions if q.model != "trial" and not about_waves(q)]
    named = [name for q in apart for name in q.columns() if name not in indicators]
    built = [name for q in questions for name in q.indicators]
    return [name for name in dict.fromkeys([*named, *built]) if name not in CALENDAR]


def _trap(parts: Drawn, paths: Sequence[Path], world: str, rng: np.random.Generator) -> None:
    """Something that moves outcome and predictor alike, though neither moves the other."""
    shape = next(iter(parts.day.values())).shape if parts.day else (0, PARTNERS, 0)
    if world in SHARED_BY_BOTH:
        people = 1 if SHARED_BY_BOTH[world] else PARTNERS
        push = PUSH * rng.standard_normal((shape[0], people, shape[2]))
        _push(parts.day, paths, push, away=world == "claim_severity")
    if world in PEOPLE_OF_TRAPS:
        _push(parts.person, paths, PUSH * rng.standard_normal(shape[:2]), away=False)
    if world == "claim_trend":
        _push(parts.day, paths, _drift(shape, rng), away=False)
    if world == "claim_uneven":
        own = np.exp(UNEVEN * rng.standard_normal(shape[:2]))[:, :, None]
        own = own / np.sqrt(np.mean(own**2)) if own.size else own
        parts.day.update({path.outcome: own * parts.day[path.outcome] for path in paths})


def _drift(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A straight line over the days for each couple, both partners alike: (C, 1, T)."""
    when = np.arange(shape[2]) - (shape[2] - 1) / 2
    pace = DRIFT[0] + DRIFT[1] * rng.standard_normal((shape[0], 1, 1))
    spread = float(when.std()) if when.size else 0.0  # people who are asked once have no days
    line: np.ndarray = pace * when / max(spread, 1.0)
    return line


def _push(parts: dict[str, np.ndarray], paths: Sequence[Path], push: np.ndarray, *, away: bool) -> None:
    signs = {path.outcome: 1.0 for path in paths}
    told = [path for path in paths if not path.by_lot and path.predictor not in FACTS]
    signs |= {path.predictor: -path.sign if away else path.sign for path in told}
    for name, sign in signs.items():
        parts[name] = parts[name] + sign * push


def _move(
    parts: Drawn, true: Sequence[Path], paths: Sequence[Path], world: str, columns: Glossary
) -> None:  # fmt: skip
    """Let predictors move outcomes, in the order of the paths; or the outcome its predictor."""
    for outcome, before in sorted({(path.outcome, path.before) for path in paths if path.before}):
        parts.day[outcome] = np.sqrt(1 - CARRIED**2) * parts.day[outcome] + CARRIED * parts.day[before]
    most = holds_size(true)
    steady = {name for name in (path.times for path in true) if name and _is_steady(name, columns)}
    for path in true:
        most_of_it = most[path.outcome] * (2.0 if path.by_lot else 1.0)  # a lot's standard deviation is a half
        size = path.sign * min(path.size, most_of_it)
        if path.level == "between":
            parts.person[path.outcome] = parts.person[path.outcome] + size * _mover(parts.person, path)
            continue
        moved = _mover(parts.day, path) if path.times not in steady else _mover(parts.day, replace(path, times=None))
        if path.times in steady:
            moved = moved * _said(parts.person, str(path.times))[..., None]
        parts.day[path.outcome] = parts.day[path.outcome] + size * _days_before(moved, path.lag)
    if world == "claim_reverse":
        for path in (one for one in paths if not one.by_lot):
            pushed = REVERSED * path.sign * parts.day[path.before or path.outcome]
            pushed = pushed[:, ::-1] if path.who == "partner" else pushed
            if path.predictor in parts.of_both:
                pushed = pushed.mean(axis=1, keepdims=True)
            parts.day[path.predictor] = parts.day[path.predictor] + pushed
        for path in (one for one in paths if one.along == SINCE):
            said = path.sign * parts.day[path.outcome]
            parts.day[path.predictor] = (said > np.quantile(said, 1 - RARE)) * 1.0


def _lean(parts: Drawn, question: Question, strength: float, rng: np.random.Generator) -> None:
    """Trends over the days: by what somebody is, or two answers' trends that go together."""
    shape = parts.day[question.outcome].shape
    ramp = np.linspace(0.0, 1.0, shape[2])
    size = strength * question.smallest_effect.value * (1.0 if question.direction == "positive" else -1.0)
    own = rng.standard_normal(shape[:2])
    if question.after is not None:
        other = size * own + np.sqrt(max(1 - size**2, 0.0)) * rng.standard_normal(shape[:2])
        for name, slope in ((question.outcome, own), (question.after, other)):
            parts.day[name] = parts.day[name] + slope[..., None] * ramp
        return
    slope = size * np.sqrt(2.0) * parts.person[str(question.predictor)] + OWN_TREND * own
    parts.day[question.outcome] = parts.day[question.outcome] + slope[..., None] * ramp


def _is_steady(name: str, columns: Glossary) -> bool:
    """Whether a column is told of people and not of days."""
    column = name.removeprefix("partner.")
    return column in columns and columns[column].table != "diary_days"


def _mover(parts: dict[str, np.ndarray], path: Path) -> np.ndarray:
    """What moves the outcome: the predictor, the partner's, or its product with what its effect depends on."""
    moved = parts[path.predictor][:, ::-1] if path.who == "partner" else parts[path.predictor]
    if path.along == SINCE:
        return np.cumsum(moved, axis=-1)
    if path.match is not None:
        other = _said(parts, path.match)
        moved = (moved + other) / 2 if path.along in ("a1", "a2") else (moved - other) / 2
        moved = moved**2 if path.along in ("a2", "a4") else moved
    return moved if path.times is None else moved * _said(parts, path.times)


def _said(parts: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A column as the person says it, or with the prefix ``partner.`` the partner."""
    values = parts[name.removeprefix("partner.")]
    return values[:, ::-1] if name.startswith("partner.") else values


def _days_before(values: np.ndarray, lag: int) -> np.ndarray:
    return np.concatenate([np.zeros_like(values[..., :lag]), values[..., : values.shape[-1] - lag]], axis=-1)


def _finished(
    parts: Drawn,
    questions: Sequence[Question],
    paths: Sequence[Path],
    setting: tuple[str, Cast],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Answers by column: (C, 2) of people, (C, 2, T) of days; with indicators in place of what they measure."""
    world, cast = setting
    followed = {question.outcome for question in questions if question.model == "cross_lag"}  # from day to day
    found = {
        name: parts.person[name][..., None] + day if name in followed else _answers(name, parts, cast.glossary)
        for name, day in parts.day.items()
    }
    outcomes, predictors = {path.outcome for path in paths}, {path.predictor for path in paths if not path.by_lot}
    if world == "claim_ceiling":
        found |= {name: np.minimum(found[name], np.quantile(found[name], 0.6)) for name in outcomes}
    if world == "claim_skewed":
        found |= {name: _skewed(found[name]) for name in outcomes}
    if world == "claim_noise":
        found |= {name: found[name] + rng.standard_normal(found[name].shape) for name in predictors}
    found |= _indicated(questions, found, rng)
    found |= _second_items(questions, found, cast.glossary, rng.spawn(1)[0])
    spread = cast.spread
    return {name: values * spread.get(name, 1.0) for name, values in found.items() if name in cast.glossary}


def _indicated(
    questions: Sequence[Question], found: Mapping[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The two indicators of each state, with error; a state's own column where it is one of them."""
    told: dict[str, np.ndarray] = {}
    for question in questions:
        for name, group in question.indicators.items():
            for one in group[:2]:
                said = found[name] + INDICATOR_ERROR * rng.standard_normal(found[name].shape)
                partners = one.startswith("partner.")
                told.setdefault(one.removeprefix("partner."), said[:, ::-1] if partners else said)
    states = {name for question in questions for name in question.indicators}
    return {name: said for name, said in told.items() if name in states or name not in found}


def _counted(
    questions: Sequence[Question], columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """What several readings count is counted once, moved by what any of them names."""
    asked = [question for question in questions if question.model == "counts"]
    found: dict[str, np.ndarray] = {}
    for question in {one.outcome: one for one in asked}.values():
        found |= count_columns(question, columns, world, rng)
    return found


def _dosed(
    questions: Sequence[Question],
    paths: Sequence[Path],
    columns: dict[str, np.ndarray],
    setting: tuple[str, np.random.Generator],
) -> dict[str, np.ndarray]:
    """Doses are drawn once for all readings, unless another reading says what they do."""
    moved_by = {path.predictor for path in paths}
    doses = {one.exposure: one for one in questions if one.model == "dose_curve" and one.exposure not in moved_by}
    found: dict[str, np.ndarray] = {}
    for question in doses.values():
        found |= dose_columns(question, columns | found, *setting)
    return found


def _second_items(
    questions: Sequence[Question], found: Mapping[str, np.ndarray], columns: Glossary, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The second items of states that a question carries to the next day, or on from the morning.

    What was so in the morning is answered with error in the first item, too: held as it was, nothing would be left.
    """
    lagged = [question for question in questions if question.model == "cross_lag"]
    asked = {name for q in lagged for name in (q.outcome, q.predictor, q.after) if name and name not in q.indicators}
    seconds = {name: columns.second(name) for name in sorted(asked) if name in columns}
    mornings = sorted({q.after for q in lagged if q.after in seconds})
    told = {second: name for name, second in seconds.items() if second is not None and second not in found}
    told |= {name: name for name in mornings}
    return {one: found[name] + INDICATOR_ERROR * rng.standard_normal(found[name].shape) for one, name in told.items()}


def _skewed(answers: np.ndarray) -> np.ndarray:
    """The same order, but log-normal, with the standard deviation that they had."""
    bent = np.exp(SKEW * answers / answers.std())
    squeezed: np.ndarray = (bent - bent.mean()) * answers.std() / bent.std()
    return squeezed


def _who_say_so(question: Question, columns: dict[str, np.ndarray], world: str) -> dict[str, np.ndarray]:
    """The asked and the placebo column, moved along the scale until the share that a world has lies beyond the cut."""
    said = {question.outcome: share_of(question, world)}
    if question.placebo is not None:
        assent = world == "claim_acquiescence"
        said[question.placebo] = share_of(question, "claim_true") if assent else PLACEBO
    sign = -1.0 if question.direction == "negative" else 1.0
    found = {}
    if question.among is not None and not np.isin(columns[question.among], (0.0, 1.0)).all():
        found[question.among] = np.ones_like(columns[question.among])
    for name, share in said.items():
        latent = columns[name]
        counted = {"both": latent.min(axis=1), "either": latent.max(axis=1), "each": latent}[question.who]
        found[name] = (question.cut or 0.0) + sign * (latent - np.quantile(counted, 1 - share))
    return found


def _answers(name: str, parts: Drawn, columns: Glossary) -> np.ndarray:
    if name in columns and columns[name].table in ("people", "survey_waves", "couples"):
        return parts.person[name]
    return parts.person[name][:, :, None] + parts.day[name]
