"""Every third-party export the whole way, from a study file that users may copy to tables and ledger."""

from __future__ import annotations

import re
import tomllib

import pytest
from tests.real.support_exports import EXPORTS, copied, study, taken
from tests.shared_data import SHARED, needs_shared
from tests.small_studies import write_study

from couples_study import load_study
from couples_study.core.errors import DeliveryError
from couples_study.pipeline.run import run_intake

pytestmark = needs_shared

# study: ({source: (export rows, records, held by reason, excluded by rule, columns mapped)}, {table: (rows, people, couples)})
EXPECTED = {
    "couplescope": ({"CouplesCope": (64, 64, {}, {}, 97)}, {"couples": (64, 0, 64), "people": (0, 0, 0)}),
    "dysem_dres": ({"DRES": (121, 242, {}, {}, 14)}, {"couples": (121, 0, 121), "people": (242, 242, 121)}),
    "dysem_prqcq": ({"prqcQ": (118, 236, {}, {}, 18)}, {"couples": (118, 0, 118), "people": (236, 236, 118)}),
    "esmtools_raw": (
        {"esmdata_raw": (1242, 1242, {}, {"opened_only": 27, "unanswered_beep": 320}, 5)},
        {"couples": (10, 0, 10), "people": (20, 20, 10), "events": (895, 20, 10)},
    ),
    "esmtools_sim": (
        {"esmdata_sim": (4200, 4200, {}, {}, 10)},
        {"couples": (30, 0, 30), "people": (60, 60, 30), "events": (4200, 60, 30)},
    ),
    "formr_bfi": ({"BFI_post": (30, 30, {}, {"never_sent": 2}, 8)}, {"couples": (28, 0, 28), "people": (28, 28, 28)}),
    "formr_gods": (
        {"gods_example_results": (14, 14, {"duplicate_conflicting": 1, "out_of_range": 4}, {}, 6)},
        {"couples": (9, 0, 9), "people": (9, 9, 9)},
    ),
    "mpath_example": (
        {
            "intake": (2221, 2221, {}, {"not_selected": 2201}, 7),
            "beeps": (2221, 2221, {}, {"not_selected": 221, "unanswered_beep": 749}, 4),
            "evenings": (2221, 2221, {"duplicate_conflicting": 2}, {"not_selected": 2020, "unanswered": 59}, 2),
        },
        {"couples": (20, 0, 20), "people": (20, 20, 20), "diary_days": (140, 20, 20), "events": (1251, 20, 20)},
    ),
    "mpath_test": (
        {"test_basic": (3, 3, {}, {}, 4)}, {"couples": (1, 0, 1), "people": (1, 1, 1), "events": (3, 1, 1)},
    ),
    "qualtrics_excluder": (
        {"excluder_qualtrics_raw_2extra_header": (100, 100, {}, {"preview": 2, "unfinished": 6}, 3)},
        {"couples": (92, 0, 92), "people": (92, 92, 92)},
    ),
    "qualtrics_german": (
        {"qualtRics_sample_3header_german": (1, 1, {}, {}, 2)}, {"couples": (1, 0, 1), "people": (1, 1, 1)},
    ),
    "qualtrics_german_legacy": (
        {"qualtRics_sample_legacy_2header_bom": (1, 1, {}, {}, 1)}, {"couples": (1, 0, 1), "people": (1, 1, 1)},
    ),
    "qualtrics_legacy": ({"many_types_legacy": (5, 5, {}, {}, 4)}, {"couples": (5, 0, 5), "people": (5, 5, 5)}),
    "qualtrics_many_types": ({"many_types_insights": (5, 5, {}, {}, 10)}, {"couples": (5, 0, 5), "people": (5, 5, 5)}),
    "qualtrics_matrix": ({"matrix_insights": (5, 5, {}, {}, 9)}, {"couples": (5, 0, 5), "people": (5, 5, 5)}),
    "qualtrics_side_by_side": (
        {"side_by_side_insights": (25, 25, {}, {}, 6)}, {"couples": (25, 0, 25), "people": (25, 25, 25)},
    ),
    "redcap_arm_single": (
        {"data": (9, 9, {}, {}, 1)}, {"couples": (3, 0, 3), "people": (3, 3, 3), "survey_waves": (9, 3, 3)},
    ),
    "redcap_checkboxes": ({"data": (4, 4, {}, {}, 6)}, {"couples": (4, 0, 4), "people": (4, 4, 4)}),
    "redcap_decimal_comma": ({"data": (4, 4, {}, {}, 3)}, {"couples": (4, 0, 4), "people": (4, 4, 4)}),
    "redcap_decimal_dot": ({"data": (4, 4, {}, {}, 3)}, {"couples": (4, 0, 4), "people": (4, 4, 4)}),
    "redcap_gray": ({"data": (6, 6, {"out_of_range": 2}, {}, 6)}, {"couples": (4, 0, 4), "people": (4, 4, 4)}),
    "redcap_longitudinal": (
        {
            "enrolment": (18, 18, {"out_of_range": 2}, {"not_selected": 15}, 5),
            "morale": (18, 18, {}, {"not_selected": 13}, 2),
        },
        {"couples": (3, 0, 3), "people": (3, 3, 3), "survey_waves": (5, 3, 3)},
    ),
    "redcap_repeating": (
        {
            "record": (6, 6, {}, {"not_selected": 4}, 2),
            "pressure": (6, 6, {"day_outside_window": 1}, {"not_selected": 2}, 2),
        },
        {"couples": (2, 0, 2), "people": (2, 2, 2), "assays": (3, 1, 1)},
    ),
    "redcap_repeating_sparse": (
        {
            "record": (9, 9, {}, {"not_selected": 4}, 2),
            "pressure": (9, 9, {"day_outside_window": 1}, {"not_selected": 5}, 2),
        },
        {"couples": (5, 0, 5), "people": (5, 5, 5), "assays": (3, 1, 1)},
    ),
    "redcap_russian": ({"data": (3, 3, {}, {}, 6)}, {"couples": (3, 0, 3), "people": (3, 3, 3)}),
    "redcap_simple": ({"data": (5, 5, {"out_of_range": 2}, {}, 5)}, {"couples": (3, 0, 3), "people": (3, 3, 3)}),
    "redcap_survey": ({"data": (2, 2, {}, {"not_completed": 1}, 3)}, {"couples": (1, 0, 1), "people": (1, 1, 1)}),
    "redcap_validation": ({"data": (1, 1, {}, {}, 3)}, {"couples": (1, 0, 1), "people": (1, 1, 1)}),
    "redcap_vignette": (
        {
            "intake": (17, 17, {}, {"not_selected": 15}, 1),
            "pressure": (17, 17, {}, {"not_selected": 11}, 2),
            "laboratory": (17, 17, {"unknown_label": 1}, {"not_selected": 13}, 1),
        },
        {"couples": (2, 0, 2), "people": (2, 2, 2), "diary_days": (6, 2, 2), "assays": (3, 2, 2)},
    ),
}  # fmt: skip
REFUSED = ("redcap_empty_rows", "redcap_single_column")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_ledger_tells_what_came_and_what_became_of_it(name):
    sources, tables = EXPECTED[name]
    ledger = taken(name).ledger
    assert {
        one["source"]: (
            one["export_rows_read"], one["rows_read"], one["held_by_reason"], one["excluded"], len(one["columns_mapped"])
        )
        for one in ledger["sources"]
    } == sources  # fmt: skip
    for one in ledger["sources"]:
        assert one["rows_accepted"] == one["rows_read"] - sum(one["held_by_reason"].values())
    assert {key: (t["rows"], t["people"], t["couples"]) for key, t in ledger["tables"].items()} == tables


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_written_is_what_a_notebook_sees(name):
    written = taken(name)
    assert set(written.tables) == set(written.ledger["tables"])
    for table, frame in written.tables.items():
        seen = study(name).table(table)
        assert (list(frame.columns), len(frame)) == (list(seen.columns), len(seen))
        assert frame.isna().sum().tolist() == seen.isna().sum().tolist()
    for one in written.ledger["sources"]:
        assert len(written.held.get(one["source"], [])) == one["rows_held"]
        for column in one["columns_mapped"]:
            assert any(column in frame for frame in written.tables.values())
    assert "<html" in written.page


@pytest.mark.parametrize("name", REFUSED)
def test_an_export_of_nothing_is_refused_with_what_to_do(name, tmp_path):
    with pytest.raises(DeliveryError) as caught:
        run_intake(str(EXPORTS / name), tmp_path / "out")
    assert re.search(r"data\.csv\n.*a header and rows\n.*an empty file\n.*export again", str(caught.value))
    assert not list((tmp_path / "out").glob("data/*.parquet"))


def test_every_export_has_a_study_file():
    named = set()
    for path in EXPORTS.glob("*/study.toml"):
        toml = tomllib.loads(path.read_text("utf-8"))
        root = (path.parent / toml["study"]["data_root"]).resolve()
        named |= {root / file for one in toml["source"] for file in (one["files"], one.get("dictionary")) if file}
    folders = ("exports", "esmtools_dyads", "dysem_couples", "couplescope")
    there = {path.resolve() for one in folders for path in (SHARED / "data" / one).rglob("*") if path.is_file()}
    # of the projects' own lists of arms and events, and of a second form of one dictionary, nothing is an answer
    spare = {path for path in there if path.name in ("arm.csv", "event.csv", "metadata.csv")}
    assert sorted(there - named - spare) == []
    assert {path.parent.name for path in EXPORTS.glob("*/study.toml")} == {*EXPECTED, *REFUSED}


# what lies beside the data and holds no answers, and what is said to somebody who delivers it as data
BESIDE = [
    ("redcap_arm_single", "arm.csv", "redcap_event_name"),
    ("redcap_arm_single", "event.csv", "redcap_event_name"),
    ("redcap_arm_single", "dictionary.csv", "record_id"),
    ("redcap_longitudinal", "arm.csv", "study_id"),
    ("redcap_longitudinal", "event.csv", "study_id"),
    ("redcap_simple", "metadata.csv", "record_id"),
    ("mpath_example", "example_meta.csv", "connectionId"),
    ("mpath_test", "test_meta.csv", "connectionId"),
    ("formr_bfi", "BFI_post_items.json", "an item table goes under dictionary"),
    ("formr_gods", "gods_example_items.json", "an item table goes under dictionary"),
]


@pytest.mark.parametrize(("name", "file", "named"), BESIDE)
def test_a_codebook_delivered_as_data_is_refused_for_what_it_lacks(name, file, named, tmp_path):
    text = copied(name)
    data = re.findall(r'^files = "(.+)"', text, flags=re.MULTILINE)[0]
    with pytest.raises(DeliveryError, match=re.escape(named)):
        load_study(write_study(tmp_path, text.replace(f'files = "{data}"', f'files = "{file}"'), {})).table("people")
