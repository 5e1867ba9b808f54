"""A dyadic model in R: nlme, lme4, glmmTMB."""

from __future__ import annotations

import re

from couples_study.models.dyadic.written import SIGN, Written

SYNTACTIC = re.compile(r"([A-Za-z]|\.(?!\d))[A-Za-z0-9._]*\Z")
LEGAL = "names(d) <- make.names(names(d))"  # nlme takes no quoted names


def nlme(model: Written) -> str:
    """``nlme::lme``, or ``gls`` without random effects."""
    cannot, parts = list(model.kinds), []
    grouping = f"{_q(model.couple)}/{_q(model.role)}" if not model.alone else _q(model.couple)
    if model.by_role:
        parts.append(f"weights = varIdent(form = ~ 1 | {_q(model.role)})")
    if model.ar:
        parts.append(f"correlation = corCAR1(form = ~ {_q(model.day)} | {grouping})")
        cannot.append("a negative rho (corCAR1 runs from 0 to 1)")
        if model.same_day:
            cannot.append("the partners' same-day correlation beside AR(1): left out below")
        if model.rho_by_partner:
            cannot.append("a rho per partner: one rho below")
    elif model.same_day:
        parts.append(f"correlation = corCompSymm(form = ~ 1 | {_q(model.couple)}/{_q(model.day)})")
    parts.append(f'method = "{model.method}"')
    fixed = _formula(model)
    if not model.blocks:
        call = ["gls(" + fixed, "data = d", *parts]
    else:
        call = ["lme(" + fixed, "data = d", f"random = {_pd_matrices(model)}", *parts]
        parts_of_search = 'opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 25'
        call.append(f"control = lmeControl({parts_of_search})")
    return _text(["library(nlme)"], model, cannot, "fit <- " + ",\n  ".join(call) + ")")


def _pd_matrices(model: Written) -> str:
    kind = "pdDiag" if model.diagonal else "pdSymm"
    blocks = [f"{kind}(~ 0 + {_sum(block)})" for block in model.blocks]
    if len(blocks) == 1:
        return f"list({_q(model.couple)} = {blocks[0]})"
    return f"list({_q(model.couple)} = pdBlocked(list({', '.join(blocks)})))"


def lme4(model: Written) -> str:
    """``lme4::lmer`` with Satterthwaite df by lmerTest; its residuals are independent with one variance."""
    cannot = list(model.kinds)
    if model.by_role:
        cannot.append("a residual variance per role: one variance below")
    if model.ar:
        cannot.append("AR(1) residuals: independent days below")
    bar = "||" if model.diagonal else "|"
    terms = [f"(0 + {_sum(block)} {bar} {_q(model.couple)})" for block in model.blocks]
    if model.same_day and model.tied and not model.ar:
        terms.append(_couple_day(model, cannot))
    elif model.same_day:
        cannot.append("the partners' same-day residual covariance: left out below")
    if not terms:
        flag = "" if model.reml else "  # least squares: ML in all but the residual variance"
        return _text([], model, cannot, f"fit <- lm({_formula(model)}, data = d){flag}")
    call = f"fit <- lmer({_formula(model, *terms)},\n  data = d, REML = {'TRUE' if model.reml else 'FALSE'})"
    return _text(["library(lmerTest)"], model, cannot, call)


def glmm_tmb(model: Written) -> str:
    """``glmmTMB::glmmTMB``; correlated residuals are random effects of days, with no residual left besides."""
    cannot = list(model.kinds)
    shape = "diag" if model.diagonal else "us"
    terms = [f"{shape}(0 + {_sum(block)} | {_q(model.couple)})" for block in model.blocks]
    before, dispersion = ["library(glmmTMB)"], "~ 1"
    couple, role, day = _q(model.couple), _q(model.role), _q(model.day)
    if model.ar:
        before.append(f"d$day_factor <- factor(d${day}, levels = min(d${day}):max(d${day}))")
        person = couple if model.alone else f"{couple}:{role}"
        terms.append(f"ar1(0 + day_factor | {person})")
        dispersion = "~ 0"
        cannot += ["a residual variance per role with AR(1): one variance below"] if model.by_role else []
        cannot += ["the partners' same-day correlation beside AR(1): left out below"] if model.same_day else []
        cannot += ["a rho per partner: one rho below"] if model.rho_by_partner else []
    elif model.same_day and model.tied:
        terms.append(_couple_day(model, cannot))
    elif model.same_day:
        before.append(f"d${role} <- factor(d${role})")
        terms.append(f"us(0 + {role} | {couple}:{day})")
        dispersion = "~ 0"
    elif model.by_role:
        dispersion = f"~ 0 + {role}"
    call = f"fit <- glmmTMB({_formula(model, *terms)},\n  data = d, dispformula = {dispersion}, REML = "
    return _text(before, model, cannot, call + ("TRUE)" if model.reml else "FALSE)"))


def _couple_day(model: Written, cannot: list[str]) -> str:
    """A random intercept per couple-day: the same-day covariance of exchangeable partners, if it is positive."""
    cannot.append("a negative same-day covariance")
    return f"(1 | {_q(model.couple)}:{_q(model.day)})"


def _formula(model: Written, *terms: str) -> str:
    return f"{_q(model.outcome)} ~ 0 + " + " + ".join([_sum(model.fixed), *terms])


def _sum(names: tuple[str, ...]) -> str:
    return " + ".join(_q(name) for name in names)


def _q(name: str) -> str:
    """The name as R's ``make.names`` writes it."""
    if SYNTACTIC.match(name):
        return name
    legal = re.sub(r"[^A-Za-z0-9._]", ".", name)
    return legal if SYNTACTIC.match(legal) else f"X{legal}"


def _text(before: list[str], model: Written, cannot: list[str], call: str) -> str:
    lines = ["# d: one row per couple, partner and day"]
    lines += [f"# not in this program: {words}" for words in cannot]
    if not all(SYNTACTIC.match(name) for name in _names(model)):
        lines.append(LEGAL)
    if any(made.role is None for made in model.made):
        lines.append(f"# {SIGN}: 1 for one partner of each couple, -1 for the other")
    for made in model.made:
        by = f"d${SIGN}" if made.role is None else f'(d${_q(model.role)} == "{made.role}")'
        lines.append(f"d${_q(made.name)} <- d${_q(made.source)} * {by}")
    return "\n".join([*lines, *before, call]) + "\n"


def _names(model: Written) -> list[str]:
    columns = [model.outcome, model.couple, model.role, model.day, *model.fixed]
    return [*columns, *(name for block in model.blocks for name in block), *(made.source for made in model.made)]
