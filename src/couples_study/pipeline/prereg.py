"""The prereg command's work: the plan frozen beside study.toml, read back, and compared with what is there now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from couples_study.contracts.base import parsed
from couples_study.contracts.prereg import Frozen, Lock, Preregistered
from couples_study.core.errors import DeliveryError, StudyFileError, UsageError
from couples_study.core.paths import PREREG, PREREG_LOCK
from couples_study.core.provenance import package_version, sha256
from couples_study.pipeline.deliveries import arrived
from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.room import room_at
from couples_study.pipeline.running import Tell, quiet
from couples_study.pipeline.write import write_all
from couples_study.planning.prereg.record import plan_record
from couples_study.planning.prereg.seen import outcomes_seen
from couples_study.planning.prereg.standing import preregistered
from couples_study.report.prereg_words import prereg_markdown
from couples_study.steps.check import Checked, check

POWER = "power"  # the folder beside study.toml where power results are looked for
POWER_FILE = "power.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenNow:
    """What freezing did: the plan, the files written (none where the same plan was frozen before)."""

    frozen: Frozen
    written: tuple[Path, ...]


def run_freeze(word: str | Path, power: Sequence[Path] = (), *, amend: bool = False, tell: Tell = quiet) -> FrozenNow:
    """Write prereg.md and prereg.lock beside study.toml.

    Raises `UsageError` where another plan was frozen before and ``amend`` is not said.
    """
    place = locate(word)
    checked = check(place.study)
    with room_at(place.folder, tell):
        before, broken = read_lock(place)
        now, text = _frozen_now(checked, place, power)
        if before is not None and not broken and before.frozen == now:
            return FrozenNow(frozen=now, written=())
        if (before is not None or broken) and not amend:
            raise UsageError(
                f"{place.folder / PREREG_LOCK}", expected="no plan that was frozen before",
                found="another plan" if not broken else broken[0],
                do="`couples-study prereg check` lists what differs; --amend freezes this one and keeps the earlier",
            )  # fmt: skip
        if broken:
            raise DeliveryError(
                f"{place.folder / PREREG_LOCK}", expected="the plan as it was frozen, to keep it", found=broken[0],
                do="put the files back as they were written, or move both away and freeze anew",
            )  # fmt: skip
        earlier = () if before is None else (*before.earlier, before.frozen)
        files = {PREREG: text, PREREG_LOCK: _lock_text(now, earlier)}
        return FrozenNow(frozen=now, written=tuple(write_all(files, place.folder)))


def _frozen_now(checked: Checked, place: Place, power: Sequence[Path]) -> tuple[Frozen, bytes]:
    there = arrived(place)
    results = _power_results(place, power)
    deliveries = {one.file: one.sha256 for one in there}
    seen = outcomes_seen(checked, there)
    plan = plan_record(checked)
    told = [json.loads(content) for content in results.values()]
    text = prereg_markdown(place.study.study.title, plan, deliveries, seen, told).encode("utf-8")
    frozen = Frozen(
        study=place.study.study.id, package=package_version(), plan_md=sha256(text), plan=plan, deliveries=deliveries,
        seen=seen, power={name: sha256(content) for name, content in results.items()},
    )  # fmt: skip
    return frozen, text


def _power_results(place: Place, folders: Sequence[Path]) -> dict[str, bytes]:
    """The power results of these folders; of the one beside study.toml, if it is there, where none is named."""
    beside = place.folder / POWER
    asked = folders or ([beside] if (beside / POWER_FILE).is_file() else [])
    found = {}
    for folder in asked:
        path = folder / POWER_FILE
        try:
            content = path.read_bytes()
            told = json.loads(content)
            found[f"{told['claim']}/{POWER_FILE}"] = content
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"--power {folder}", expected=f"a folder with the {POWER_FILE} that `couples-study power` wrote",
                found="none that can be read", do="run `couples-study power` with --out there first",
            ) from error  # fmt: skip
    return dict(sorted(found.items()))


def _lock_text(frozen: Frozen, earlier: tuple[Frozen, ...]) -> bytes:
    told = _told(frozen, earlier)
    return _json({**told, "sha256": sha256(_json(told))})


def _told(frozen: Frozen, earlier: tuple[Frozen, ...]) -> dict[str, Any]:
    return {
        "lock_version": 1,
        "frozen": frozen.model_dump(mode="json"),
        "earlier": [one.model_dump(mode="json") for one in earlier],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def read_lock(place: Place) -> tuple[Lock | None, tuple[str, ...]]:
    """The frozen plan, if there is one, and what is wrong with its files.

    Raises `StudyFileError` where prereg.lock is there and is no lock.
    """
    path = place.folder / PREREG_LOCK
    if not path.exists():
        there = (place.folder / PREREG).exists()
        return None, (f"{PREREG} is there without its {PREREG_LOCK}: nothing shows what was frozen",) if there else ()
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StudyFileError(
            str(path), expected="the lock that `couples-study prereg freeze` wrote", found="a file that is not JSON",
            do="put it back as it was written, or move it away",
        ) from error  # fmt: skip
    lock = parsed(Lock, data, str(path)) if isinstance(data, Mapping) else None
    if lock is None:
        raise StudyFileError(str(path), expected="a lock", found="something else", do="put it back as it was written")
    return lock, tuple(_wrong(lock, place))


def _wrong(lock: Lock, place: Place) -> list[str]:
    said = []
    if sha256(_json(_told(lock.frozen, lock.earlier))) != lock.sha256:
        said.append(f"{PREREG_LOCK} was changed after it was written: its own sha256 does not fit")
    path = place.folder / PREREG
    if not path.is_file():
        said.append(f"{PREREG} is gone")
    elif sha256(path.read_bytes()) != lock.frozen.plan_md:
        said.append(f"{PREREG} is not the text that was frozen: its sha256 does not fit")
    if lock.frozen.study != place.study.study.id:
        said.append(f"the plan is that of study {lock.frozen.study!r}")
    return said


def run_check(word: str | Path) -> Preregistered:
    """How a study stands to its frozen plan; raises `UsageError` where none was frozen."""
    place = locate(word)
    checked = check(place.study)
    found = standing_of(place, checked, {one.file: one.sha256 for one in arrived(place)})
    if found.deviations is None:
        raise UsageError(
            f"study {place.study.study.id!r}", expected=f"a plan that was frozen ({PREREG_LOCK})", found="none",
            do=f"`couples-study prereg freeze {word}` freezes one",
        )  # fmt: skip
    return found


def standing_of(place: Place, checked: Checked, deliveries: Mapping[str, str]) -> Preregistered:
    """How a study stands to its frozen plan; ``deliveries`` has the sha256 of each delivered file."""
    lock, broken = read_lock(place)
    asked = plan_record(checked)
    now = asked if lock is None else plan_record(check(place.study))
    return preregistered(lock, now, asked, deliveries, package_version(), broken)
