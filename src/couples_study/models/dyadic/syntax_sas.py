"""A dyadic model in SAS: PROC MIXED."""

from __future__ import annotations

import re

from couples_study.models.dyadic.written import SIGN, Written

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}\Z")


def sas(model: Written) -> str:
    """PROC MIXED with Satterthwaite df; days are CLASS levels."""
    repeated, cannot = _repeated(model)
    lines = ["/* d: one row per couple, partner and day */"]
    lines += [f"/* not in this program: {words} */" for words in cannot]
    lines += _made(model)
    classes = [
        model.couple,
        *([] if model.alone else [model.role]),
        *([model.day] if model.ar or model.same_day else []),
    ]
    lines += [
        f"proc mixed data=d method={model.method.lower()} covtest;",
        f"  class {' '.join(_q(name) for name in classes)};",
        f"  model {_q(model.outcome)} = {_list(model.fixed)} / noint solution cl ddfm=satterthwaite;",
    ]
    shape = "un(1)" if model.diagonal else "un"
    lines += [f"  random {_list(block)} / subject={_q(model.couple)} type={shape} g;" for block in model.blocks]
    return "\n".join([*lines, *repeated, "run;"]) + "\n"


def _repeated(model: Written) -> tuple[list[str], list[str]]:
    """The REPEATED statement, and what it can not say."""
    couple, role, day, cannot = _q(model.couple), _q(model.role), _q(model.day), list(model.kinds)
    if model.ar and model.gaps:
        cannot.append("days on which nobody answered: ar(1) counts CLASS levels, so such gaps shrink")
    if model.ar and model.same_day:
        if model.tied:
            cannot.append("equal variances of the two partners under un@ar(1): two variances below")
        if model.rho_by_partner:
            cannot.append("a rho per partner under un@ar(1): one rho below")
        return [f"  repeated {role} {day} / subject={couple} type=un@ar(1) r;"], cannot
    if model.ar:
        person = couple if model.alone else f"{couple}*{role}"
        if model.by_role and not model.rho_by_partner:
            cannot.append("one rho beside a variance per role: group= gives each role its own rho")
        group = f" group={role}" if model.by_role else ""
        return [f"  repeated {day} / subject={person} type=ar(1){group} r;"], cannot
    if model.same_day:
        return [f"  repeated {role} / subject={couple}*{day} type={'cs' if model.tied else 'un'} r;"], cannot
    return ([f"  repeated / group={role};"] if model.by_role else []), cannot


def _made(model: Written) -> list[str]:
    if not model.made:
        return []
    lines = ["data d; set d;"]
    if any(made.role is None for made in model.made):
        lines.insert(0, f"/* {SIGN}: 1 for one partner of each couple, -1 for the other */")
    for made in model.made:
        by = SIGN if made.role is None else f'({_q(model.role)} = "{made.role}")'
        lines.append(f"  {_q(made.name)} = {_q(made.source)} * {by};")
    return [*lines, "run;"]


def _list(names: tuple[str, ...]) -> str:
    return " ".join(_q(name) for name in names)


def _q(name: str) -> str:
    return name if NAME.match(name) else f"'{name}'n"
