"""``prereg.md``: a plan in words, from its record and what power was computed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from couples_study.report.numbers import plain
from couples_study.report.power_words import percent
from couples_study.report.sentences import in_words

SHOWN = (
    ("outcome", "outcome"), ("actor", "own predictors"), ("partner", "the partner's predictors"),
    ("predictors", "predictors"), ("predictor", "predictor"), ("exposure", "counted"), ("mediator", "mediator"),
    ("after", "has to follow"), ("arm", "arms"), ("contrast", "arms compared"), ("moderator", "moderator"),
    ("stated", "stated number"), ("tolerance", "tolerances"), ("quantifier", "quantifier"), ("cut", "cut"),
    ("among", "among"), ("placebo", "placebo"), ("at", "at"), ("knots", "changes of slope at"), ("level", "level"),
    ("indicators", "indicators"), ("centering", "centring"), ("lag", "lag in days"),
    ("autoregression", "own outcome of the day before held"), ("by_role", "by role"), ("covariates", "covariates"),
    ("random", "random effects"), ("residual", "residual"), ("reduce", "ladder on non-convergence"),
    ("require", "how many tested terms have to hold"), ("direction", "claimed direction"),
    ("causal", "read as a cause"),
)  # fmt: skip
COLUMNS = (
    "asked",
    "world",
    "times the smallest",
    "couples",
    "days",
    "leaving",
    "verdict",
    "chance (95% interval)",
    "n",
)
BY_THE_MODEL = "as the model's default says"
DEFAULTED = frozenset({"covariates", "random", "residual", "reduce"})
NONE = "none"


def prereg_markdown(
    title: str,
    plan: Mapping[str, Any],
    deliveries: Mapping[str, str],
    seen: Mapping[str, Sequence[str]],
    power: Sequence[Mapping[str, Any]],
) -> str:
    """The plan as Markdown: what is asked, why and how it will be judged, and what was there when it was frozen."""
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("Frozen", _frozen(deliveries, seen)),
        ("Study", _study(plan)),
        ("Sample size", _power(power)),
        ("Hypotheses", _hypotheses(plan)),
        ("Built-in claims", _claims(plan)),
        ("Multiplicity", _sets(plan)),
        ("Measures", _measures(plan)),
        ("Rows and exclusions", _rows(plan)),
        ("What counts as a deviation", DEVIATION),
    )
    body = "\n".join(f"## {head}\n\n" + "\n".join(lines) + "\n" for head, lines in parts)
    return f"# Plan: {title}\n\n{body}"


DEVIATION = (
    (
        "Everything in this file. `couples-study prereg check` and every report compare what is done with it, field by "
        "field, and list what differs. `prereg.lock` holds this plan with its hashes. Neither has a date: to show "
        "others when it was frozen, deposit the sha256 of this file, which the command prints, with a registry."
    ),
)


def _frozen(deliveries: Mapping[str, str], seen: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not deliveries:
        yield "Before any delivery was there."
        return
    yield "When these deliveries were there:"
    yield ""
    for name, sha256 in deliveries.items():
        holds = [key for key, files in seen.items() if name in files]
        yield f"* `{name}` (sha256 `{sha256}`): " + (f"outcomes of {', '.join(holds)}" if holds else "no outcome")
    yield ""
    yield "What had its outcomes delivered by then can only be called exploratory."


def _study(plan: Mapping[str, Any]) -> Iterator[str]:
    study, dyads = plan["study"], plan["dyads"]
    days = study["scheduled_days"]
    yield f"* Partners: {dyads['type']}" + (f", told apart by `{dyads['by']}`" if dyads["by"] else "")
    yield f"* Days scheduled: {days if days is not None else 'not fixed'}"
    yield f"* A day ends at {study['day_ends']} ({study['time_zone']})" + (
        f"; entries made before {study['day_opens']} are late and left out" if study["day_opens"] else ""
    )
    for name, source in plan["sources"].items():
        by_lot = f"; assigned by lot: `{source['arm']}`" if "arm" in source else ""
        yield f"* Source `{name}`: {in_words(source['table'])}, {source.get('design', 'observational')}{by_lot}"


def _power(power: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not power:
        yield (
            "No power results are part of this plan. `couples-study power STUDY:hypothesis --out STUDY/power` before "
            "freezing, or `--power DIR`, puts them here."
        )
    for one in power:
        yield from one["recommendations"]
        yield ""
        yield f"| {' | '.join(COLUMNS)} |"
        yield "|---" * len(COLUMNS) + "|"
        for row in one["rows"]:
            if row["wanted"]:
                times = "as the world says" if row["times"] is None else plain(row["times"])
                yield (
                    f"| {row['claim']} | {row['scenario']} | {times} "
                    f"| {row['couples']} | {row['days']} | {percent(row['attrition'])} | {in_words(row['verdict'])} "
                    f"| {percent(row['share'])} ({percent(row['low'])} to {percent(row['high'])}) | {row['reps']} |"
                )
        yield ""


def _hypotheses(plan: Mapping[str, Any]) -> Iterator[str]:
    if not plan["hypotheses"]:
        yield "The study has none of its own."
    for key, asked in plan["hypotheses"].items():
        yield f"### {key} ({asked['status']})"
        yield ""
        yield asked["statement"]
        yield ""
        yield from _question(asked, plan["analyses"][key])
        counted = asked["multiplicity"]
        yield f"* Counted in the set: {counted if counted else 'by itself'}"
        yield ""


def _question(asked: Mapping[str, Any], analysis: Mapping[str, Any]) -> Iterator[str]:
    smallest = asked["smallest_effect"]
    yield f"* Smallest effect that matters: {plain(smallest['value'])} {smallest['unit']}, because: {smallest['why']}"
    yield f"* Rule: {analysis['rule']}"
    yield f"* Tested: {', '.join(f'`{one}`' for one in analysis['tested'])}"
    yield f"* Model `{asked['model']}`: `{analysis['equation']}`"
    yield f"* Formula: `{analysis['formula']}`"
    yield f"* Estimator: {analysis['estimator']}"
    for name, words in SHOWN:
        value = asked.get(name)
        if value not in (None, [], {}, ""):
            yield f"* {words[:1].upper()}{words[1:]}: {_value(value)}"
        elif name in DEFAULTED and name in asked and asked["model"] == "apim":
            yield f"* {words[:1].upper()}{words[1:]}: {NONE if value == [] and name == 'covariates' else BY_THE_MODEL}"


def _claims(plan: Mapping[str, Any]) -> Iterator[str]:
    if not plan["claims"]:
        yield "None is put to this study."
    for key, claim in plan["claims"].items():
        yield f"* **{key}** ({claim['status']}) {claim['statement']} {claim['rule']}".rstrip()
        for name, reading in claim["readings"].items():
            smallest = reading["smallest_effect"]
            size = f"{plain(smallest['value'])} {smallest['unit']} ({smallest['why']})"
            formula = plan["analyses"][name]["formula"]
            yield f"    * `{name}`: {reading['statement']} Smallest effect: {size}. `{formula}`"


def _sets(plan: Mapping[str, Any]) -> Iterator[str]:
    if not plan["sets"]:
        yield "Every hypothesis is counted by itself."
    for name, one in plan["sets"].items():
        many = len(one["members"])
        yield f"* {name}: {in_words(one['correction'])}, {many} {'member' if many == 1 else 'members'}: " + ", ".join(
            one["members"]
        )


def _measures(plan: Mapping[str, Any]) -> Iterator[str]:
    if not plan["measures"] and not plan["scores"]:
        yield "Single answers as delivered."
    for name, one in plan["measures"].items():
        limits = f", from {plain(one['range'][0])} to {plain(one['range'][1])}" if one["range"] else ""
        yield f"* `{name}`: {one['label']}{limits}"
    for name, one in plan["scores"].items():
        turned = f"; turned round: {', '.join(one['reversed'])}" if one["reversed"] else ""
        yield (
            f"* `{name}` is the {one['score']} of {', '.join(one['items'])}, where at least {one['min_answered']} "
            f"are answered{turned}"
        )


def _rows(plan: Mapping[str, Any]) -> Iterator[str]:
    said = [line for name, source in plan["sources"].items() for line in _of_source(name, source)]
    careless = {name: value for name, value in plan["checks"]["careless"].items() if value not in (None, [])}
    said += [f"* Careless answering, {in_words(name)}: {_value(value)}" for name, value in careless.items()]
    yield from said or ["No rule leaves rows out."]
    yield ""
    yield "A record with a fault (type, range, label, key) is held whole; doubles that disagree are all held."


def _of_source(name: str, source: Mapping[str, Any]) -> Iterator[str]:
    for column, values in source.get("only", {}).items():
        yield f"* `{name}`: only rows whose `{column}` is {', '.join(values)}"
    for rule, columns in source.get("drop", {}).items():
        which = " and ".join(f"`{column}` is {', '.join(values)}" for column, values in columns.items())
        yield f"* `{name}`: left out as {in_words(rule)}: {which}"
    for code, kind in source.get("missing", {}).items():
        yield f"* `{name}`: {code} means missing, {in_words(kind)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    return plain(value) if isinstance(value, float) else str(value)
