"""What a specification curve says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from couples_study.report.numbers import p_value, plain
from couples_study.report.power_words import percent
from couples_study.report.sentences import in_words

ORDER = ("supported", "contradicted", "inconclusive", "not_testable")


def sentences(curve: Mapping[str, Any]) -> list[str]:
    """How many specifications say what, the joint test, and the choices that change the verdict."""
    return [*_verdicts(curve), *_joint(curve), *_turns(curve)]


def _verdicts(curve: Mapping[str, Any]) -> Iterator[str]:
    verdicts = [row["verdict"] for row in curve["rows"]]
    many = len(verdicts)
    if many == 1:
        yield (
            f"{curve['reading']}: no choice was open beyond what was declared; that one specification is "
            f"{in_words(verdicts[0])}."
        )
        return
    said = [f"{verdicts.count(word)} {in_words(word)}" for word in ORDER if word in verdicts]
    declared = next(row for row in curve["rows"] if row["declared"])
    estimates = [row["estimate"] for row in curve["rows"] if row["estimate"] is not None]
    size = f"; estimates go from {plain(min(estimates))} to {plain(max(estimates))}" if estimates else ""
    yield (
        f"{curve['reading']}: of {many} defensible specifications {', '.join(said)}; the declared one is "
        f"{in_words(declared['verdict'])}{size}. Each is judged by itself, uncorrected for the set it is counted in."
    )
    if curve["rule"] == "R8":
        yield f"{percent(verdicts.count('supported') / many)} of them support {plain(curve['stated'])}."


def _joint(curve: Mapping[str, Any]) -> Iterator[str]:
    joint = curve["joint"]
    if joint is None:
        yield "They could not be tested together: there are too few couples to leave groups of them out."
        return
    against = "no effect" if joint["null"] == 0 else f"a value of {plain(joint['null'])}"
    few = "" if joint["specifications"] > 1 else " (of the one specification)"
    yield (
        f"Together{few}, against {against} in every specification: median {plain(joint['median'] + joint['null'])}, "
        f"{_p(joint['p_median'])}; {percent(joint['share'])} significant on the claimed side, {_p(joint['p_share'])}; "
        f"average t {plain(joint['average_t'])}, {_p(joint['p_average_t'])} ({joint['groups']} groups of couples, "
        "signs turned in all specifications alike)."
    )


def _p(value: float) -> str:
    text = p_value(value)
    return f"p {text}" if text.startswith(("<", ">")) else f"p = {text}"


def _turns(curve: Mapping[str, Any]) -> Iterator[str]:
    turns: Sequence[Mapping[str, Any]] = curve["turns"]
    if not turns:
        return
    telling = sorted(
        (one for one in turns if one["changed"]), key=lambda one: (-one["changed"] / one["pairs"], one["kind"])
    )
    if not telling:
        yield "No choice changes the verdict where all else is the same."
        return
    yield f"The verdict changes with {'; '.join(_turn(one) for one in telling)}."


def _turn(one: Mapping[str, Any]) -> str:
    how = ", ".join(f"{in_words(before)} to {in_words(after)} {many}" for before, after, many in one["verdicts"])
    return f"{one['kind']} ({one['option']} for {one['instead']}: in {one['changed']} of {one['pairs']}; {how})"
