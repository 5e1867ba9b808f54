"""The registry: which choices are defensible for which model. A new one is a function and its place in `CHOICES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from couples_study.contracts.hypothesis import Question
from couples_study.core.columns import Glossary
from couples_study.measures.units import sides_of
from couples_study.planning.multiverse.choice import DECLARED, Choice, Known, Option

Maker = Callable[[Known], Choice | None]
PLAIN = Option(name=DECLARED)
USUAL = ("age", "years_together", "children_home")  # what surveys of couples are usually adjusted for
MOST_ITEMS = 3  # a scale of no more items is also asked with each of them alone
OTHER_REPORT = MappingProxyType({"touch_received_n": "touch_given_n", "touch_given_n": "touch_received_n"})
OTHER_OUTCOMES = MappingProxyType({"close": ("safe", "csi4"), "csi4": ("close", "safe")})


def definition(known: Known) -> Choice | None:
    """Whose report of the same events counts, where the partner told of them too."""
    options = [PLAIN]
    for column in known.counts():
        other = OTHER_REPORT.get(column)
        if other in known.columns and not known.setting.dyads.single:
            options += [
                Option(name=f"{column} as the partner tells it", rows=(("other_report", column, str(other)),)),
                Option(name=f"mean of both reports of {column}", rows=(("mean_report", column, str(other)),)),
            ]
    return _of("definition", options)


def definition_of_touch(known: Known) -> Choice | None:
    """For a threshold also what one did oneself (four definitions), on each outcome that was asked."""
    named = definition(known)
    ways = list(named.options if named else (PLAIN,))
    exposure = known.question.exposure or ""
    other = OTHER_REPORT.get(exposure)
    if other in known.columns:
        ways.append(Option(name=f"{other} instead", ask={"exposure": other}))
    outcomes = [name for name in OTHER_OUTCOMES.get(known.question.outcome, ()) if _asked(known, name)]
    return _of("definition", [*ways, *(_on(way, name, known) for name in outcomes for way in ways)])


def _on(way: Option, outcome: str, known: Known) -> Option:
    """A way to count on another outcome; what matters is stretched with the range of its scale."""
    question, glossary = known.question, known.glossary
    times = _range(outcome, glossary) / _range(question.outcome, glossary)
    smallest = question.smallest_effect
    asked = {
        "outcome": outcome,
        "smallest_effect": smallest.model_copy(
            update={"value": smallest.value * times, "unit": f"points of {outcome}"}
        ),
        "tolerance": {name: value * times for name, value in question.tolerance.items()},
    }
    name = f"outcome {outcome}" if way.name == DECLARED else f"{way.name}, outcome {outcome}"
    return Option(name=name, ask={**way.ask, **asked}, rows=way.rows)


def _range(column: str, glossary: Glossary) -> float:
    low, high = glossary[column].low, glossary[column].high
    return 1.0 if low is None or high is None else high - low


def _asked(known: Known, column: str) -> bool:
    """Whether a column was delivered, or can be scored from what was."""
    scale = known.scales.get(column)
    return column in known.columns or (scale is not None and set(scale.items) <= known.columns)


def exclusions_of_days(known: Known) -> Choice | None:
    """Which days and whose diaries count."""
    options = [
        PLAIN,
        Option(name="without the first 2 days", why="people get used to a diary", rows=(("later_days",),)),
        Option(name="people with half of their days", why="few answers, poor means", rows=(("answered_half",),)),
    ]
    if not known.setting.dyads.single:
        options.append(Option(name="days that both partners answered", rows=(("both_answered",),)))
    return _of("exclusions", options)


def exclusions_of_people(known: Known) -> Choice | None:
    """Whether a couple counts of whom one partner alone answered."""
    if known.setting.dyads.single or known.question.level == "couple":
        return None
    return _of(
        "exclusions", [PLAIN, Option(name="couples who both answered", rows=(("both_people", known.question.outcome),))]
    )


def scoring(known: Known) -> Choice | None:
    """Scores that need every item; each item of a short scale alone as the outcome."""
    scored = [known.scales[name] for name in sorted(_scored(known))]
    partial = tuple(scale.result for scale in scored if scale.min_answered < len(scale.items))
    options = [PLAIN]
    if partial:
        options.append(Option(name="all items answered", complete=partial))
    options += [Option(name=f"item {item} alone", ask={"outcome": item}) for item in _items_alone(known)]
    return _of("scoring", options)


def _items_alone(known: Known) -> tuple[str, ...]:
    """The items of an outcome that is the mean of a few, on the scale of that mean."""
    scale = known.scales.get(known.question.outcome)
    if scale is None or scale.score != "mean" or scale.reversed or not set(scale.items) <= known.columns:
        return ()
    return scale.items if 1 < len(scale.items) <= MOST_ITEMS else ()


def _scored(known: Known) -> set[str]:
    named = {name.removeprefix("partner.") for name in known.question.columns()}
    return {
        name for name, scale in known.scales.items()
        if name in named and name not in known.columns and len(scale.items) > 1 and set(scale.items) <= known.columns
    }  # fmt: skip


def lags(known: Known) -> Choice | None:
    """Whether one's own outcome of the day before is held."""
    question = known.question
    if question.centering != "person" or question.outcome in question.actor:
        return None
    if question.autoregression:
        return _of("lags", [PLAIN, Option(name="yesterday's outcome not held", ask={"autoregression": False})])
    held = Option(name="yesterday's outcome held", ask={"autoregression": True, "residual": None})
    return _of("lags", [PLAIN, held])


def covariates_of_days(known: Known) -> Choice | None:
    """With what was declared (a trend over the days and the weekend by default), and with none."""
    if known.question.covariates == ():
        held = Option(name="study day and weekend held", ask={"covariates": None})
        return _of("covariates", [PLAIN, held])
    return _of("covariates", [PLAIN, Option(name="none", ask={"covariates": ()})])


def covariates_of_people(known: Known) -> Choice | None:
    """With what was declared, with none, and with age, years together and children too, as far as they were asked."""
    question = known.question
    held = question.covariates or ()
    taken = {question.outcome, *question.predictors, *held}
    more = tuple(name for name in USUAL if name in known.columns and name not in taken)
    options = [PLAIN]
    if held:
        options.append(Option(name="none", ask={"covariates": ()}))
    if more:
        options.append(Option(name=f"{', '.join(more)} too", ask={"covariates": (*held, *more)}))
    return _of("covariates", options)


def estimator_of_apim(known: Known) -> Choice | None:
    """The mixed model, or the marginal model with couples as clusters."""
    if known.question.model != "apim":  # asked through another model, which has one estimator
        return None
    return _of("estimator", [PLAIN, Option(name="marginal model (GEE), couples as clusters", estimator="marginal")])


def level_of_people(known: Known) -> Choice | None:
    """Persons with couples as clusters, or couples' averages."""
    if known.setting.dyads.single or known.question.level == "couple":
        return None
    return _of("estimator", [PLAIN, Option(name="couples' averages", ask={"level": "couple"})])


def count_handling(known: Known) -> Choice | None:
    """Counts as given, their top twentieth pulled in, or (where the effect is per SD) their logarithm."""
    counts = known.counts()
    if not counts:
        return None
    options = [PLAIN, Option(name="top 5% pulled in", rows=tuple(("winsorised", name) for name in counts))]
    unit = known.question.smallest_effect.unit
    if known.question.exposure is None and " per " in unit and sides_of(unit, "unit")[1] is not None:
        options.append(Option(name="log of one more than the count", rows=tuple(("logged", name) for name in counts)))
    return _of("count handling", options)


def hours_together(known: Known) -> Choice | None:
    """Without and with the hours that the couple had together held."""
    if "together_hours" not in known.columns:
        return None
    return _of("covariates", [PLAIN, Option(name="hours together held", ask={"covariates": ("together_hours",)})])


def cut_points(known: Known) -> Choice | None:
    """A cut on a scale one step lower or higher."""
    cut = known.question.cut
    if cut is None or cut != int(cut):
        return None
    column = known.glossary[known.question.outcome]
    low, high = (column.low if column.low is not None else cut), (column.high if column.high is not None else cut)
    moved = [value for value in (cut - 1, cut + 1) if low < value <= high]
    return _of("definition", [PLAIN, *(Option(name=f"cut at {value:g}", ask={"cut": value}) for value in moved)])


def _of(kind: str, options: list[Option]) -> Choice | None:
    return Choice(kind=kind, options=tuple(options)) if len(options) > 1 else None


DAYS = (definition, exclusions_of_days, scoring, lags, covariates_of_days, count_handling)
CHOICES: Mapping[str, tuple[Maker, ...]] = MappingProxyType({
    "apim": (*DAYS, estimator_of_apim),
    "contrast": (definition, exclusions_of_days, scoring, covariates_of_days, count_handling),
    "moderation": (definition, exclusions_of_days, scoring, covariates_of_days, count_handling),
    "mediation": (exclusions_of_days, scoring),
    "micro_randomised": (exclusions_of_days, scoring, covariates_of_days),
    "cross_lag": (exclusions_of_days,),
    "regression": (exclusions_of_people, scoring, covariates_of_people, level_of_people, count_handling),
    "prevalence": (exclusions_of_people, cut_points),
    "threshold": (definition_of_touch, hours_together, count_handling),
    "threshold_between": (definition_of_touch, count_handling),
    "threshold_necessity": (definition, count_handling),
    "threshold_dose": (),
    "trial": (scoring, covariates_of_people),
    "growth": (scoring, covariates_of_people),
    "onset": (),
    "hazard": (),
    "piecewise_change": (scoring, covariates_of_days),
    "surface": (exclusions_of_people, scoring, covariates_of_people),
    "ranking": (exclusions_of_people,),
    "practices": (exclusions_of_days,),
    "counts": (exclusions_of_days,),
    "dose_curve": (exclusions_of_days,),
    "slopes": (exclusions_of_days,),
    "diagnostic": (),
    "attributable": (),
    "structure": (),
    "paired": (),
    "trend": (scoring, covariates_of_people),
    "equivalence": (),  # those of the model whose estimate is tested
})  # fmt: skip


def makers_of(question: Question) -> tuple[Maker, ...]:
    """The makers of a question's model, or of the model that it is asked through."""
    return CHOICES[question.model] or CHOICES.get(question.by or "", ())
