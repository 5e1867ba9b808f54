"""A source's name is one only, and becomes a file of the quarantine and of nothing else."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE

from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import StudyFileError
from couples_study.intake.take_in import source_names

SOURCE = {"reader": "csv", "files": "x.csv", "table": "diary_days", "keys": {"couple": "c", "person": "p", "day": "d"}}


def study(*names: str) -> StudyFile:
    head = {"study": {"id": "small", "title": "t"}, "dyads": {"type": "indistinguishable"}}
    return parsed(StudyFile, {**head, "source": [{**SOURCE, "name": name} for name in names]}, "study.toml")


def test_a_number_makes_names_single_even_where_somebody_took_it():
    assert source_names(study("x", "x_3", "x", "x")) == ["x", "x_3", "x_2", "x_4"]
    assert source_names(study("x", "x_2", "x")) == ["x", "x_2", "x_3"]


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "..", " ", "x\0", "x\n", "x:y", ""])
def test_a_name_that_is_no_file_name_is_refused(name):
    with pytest.raises(StudyFileError, match="becomes a file's"):
        study(name)


def test_held_rows_of_two_sources_of_one_name_are_both_kept(take):
    names = ("x", "x_3", "x")
    sources = "".join(
        DIARY.replace('"diary.csv"', f'"d{number}.csv"').replace("keys =", f'name = "{name}"\nkeys =')
        for number, name in enumerate(names)
    )
    files = {f"d{number}.csv": f"dyad,pid,day,stress,touch,conflict\n1,a,{number},500,1,no\n" for number in range(3)}
    intake = take(HEAD + DYADS + PEOPLE + sources, {"people.csv": "dyad,pid,sex,age\n1,a,f,30\n1,b,m,31\n", **files})
    assert sorted(intake.held) == ["x", "x_2", "x_3"]
