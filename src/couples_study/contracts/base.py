"""The strict model that everything read from TOML is checked by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from couples_study.core.errors import StudyFileError, listed, nearest

M = TypeVar("M", bound="Strict")


class Strict(BaseModel):
    """Frozen, and closed: a key that is not a field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


def parsed(model: type[M], data: Mapping[str, Any], where: str) -> M:
    """``data`` as ``model``; every fault at once, each with its place and the nearest known key."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [_fault(model, item) for item in error.errors(include_url=False)]
    raise StudyFileError(
        where,
        expected="the keys and values that docs/study-file.md lists",
        found="\n            ".join(faults[:10]) + ("\n            ..." if len(faults) > 10 else ""),
        do="mend the lines named above",
    )


def _fault(model: type[Strict], item: Any) -> str:
    place = _place(item["loc"])
    if item["type"] != "extra_forbidden":
        return f"{place}: {item['msg'].removeprefix('Value error, ')}"
    known = sorted(_fields_at(model, item["loc"][:-1]))
    guess = nearest(str(item["loc"][-1]), known)
    hint = f"did you mean {guess!r}?" if guess else f"known keys: {listed(known, most=30)}"
    return f"{place}: unknown key; {hint}"


def _place(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _fields_at(model: type[Strict], loc: tuple[int | str, ...]) -> set[str]:
    """The field names of the model found at ``loc``, following lists, maps and optional fields."""
    current: type[Strict] = model
    for part in loc:
        field = _field_called(current, part) if isinstance(part, str) else None
        inner = next(_models_in(field), None) if field is not None else None
        current = inner or current
    return {field.alias or name for name, field in current.model_fields.items()}


def _field_called(model: type[Strict], name: str) -> Any:
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return field.annotation
    return None


def _models_in(annotation: Any) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
