"""From templates to pages: one environment, one style, everything escaped that this package did not make."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from couples_study.contracts.evidence import NotTestable
from couples_study.report import numbers, sentences
from couples_study.report.answer import short


def render(template: str, **shown: Any) -> str:
    """A page as text: nothing fetched, no time of day, and no script but ours, which the page names by its hash."""
    script = _text("page.js")
    sha256 = b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    made = _environment().get_template(template)
    return made.render(style=_text("style.css"), script=script, script_hash=sha256, **shown)


@cache
def _text(name: str) -> str:
    return (files("couples_study.report") / "templates" / name).read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    """Templates of this package; everything they print is escaped unless this module made it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("couples_study.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({name: getattr(numbers, name) for name in _NUMBER_FILTERS})
    environment.filters.update(
        words=sentences.in_words, short=short, readable_term=sentences.readable_term, explained=_explained
    )
    environment.tests["untestable"] = lambda evidence: isinstance(evidence, NotTestable)
    environment.globals.update({"n": numbers, "s": sentences, "zip": zip})
    return environment


_NUMBER_FILTERS = ("count", "p_value", "statistic", "degrees", "plain", "level", "cell", "fixed")


def _explained(code: str | None, group: str) -> str:
    """A code's explanation from one of the dictionaries of `sentences`; empty where it has none."""
    return sentences.explain(getattr(sentences, group), code)
