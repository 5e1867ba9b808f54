"""A dyadic model as words: the names and structure that another program's language needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """A column to make first: ``source`` where the role is ``role``, or times +1/-1 by partner if there is none."""

    name: str
    source: str
    role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Names and structure of a model.

    ``blocks`` are the random columns by correlated block, ``structure`` is ``iid``, ``role`` or ``un``; ``tied`` says
    that both partners share one residual variance, ``alone`` that there is one person per group, ``gaps`` that some
    calendar day occurs for nobody.
    """

    outcome: str
    fixed: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]
    made: tuple[Made, ...]
    couple: str
    role: str
    day: str
    structure: str
    ar: bool
    tied: bool
    rho_by_partner: bool
    diagonal: bool
    reml: bool
    alone: bool
    mixed: bool
    gaps: bool

    @property
    def by_role(self) -> bool:
        """A residual variance per role."""
        return self.structure != "iid" and not self.tied

    @property
    def same_day(self) -> bool:
        """A correlation of the partners' residuals of one day."""
        return self.structure == "un" and not self.alone

    @property
    def method(self) -> str:
        return "REML" if self.reml else "ML"

    @property
    def kinds(self) -> list[str]:
        """What no program but this one fits at once."""
        return ["separate covariance parameters for the two kinds of couples"] if self.mixed else []


SIGN = "partner_sign"  # the column that is 1 for one partner of each couple and -1 for the other
