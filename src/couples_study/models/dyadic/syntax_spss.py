"""A dyadic model in SPSS: MIXED."""

from __future__ import annotations

import re

from couples_study.models.dyadic.written import SIGN, Written

BRACKETS = re.compile(r"\[([^\[\]]*)\]")  # which no name may hold: actor.within[woman] is actor.within.woman


def spss(model: Written) -> str:
    """MIXED; its df are Satterthwaite's by default. The products with AR(1) need a version with KRONECKER."""
    repeated, cannot = _repeated(model)
    lines = ["* d: one row per couple, partner and day."]
    lines += [f"* not in this program: {words}." for words in cannot]
    lines += _made(model)
    random = [name for block in model.blocks for name in block]
    covariates = list(dict.fromkeys([*model.fixed, *random]))
    factors = [model.role] if repeated and model.role in repeated[0] and not model.alone else []
    by = f" BY {' '.join(factors)}" if factors else ""
    lines += [
        f"MIXED {model.outcome}{by} WITH {' '.join(covariates)}",
        f"  /FIXED = {' '.join(model.fixed)} | NOINT SSTYPE(3)",
        f"  /METHOD = {model.method}",
        "  /PRINT = SOLUTION TESTCOV G R",
    ]
    shape = "DIAG" if model.diagonal else "UN"
    lines += [f"  /RANDOM = {' '.join(block)} | SUBJECT({model.couple}) COVTYPE({shape})" for block in model.blocks]
    return BRACKETS.sub(r".\1", "\n".join([*lines, *repeated]) + ".\n")


def _repeated(model: Written) -> tuple[list[str], list[str]]:
    couple, role, day, cannot = model.couple, model.role, model.day, list(model.kinds)
    if model.ar and model.gaps:
        cannot.append("days on which nobody answered: AR1 counts the days that occur, so such gaps shrink")
    if model.rho_by_partner:
        cannot.append("a rho per partner: one rho below")
    if model.ar and model.same_day:
        if model.tied:
            cannot.append("equal variances of the two partners under UN_AR1: two variances below")
        return [f"  /REPEATED = {day} | SUBJECT({couple}) KRONECKER({role}) COVTYPE(UN_AR1)"], cannot
    if model.ar:
        person = couple if model.alone else f"{couple}*{role}"
        if model.by_role:
            cannot.append("a variance per role beside AR1 without a same-day correlation: one variance below")
        return [f"  /REPEATED = {day} | SUBJECT({person}) COVTYPE(AR1)"], cannot
    if model.same_day:
        return [f"  /REPEATED = {role} | SUBJECT({couple}*{day}) COVTYPE({'CS' if model.tied else 'UN'})"], cannot
    if model.by_role:
        return [f"  /REPEATED = {role} | SUBJECT({couple}*{day}) COVTYPE(DIAG)"], cannot
    return [], cannot


def _made(model: Written) -> list[str]:
    lines = []
    if any(made.role is None for made in model.made):
        lines.append(f"* {SIGN}: 1 for one partner of each couple, -1 for the other.")
    for made in model.made:
        by = SIGN if made.role is None else f'({model.role} = "{made.role}")'
        lines.append(f"COMPUTE {made.name} = {made.source} * {by}.")
    return [*lines, "EXECUTE."] if model.made else lines
