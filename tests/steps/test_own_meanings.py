"""A study's own measure keeps its name where only single claims know it, and those claims are not asked of it."""

from __future__ import annotations

from tests.small_studies import DYADS, HEAD, write_study

from couples_study import load_study
from couples_study.core.columns import glossary

PEOPLE = "dyad,pid,sex,warmth,dominance\n" + "".join(
    f"{couple},{person},{sex},{couple % 5 + 1},3\n" for couple in range(40) for person, sex in (("a", "f"), ("b", "m"))
)
SOURCE = """
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = { couple = "dyad", person = "pid" }
"""
OWN = """
[measures.warmth]
label = "Warmth of the interviewer"
range = [1, 5]
"""


def test_an_export_column_of_that_name_is_not_taken_for_ours(tmp_path):
    assert glossary()["warmth"].of_claims_alone
    study = load_study(write_study(tmp_path, HEAD + DYADS + SOURCE, {"people.csv": PEOPLE}))
    assert "warmth" in study.ledger.sources[0].columns_ignored
    assert study.ledger.rows_held == 0


def test_a_measure_of_that_name_has_the_studys_own_range_and_the_claim_is_not_asked(tmp_path):
    head = HEAD.replace("claims = []", 'claims = ["C102"]')
    study = load_study(write_study(tmp_path, head + DYADS + SOURCE + OWN, {"people.csv": PEOPLE}))
    assert study.frame("people")["warmth"].max() == 5
    verdict = study.verdict("C102")
    assert (verdict.verdict, verdict.reason) == ("not_testable", "own_meaning")
    assert "warmth" in verdict.missing_columns
