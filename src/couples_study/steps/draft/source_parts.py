"""A guessed source as ``[[source]]`` and the tables below it."""

from __future__ import annotations

from collections.abc import Sequence

from couples_study.steps.draft import redcap
from couples_study.steps.draft.forms import Line, Part
from couples_study.steps.draft.guess_missing import decimal_of, missing_lines
from couples_study.steps.draft.sources import Guessed
from couples_study.steps.draft.words import NOT, called, plain
from couples_study.steps.draft.write_toml import toml, toml_key

MOST_NAMED = 12
WAVES = "which wave is this event? 0 is the first"
STATUS = {
    "preview": ("Status", ["1", "8", "9", "12", "Survey Preview", "Survey Test", "Spam"]),
    "unfinished": ("Finished", ["0", "False", "FALSE", "false"]),
}


def source_parts(source: Guessed, is_by: bool) -> list[Part]:
    """All tables of one source, ``[[source]]`` first."""
    main = _main(source)
    parts = [main, _keys(source)]
    if source.answers.columns:
        parts.append(Part(heading="[source.columns]", lines=list(source.answers.columns)))
    if source.when.column == redcap.EVENT:
        numbered = [Line(key=event, value=n, why=WAVES) for n, event in enumerate(source.only[redcap.EVENT])]
        parts.append(Part(heading=f"[source.recode.{redcap.EVENT}]", lines=numbered))
    for target, lines in source.answers.recode.items():
        parts.append(Part(heading=f"[source.recode.{toml_key(target)}]", lines=lines))
    parts += _missing(source)
    parts += _drop(source)
    if source.by is not None and not is_by:
        main.remark(f"{source.by.column} tells partners apart here as well; [dyads] by names another column")
    return parts


def _main(source: Guessed) -> Part:
    form = source.form
    part = Part(heading="[[source]]")
    part.remarks(form.remarks)
    if source.name:
        part.say("name", source.name)
    part.say("reader", form.reader, why=form.doubts.get("reader", ""))
    files = form.files[0] if len(form.files) == 1 else list(form.files)
    pattern = any("*" in name for name in form.files)
    part.say("files", files, note="every file that fits is read; a later delivery only adds" if pattern else "")
    part.say("table", source.when.table, why=source.when.table_why)
    for key, value in form.options.items():
        part.say(key, value, why=form.doubts.get(key, ""))
    if (decimal := decimal_of(source.looks)) is not None:
        part.lines.append(decimal)
    if source.only:
        part.say("only", {column: list(values) for column, values in source.only.items()})
    _say_layout(part, source)
    _say_dates(part, source)
    _say_arm(part, source)
    _say_unused(part, source)
    return part


def _say_unused(part: Part, source: Guessed) -> None:
    if source.copies is not None:
        shown = f"left out, since each is the partner's own answer of the other row: {_some(source.copies.copies)}"
        part.remark(shown, why=source.copies.why)
    if source.answers.left:
        part.remark(f"not used (ids, other dates, texts, hardly answered): {_some(source.answers.left)}")


def _say_layout(part: Part, source: Guessed) -> None:
    if source.wide is None:
        return
    part.say("layout", "wide")
    part.say("suffixes" if source.wide.suffixes else "prefixes", dict(source.wide.roles), why=source.wide.why)


def _say_dates(part: Part, source: Guessed) -> None:
    look = source.looks.get(source.when.column) if source.when.key == "date" else None
    if look is None or look.dates is None:
        return
    if look.dates.readings is not None:
        which = f"day and month of {look.name} could be either way round"
        part.remark("", why=f"{which}; take one of the next two lines, or intake refuses the file")
        part.remarks(f"dates = {toml(form)}" for form in look.dates.readings)
    elif look.dates.form:
        part.say("dates", look.dates.form)


def _say_arm(part: Part, source: Guessed) -> None:
    for name, look in source.looks.items():
        if called(name, "arm") == NOT or not 2 <= look.distinct <= 6 or source.couple is None:
            continue
        told = source.rows[source.rows[name].ne("")]
        if source.couple in told and told.groupby(source.couple)[name].nunique().eq(1).all():
            part.remark(
                f'design = "randomised", arm = {toml(name)}',
                why="constant within couples; if it was randomised, say both on lines of their own",
            )
            return


def _keys(source: Guessed) -> Part:
    part = Part(heading="[source.keys]")
    for key, found in source.keys.items():
        part.say(key, found.column, why=found.why)
    return part


def _missing(source: Guessed) -> list[Part]:
    used = set(source.answers.used)
    everywhere, only_in = missing_lines({name: look for name, look in source.looks.items() if name in used})
    parts = [Part(heading="[source.missing]", lines=everywhere)] if everywhere else []
    return parts + [
        Part(heading=f"[source.missing_in.{toml_key(name)}]", lines=lines) for name, lines in only_in.items()
    ]


def _drop(source: Guessed) -> list[Part]:
    """Qualtrics: previews and unfinished responses, by the columns that say so."""
    if source.form.reader != "qualtrics":
        return []
    part = Part(heading="[source.drop]")
    for rule, (column, values) in STATUS.items():
        named = [name for name in source.looks if plain(name) == plain(column)]
        if named:
            why = "partial answers are lost with it; delete the line to keep them" if rule == "unfinished" else ""
            part.lines.append(Line(key=rule, value={named[0]: values}, why=why))
    return [part] if part.lines else []


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
