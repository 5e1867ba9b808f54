"""Where what is asked now differs from a frozen plan, field by field, in sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from couples_study.contracts.prereg import Frozen

ONE = {
    "hypotheses": "hypothesis", "claims": "claim", "sources": "source", "measures": "measure", "scores": "score",
    "sets": "multiplicity set",
}  # fmt: skip
ASKED = ("hypotheses", "claims")
WHOLE = {"study": "[study]", "dyads": "[dyads]", "checks": "[checks]"}
ABSENT = "nothing"


def differences(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Every field of the plan that is not as it was frozen; hypotheses first, then what they rest on."""
    found: list[str] = []
    for part, word in ONE.items():
        before, after = frozen.get(part, {}), now.get(part, {})
        for key in dict.fromkeys([*before, *after]):
            found += _of_one(f"{word} {key}", before.get(key), after.get(key), asked=part in ASKED)
    same = _asked_as_before(frozen, now)
    for key in sorted(same & set(frozen["analyses"]) & set(now["analyses"])):
        found += _of_one(f"analysis of {key}", frozen["analyses"][key], now["analyses"][key], asked=False)
    for part, word in WHOLE.items():
        found += [_said(f"{word}, {place}", *values) for place, *values in fields(frozen.get(part), now.get(part))]
    return tuple(found)


def _asked_as_before(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """The readings that are asked as they were frozen: where their analysis differs, this package has changed."""
    before, after = _readings(frozen), _readings(now)
    return {key for key, asked in before.items() if after.get(key) == asked}


def _readings(plan: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: one for claim in plan["claims"].values() for key, one in claim["readings"].items()}
    return {**plan["hypotheses"], **inner}


def _of_one(name: str, before: Any, after: Any, *, asked: bool) -> Iterator[str]:
    if before is None:
        yield f"{name} was added after the plan was frozen{': it is exploratory' if asked else ''}"
    elif after is None:
        yield f"{name} was removed after the plan was frozen"
    else:
        yield from (_said(f"{name}, {place}", *values) for place, *values in fields(before, after))


def fields(before: Any, after: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Place, value before and value now of every field that differs; lists are one value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from fields(before.get(key), after.get(key), f"{place}.{key}" if place else key)
    elif before != after:
        yield place, before, after


def _said(place: str, before: Any, after: Any) -> str:
    return f"{place}: {_value(before)} when frozen, {_value(after)} now"


def _value(value: Any) -> str:
    return ABSENT if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def deliveries_changed(frozen: Frozen, now: Mapping[str, str]) -> tuple[str, ...]:
    """What became of the files that were there when the plan was frozen; files that came later are no deviation."""
    said = []
    for name, before in frozen.deliveries.items():
        if name not in now:
            said.append(f"delivery {name} was there when the plan was frozen and is gone")
        elif now[name] != before:
            said.append(f"delivery {name} is not as it was when the plan was frozen (sha256 {now[name]}, was {before})")
    return tuple(said)


def version_changed(frozen: Frozen, package: str) -> tuple[str, ...]:
    """Another version of this package may compute or judge otherwise."""
    return () if frozen.package == package else (f"couples_study {frozen.package} when frozen, {package} now",)
