"""An item: how a column of the glossary is asked, in the project's own words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from couples_study.contracts.base import Strict

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")


class Said(Strict):
    """The same words in each language."""

    en: str = Field(min_length=1)
    de: str = Field(min_length=1)

    def said(self, language: Language) -> str:
        """The words in ``language``."""
        return self.de if language == "de" else self.en


class Ends(Strict):
    """The lower and the upper end of a scale in each language."""

    en: tuple[str, str]
    de: tuple[str, str]

    def said(self, language: Language) -> tuple[str, str]:
        """Both ends in ``language``."""
        return self.de if language == "de" else self.en


class Choice(Said):
    """One answer of a closed list, the code under which a platform stores it, and the number it stands for, if any."""

    code: str = Field(pattern=r"[a-z0-9][a-z0-9_]*")
    value: float | None = None


class Item(Strict):
    """How one column is asked: its words, its answers, and where it stands.

    What kind of answer is expected follows from the glossary (0/1, a count, a range). ``form`` is only named where it
    does not follow from the column's table: ``morning``, or ``team`` for what nobody is asked because the draw or the
    study team knows it; there ``made_from`` names the columns it is worked out from. ``only_if`` is a yes/no item that
    has to be answered with yes. ``opt_out`` says which words allow leaving the item out.
    """

    en: str = Field(min_length=1)
    de: str = ""
    form: Literal["morning", "team"] | None = None
    ends: str | None = None
    choices: tuple[Choice, ...] = ()
    under: str | None = None
    only_if: str | None = None
    opt_out: Literal["touch", "sex_or_past"] | None = None
    focal: bool = False
    by_lot: bool = False
    made_from: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_asked_or_told(self) -> Item:
        if self.form != "team" and not self.de:
            raise ValueError("an item that is asked has its words in every language")
        if self.form != "team" and (self.by_lot or self.made_from):
            raise ValueError("by_lot and made_from belong to what the team fills in")
        return self

    def said(self, language: Language) -> str:
        """The words in ``language``; what only the team reads is in English."""
        return self.de if language == "de" and self.de else self.en
