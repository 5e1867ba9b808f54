"""Deliveries that were looked at before, so that an unchanged one is not read again.

One folder per file and way of reading it, named by a hash of both: the file's content, the codebook's, what
``study.toml`` says of the source, and the code that looks. Nothing else decides, so what is written never depends on
what was on the shelf.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from couples_study.contracts.study import Source, StudyFile
from couples_study.core.columns import Glossary
from couples_study.intake.stored import Stored
from couples_study.pipeline.code import code_hash

FOLDER = "data/.deliveries"
FACTS = "facts.json"
LOOKING = ("contracts", "core", "intake", "readers", "tables")
HALF_DONE = ".half-"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The kept deliveries below ``folder``."""

    folder: Path

    def place_of(self, key: str) -> Path:
        return self.folder / key

    def has(self, key: str) -> bool:
        return (self.place_of(key) / FACTS).is_file()

    def put(self, key: str, kept: Stored, facts: Mapping[str, Any]) -> None:
        """Keep a delivery; it is there as a whole or not at all, whenever the run is stopped."""
        self.folder.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=HALF_DONE, dir=self.folder))
        for name, table in kept.tables.items():
            with pa.OSFile(str(half / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        told = {"delivery": facts, "kept": kept.facts}
        (half / FACTS).write_text(json.dumps(told, sort_keys=True, ensure_ascii=False), "utf-8")
        if not self.has(key):
            shutil.rmtree(self.place_of(key), ignore_errors=True)  # something else lay there, or half of it
            half.replace(self.place_of(key))
        shutil.rmtree(half, ignore_errors=True)

    def get(self, key: str) -> tuple[Stored, dict[str, Any]]:
        """A kept delivery; its columns stay on disk until they are looked at."""
        place = self.place_of(key)
        told = json.loads((place / FACTS).read_text("utf-8"))
        tables = {path.stem: _mapped(path) for path in sorted(place.glob("*.arrow"))}
        return Stored(tables=tables, facts=told["kept"]), told["delivery"]

    def clear_but(self, keys: Iterable[str]) -> None:
        """Let go of everything but these, and of what an interrupted run left half done."""
        keep = set(keys)
        for place in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            if place.name not in keep:
                shutil.rmtree(place)


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def key_of(sha256: str, codebook: str, source: Source, study: StudyFile, glossary: Glossary) -> str:
    """The name under which a delivery is kept."""
    rows = {name: repr(glossary[name]) for name in sorted(study_only(study))}
    meta = study.study.model_dump(mode="json", exclude={"title", "claims", "synthetic", "data_root", "scheduled_days"})
    said = [
        sha256,
        codebook,
        source.model_dump(mode="json"),
        meta,
        study.dyads.model_dump(mode="json"),
        rows,
        code_hash(*LOOKING),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def study_only(study: StudyFile) -> set[str]:
    """The columns that the study itself defines."""
    return {name for key, measure in study.measures.items() for name in (key, *measure.items)}
