"""The JSON Schema of study.toml: what editors complete and underline, made from the models that intake checks by.

It fails where the models fail on unknown keys, wrong types and words that are not in a list. Rules between keys (a wide
layout has prefixes) are said by the models alone.
"""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Any

from couples_study.contracts.study import STUDY_ID, StudyFile

SCHEMA_FILE = "study.schema.json"
DRAFT = "http://json-schema.org/draft-07/schema#"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
TEXT_OR_TEXTS: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}


def shipped_schema() -> str:
    """The schema as it comes with the package."""
    return (files("couples_study.contracts") / SCHEMA_FILE).read_text("utf-8")


def schema_text() -> str:
    """The schema as text, byte for byte the same for the same models."""
    return json.dumps(study_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def study_schema() -> dict[str, Any]:
    """The schema, with a title and a description for every key."""
    schema = StudyFile.model_json_schema()
    schema["$schema"] = DRAFT
    schema["description"] = "study.toml: what a researcher says about a study (docs/study-file.md)."
    models = {"StudyFile": schema, **schema["$defs"]}
    _say_what_validators_take(models)
    for name, meanings in _meanings().items():
        for key, meaning in meanings.items():
            if key in (properties := models[name]["properties"]):
                properties[key] = _described(key, meaning, properties[key])
    plain: dict[str, Any] = _without_tuples(schema)
    return plain


def _meanings() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("couples_study.contracts") / "keys.toml").read_text("utf-8"))


def _described(key: str, meaning: str, field: dict[str, Any]) -> dict[str, Any]:
    """The key's schema with title and meaning; a reference is wrapped, for draft 7 ignores what stands beside one."""
    said = {"title": key, "description": meaning}
    return {**said, "allOf": [{"$ref": field["$ref"]}]} if "$ref" in field else {**field, **said}


def _say_what_validators_take(models: dict[str, Any]) -> None:
    """Forms that the models accept by a validator of their own, which pydantic can not know."""
    source, meta = models["Source"]["properties"], models["Meta"]["properties"]
    source["files"] = dict(TEXT_OR_TEXTS)
    source["only"]["additionalProperties"] = dict(TEXT_OR_TEXTS)
    source["drop"]["additionalProperties"]["additionalProperties"] = dict(TEXT_OR_TEXTS)
    meta["id"]["pattern"] = f"^{STUDY_ID.pattern}$"
    meta["day_ends"] = {"type": "string", "pattern": CLOCK, "default": "00:00"}
    meta["day_opens"] = {"type": "string", "pattern": CLOCK}


def _without_tuples(part: Any) -> Any:
    """Pairs as arrays of two, and no null: TOML has none, and draft 7 has no ``prefixItems``."""
    if isinstance(part, list):
        return [_without_tuples(one) for one in part if one != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    found = {
        key: _without_tuples(one) for key, one in part.items() if key != "prefixItems" and not _is_no_default(key, one)
    }
    if "prefixItems" in part:
        found["items"] = _without_tuples(part["prefixItems"][0])
    if len(found.get("anyOf", ())) == 1:
        found |= found.pop("anyOf")[0]
    return found


def _is_no_default(key: str, value: Any) -> bool:
    return key == "default" and value is None
