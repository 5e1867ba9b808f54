"""Replicates that were run before: one small file per design, to which the outcomes are added as they come.

The file's name is a hash of the design, the seed and the code that judges; a line holds one part's outcomes, a letter
each. A line that was cut off is run again. Reading one needs no more memory than a line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from couples_study.core.errors import AnalysisError, Interrupted
from couples_study.pipeline.code import code_hash
from couples_study.pipeline.workers import answers
from couples_study.planning.designs import Design, outcomes
from couples_study.planning.tally import Tally

FOLDER = ".replicates"
PART = 10  # replicates handed out at a time
Task = tuple[int, Design, int, int, int]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """Outcomes kept below ``folder``, one file per design under ``seed``."""

    folder: Path
    seed: int

    def path_of(self, design: Design) -> Path:
        said = repr((sorted(asdict(design).items(), key=lambda item: item[0]), self.seed, code_hash()))
        name = re.sub(r"\W+", "_", f"{design.subject.id} {design.world} {design.couples}x{design.days}")
        return self.folder / f"{name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.txt"

    def read(self, design: Design) -> Iterator[str]:
        """The outcomes so far, part by part; a last line without its end is let go of."""
        path = self.path_of(design)
        if not path.is_file():
            return
        whole = 0
        with path.open("rb+") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(whole)
                    return
                whole += len(line)
                yield line.decode("ascii").strip()

    def add(self, design: Design, letters: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path_of(design).open("ab") as file:
            file.write(f"{letters}\n".encode("ascii"))


def tallies(
    designs: Sequence[Design],
    kept: Replicates,
    *,
    reps: int,
    precision: float,
    jobs: int = 1,
    cluster: str | None = None,
    tell: Tell = lambda _: None,
) -> list[Tally]:
    """The outcomes of every design, in their order: as kept, and where that is not enough, as run now.

    Raises `Interrupted` on Ctrl-C; what was done until then is kept.
    """
    found = [Tally(most=reps, precision=precision) for _ in designs]
    ran = []
    for design, tally in zip(designs, found, strict=True):
        before = 0
        for letters in kept.read(design):
            tally.add(letters)
            before += len(letters)
        ran.append(before)
    tasks = _tasks(designs, found, ran, kept.seed)
    try:
        with answers(_answer, tasks, jobs, cluster) as done:
            for number, letters in done:
                kept.add(designs[number], letters)
                found[number].add(letters)
                tell(_progress(designs, found, number))
    except KeyboardInterrupt as error:
        raise Interrupted("the same command again goes on where this one stopped") from error
    if not all(tally.complete for tally in found):
        raise AnalysisError(
            f"--cluster {cluster}" if cluster else f"--jobs {jobs}",
            found="workers that went away before the work was done",
            do="repeat the command: what was done is kept",
        )
    return found


def _tasks(designs: Sequence[Design], found: Sequence[Tally], ran: Sequence[int], seed: int) -> Iterator[Task]:
    """Parts of designs that have too few outcomes; read a little ahead of the answers."""
    for number, design in enumerate(designs):
        first, tally = ran[number], found[number]
        while first < tally.most and not tally.complete:
            reps = min(PART, tally.most - first)
            yield number, design, first, reps, seed
            first += reps


def _answer(task: Task) -> tuple[int, str]:
    number, design, first, reps, seed = task
    return number, outcomes(design, first, reps, seed)


def _progress(designs: Sequence[Design], found: Sequence[Tally], number: int) -> str:
    design, tally = designs[number], found[number]
    return (
        f"design {number + 1} of {len(designs)}: {design.subject.id} in {design.world}, {design.couples} couples x "
        f"{design.days} days, {tally.done} of at most {tally.most} replicates"
    )
