"""The whole draft: ``[study]``, ``[dyads]``, every source, the measures, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from couples_study.core.columns import glossary
from couples_study.steps.draft.forms import Draft, Form, Part
from couples_study.steps.draft.guess_dyads import by_source, dyads_part
from couples_study.steps.draft.measures import Measures
from couples_study.steps.draft.source_parts import source_parts
from couples_study.steps.draft.sources import Guessed, sources_of
from couples_study.steps.draft.start import say_first_days
from couples_study.steps.draft.write_toml import written

NEXT = (
    "",
    "Drafted by `couples-study new` from the exports. What they do not tell for certain ends in UNSURE and a reason:",
    "mend or confirm each such line and take the mark away.",
    "",
    "Then: couples-study plan {folder}      what would be analysed; no answer is read",
    "      couples-study intake {folder}    what came, and what was held back and why",
    "All keys: docs/study-file.md",
)


def draft(forms: Sequence[Form], *, name: str, folder: str, data_root: str | None = None) -> Draft:
    """The text of a study.toml for these forms, and its unsure lines.

    ``name`` becomes the study's id and title, ``folder`` is how the next commands call the study. The text is always
    a valid study.toml, right or wrong.
    """
    measures = Measures(glossary())
    sources = [source for form in forms for source in sources_of(form, measures)]
    by = by_source(sources)
    parts = [_study(sources, name, data_root), dyads_part(sources)]
    for source in sources:
        parts += source_parts(source, is_by=source is by)
    parts += [measure.part() for measure in measures.found.values()]
    parts.append(_closing())
    head = [
        f"study.toml of {study_id(name)}",
        *(words.format(folder=folder) for words in NEXT),
    ]
    return written(head, parts)


def study_id(name: str) -> str:
    """A study's id from a folder's name."""
    found = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")
    return found or "study"


def _study(sources: Sequence[Guessed], name: str, data_root: str | None) -> Part:
    part = Part(heading="[study]")
    part.say("id", study_id(name))
    part.say(
        "title",
        re.sub(r"[\W_]+", " ", name).strip() or "A study",
        why="the folder's name; what shall the pages be headed?",
    )
    part.say("time_zone", "UTC", why="say where the couples live, such as Europe/Vienna or America/New_York")
    if data_root is not None:
        part.say("data_root", data_root, note="where the exports lie; they stay there")
    say_first_days(part, sources)
    return part


def _closing() -> Part:
    part = Part(heading="")
    part.remarks(
        (
            "What you want to know goes here, for instance (docs/study-file.md lists the keys):",
            "[[hypothesis]]",
            'id = "H1"',
            'statement = "On days on which ... than usual, ..."',
            'model = "apim"',
            'outcome = "..."',
            'actor = ["..."]',
            'partner = ["..."]',
            'smallest_effect = { value = 0.1, unit = "points per point", why = "..." }',
        )
    )
    return part
