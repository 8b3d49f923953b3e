"""``klantbeeld clean``, called as a user calls it."""

from __future__ import annotations

import csv
import json
import random
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.identity.labelled import FAKE_1000, FEBRL
from tests.pipelines.commands.conftest import Klantbeeld

CONTACTS = """\
number,voornaam,tussenvoegsel,achternaam,geboortedatum,email,telefoon,shoe size
1,Anna,de,Wit,1980-04-05,anna@postbus.nl,06-80976634,38
2,Ana,de,Wit,05-04-1980,ANNA@postbus.nl,,38
3,Bert,,Blok,1975-01-02,bert@blok.nl,,
"""

needs_febrl = pytest.mark.skipif(
    not FEBRL.is_dir(), reason="FEBRL is not ours to copy: no ../shared/data/febrl beside the checkout"
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def crosswalk(folder: Path) -> dict[str, str]:
    return {row["record_id"]: row["profile_id"] for row in rows(folder / "crosswalk.csv")}


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS, encoding="utf-8")
    return path


def test_an_export_becomes_crosswalk_golden_records_and_review_list(
    klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path
) -> None:
    outcome = klantbeeld("clean", contacts, "--out", tmp_path / "out", "--id", "number", "--json")
    assert outcome.code == 0
    assert (outcome.data["records"], outcome.data["profiles"], outcome.data["duplicates"]) == (3, 2, 1)
    assert crosswalk(tmp_path / "out") == {"1": "P000001", "2": "P000001", "3": "P000002"}
    assert [(row["given_name"], row["family_name"], row["birth_date"], row["phone"], row["records"], row["sources"])
            for row in rows(tmp_path / "out" / "golden.csv")] == [
        ("Ana", "de Wit", "1980-04-05", "+31680976634", "2", "contacts.csv"),
        ("Bert", "Blok", "1975-01-02", "", "1", "contacts.csv"),
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "crosswalk.csv",
        "golden.csv",
        "report.html",
        "review.csv",
    ]


def test_how_columns_were_understood_is_said(klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path) -> None:
    said = klantbeeld("clean", contacts, "--out", tmp_path / "out", "--id", "number").err
    assert "contacts.csv: 3 rows; given_name = voornaam, name_prefix = tussenvoegsel, family_name = achternaam" in said
    assert "contacts.csv: ignored columns: shoe size." in said
    assert "Anna" not in said


def test_without_an_id_file_and_row_name_the_record_and_files_are_resolved_together(
    klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "shop.jsonl"
    lines.write_text(
        '{"contact": {"email": "bert@blok.nl", "first_name": "Bert"}, "surname": "Blok"}\n[]\n'
        '{"contact": {"email": "carla@mol.nl", "first_name": "Carla"}, "surname": "Mol"}\n',
        encoding="utf-8",
    )
    columns = {"email": ["carla@mol.nl"], "full_name": ["Carla Mol"], "dob": [None]}
    pq.write_table(pa.table(columns), tmp_path / "tills.parquet")
    outcome = klantbeeld("clean", contacts, lines, tmp_path / "tills.parquet", "--out", tmp_path / "out")
    found = crosswalk(tmp_path / "out")
    assert sorted(found) == [
        "contacts.csv:1",
        "contacts.csv:2",
        "contacts.csv:3",
        "shop.jsonl:1",
        "shop.jsonl:3",
        "tills.parquet:1",
    ]
    assert found["contacts.csv:3"] == found["shop.jsonl:1"]
    assert found["shop.jsonl:3"] == found["tills.parquet:1"]
    assert len(set(found.values())) == 3
    assert "shop.jsonl: 1 rows could not be read; they are in no result." in outcome.err


def test_an_export_of_an_office_program_is_read_in_its_encoding(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("voornaam;achternaam;email\nZoë;Müller;zoe@m.nl\n".encode("cp1252"))
    outcome = klantbeeld("clean", tmp_path / "a.csv", "--out", tmp_path / "out")
    assert "a.csv: not UTF-8, read as windows-1252." in outcome.err
    assert rows(tmp_path / "out" / "golden.csv")[0]["family_name"] == "Müller"


def test_the_order_of_rows_changes_nothing(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    header, *lines = FAKE_1000.read_text(encoding="utf-8").splitlines()
    results = []
    for seed in (1, 2):
        shuffled = random.Random(seed).sample(lines, len(lines))
        path = tmp_path / "fake.csv"
        path.write_text("\n".join([header, *shuffled]) + "\n", encoding="utf-8")
        klantbeeld("clean", path, "--out", tmp_path / str(seed), "--id", "unique_id")
        names = ("crosswalk.csv", "golden.csv", "review.csv", "report.html")
        results.append([(tmp_path / str(seed) / name).read_bytes() for name in names])
    assert results[0] == results[1]


def test_people_of_fake_1000_are_found(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    klantbeeld("clean", FAKE_1000, "--out", tmp_path / "out", "--id", "unique_id")
    truth = tmp_path / "truth.csv"
    lines = [f"{row['unique_id']},{row['cluster']}" for row in rows(FAKE_1000)]
    truth.write_text("\n".join(["record_id,person_id", *lines]), encoding="utf-8")
    found = klantbeeld("evaluate", tmp_path / "out" / "crosswalk.csv", "--truth", truth, "--json").data
    assert (found["unknown_records"], found["records_without_truth"]) == (0, 0)
    assert found["evaluation"]["pairwise_f1"] >= 0.93


@needs_febrl
@pytest.mark.parametrize("names", [("dataset3",), ("dataset4a", "dataset4b")])
def test_people_of_febrl_are_found(klantbeeld: Klantbeeld, tmp_path: Path, names: tuple[str, ...]) -> None:
    files = [FEBRL / f"{name}.csv" for name in names]
    outcome = klantbeeld("clean", *files, "--out", tmp_path / "out", "--id", "rec_id")
    assert "rec_id" not in outcome.err
    lines = [f"{record},{record.split('-')[1]}" for file in files for record in (row["rec_id"] for row in rows(file))]
    (tmp_path / "truth.csv").write_text("\n".join(["record_id,person_id", *lines]), encoding="utf-8")
    crosswalk_file = tmp_path / "out" / "crosswalk.csv"
    found = klantbeeld("evaluate", crosswalk_file, "--truth", tmp_path / "truth.csv", "--json").data["evaluation"]
    assert found["pairwise_precision"] >= 0.998
    assert found["pairwise_f1"] >= 0.98


def test_the_review_list_has_the_refused_first_and_says_why(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    klantbeeld("clean", FAKE_1000, "--out", tmp_path / "out", "--id", "unique_id")
    review = rows(tmp_path / "out" / "review.csv")
    decisions = [row["decision"] for row in review]
    assert set(decisions) == {"refused", "left apart", "joined"}
    assert set(decisions[: decisions.count("refused")]) == {"refused"}
    certain = [abs(float(row["match_weight"]) - 0.5) for row in review if row["decision"] != "refused"]
    assert certain == pytest.approx(sorted(certain), abs=0.011)
    assert {row["because"] for row in review if row["decision"] == "refused"} <= {
        "different first names",
        "different birth dates",
    }
    assert all(row["evidence"] for row in review)
    assert all((row["profile_id_l"] == row["profile_id_r"]) == (row["decision"] == "joined") for row in review)


class Page(HTMLParser):
    """What a page refers to, and whether its elements close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.drawings = 0
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawings += tag == "svg"
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "line", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "line", "rect"):
            assert self.open.pop() == tag


def test_the_report_is_one_page_that_needs_nothing_and_shows_nobody(
    klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path
) -> None:
    klantbeeld("clean", contacts, "--out", tmp_path / "out", "--id", "number")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert (page.drawings, page.references) == (2, [])
    assert "url(" not in text
    assert "<h1>3 records, 2 people</h1>" in text
    assert re.search("anna|blok|1980", text, re.IGNORECASE) is None


REFUSED = [
    ("a,b\n1,2\n", (), "no usable column among a, b."),
    ("", (), "is empty: no header row, no rows."),
    ("email,surname\n", (), "no rows that can be read."),
    ("email,surname\n,\n,\n", (), "no row says anything in the usable columns."),
    ("surname\nBlok\n", (), "only family_name is usable, and one such field cannot tell people apart."),
    ("email\na@b.nl\n", ("--map", "emial=email"), "no field 'emial'. Known: "),
    ("email\na@b.nl\n", ("--map", "city=stadje"), "no column 'stadje' in in.csv. Known: email."),
    ("email\na@b.nl\n", ("--id", "nr"), "--id nr: in.csv has no such column. Known: email."),
    ("nr,email\n1,a@b.nl\n1,c@d.nl\n", ("--id", "nr"), "--id nr: 1 rows repeat an id that another row has."),
    ("nr,email\n1,a@b.nl\n,c@d.nl\n", ("--id", "nr"), "--id nr: 1 rows of in.csv have none."),
]


@pytest.mark.parametrize(("content", "options", "message"), REFUSED)
def test_bad_input_gets_a_line_that_says_what_to_do(
    klantbeeld: Klantbeeld, tmp_path: Path, content: str, options: tuple[str, ...], message: str
) -> None:
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")
    outcome = klantbeeld("clean", tmp_path / "in.csv", "--out", tmp_path / "out", *options)
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_is_a_file_is_refused_before_anything_is_read(
    klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path
) -> None:
    outcome = klantbeeld("clean", contacts, "--out", contacts / "deeper")
    assert outcome.code == 2
    assert f"{contacts} is a file. Name a folder" in outcome.refusal
    assert contacts.read_text(encoding="utf-8") == CONTACTS


def test_files_of_one_name_are_refused(klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path) -> None:
    outcome = klantbeeld("clean", contacts, contacts, "--out", tmp_path / "out")
    assert "contacts.csv is named 2 times." in outcome.refusal


def test_one_e_mail_column_is_enough(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("email\na@b.nl\nA@b.nl\nc@d.nl\n", encoding="utf-8")
    assert klantbeeld("clean", tmp_path / "in.csv", "--out", tmp_path / "out", "--json").data["profiles"] == 2


def test_many_equal_rows_and_a_value_that_all_share_end_soon(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    equal = ["Jan,Jansen,1980-01-02,info@winkel.nl"] * 3_000
    others = [f"Vrouw{n},Naam{n},19{n % 90 + 10}-03-04,info@winkel.nl" for n in range(1_000)]
    text = "\n".join(["first_name,surname,dob,email", *equal, *others])
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    started = time.monotonic()
    found = klantbeeld("clean", tmp_path / "in.csv", "--out", tmp_path / "out", "--json").data
    assert time.monotonic() - started < 60
    assert found["records"] == 4_000
    assert found["identifier_states"]["junk"] == 1


def test_a_run_that_is_killed_leaves_no_half_result(klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    klantbeeld("clean", contacts, "--out", out, "--id", "number")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    command = [sys.executable, "-m", "pipelines.cli", "clean", str(FAKE_1000), "--out", str(out), "--id", "unique_id"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (out / ".prepared" / "crosswalk.csv").exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    # The crosswalk goes first and comes last, so that it never stands beside files of another run.
    assert after == before or "crosswalk.csv" not in after or len(crosswalk(out)) == 1_000
    klantbeeld("clean", FAKE_1000, "--out", out, "--id", "unique_id")
    assert len(crosswalk(out)) == 1_000
    assert sorted(path.name for path in out.iterdir()) == ["crosswalk.csv", "golden.csv", "report.html", "review.csv"]


def test_the_summary_is_facts_for_people(klantbeeld: Klantbeeld, contacts: Path, tmp_path: Path) -> None:
    outcome = klantbeeld("clean", contacts, "--out", tmp_path / "out")
    assert "duplicates         1\n" in outcome.out
    assert json.dumps(str(tmp_path / "out"))[1:-1] in outcome.out
