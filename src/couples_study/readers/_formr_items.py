"""formr's item table (JSON): the items' texts, their choices, and the bounds of rating scales."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from couples_study.readers._content import content_of
from couples_study.readers._dictionary import AS_TEXT, not_a_dictionary, without_tags
from couples_study.readers._json import loaded

RATING, USUAL_POINTS = "rating_button", 5.0
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the item table says of one column."""

    caption: str
    labels: Mapping[str, str] = field(default_factory=dict)
    range: tuple[float | None, float | None] | None = None


def items_of(path: Path) -> dict[str, Item]:
    """Every item of the table, by name; raises `DeliveryError` where the file is no item table."""
    found, _ = loaded(path, content_of(path), AS_TEXT)
    items = found.get("items") if isinstance(found, Mapping) else found
    if not isinstance(items, list) or not all(isinstance(one, Mapping) and "name" in one for one in items):
        raise not_a_dictionary(path, "a formr item table", "no items with a name")
    return {str(one["name"]): _item(one) for one in items}


def _item(one: Mapping[str, Any]) -> Item:
    choices = one.get("choices")
    labels = (
        {str(code): without_tags(str(label)) for code, label in choices.items()} if isinstance(choices, Mapping) else {}
    )
    bounds = _bounds(str(one.get("type_options") or "")) if one.get("type") == RATING else None
    if bounds is not None and len(labels) == 2:  # a rating scale names its two ends, whatever its points
        labels = {f"{bound:g}": label for bound, label in zip(bounds, labels.values(), strict=True)}
    return Item(caption=without_tags(str(one.get("label") or "")), labels=labels, range=bounds)


def _bounds(options: str) -> tuple[float, float]:
    """The ends of a rating scale: ``7`` is 1 to 7, ``0,10`` is 0 to 10, nothing is 1 to 5."""
    numbers = [float(number) for number in NUMBERS.findall(options)]
    if len(numbers) >= 2:
        return numbers[0], numbers[1]
    return 1.0, numbers[0] if numbers else USUAL_POINTS
