"""The life of a load: counts, order, loading twice, killing it, what is left on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sources.files import LoadReport
from models.errors import UsageError
from tests.connectors.sources.files.loading import CRM, TILL, loading

CONTACTS = "id,name\n1,Sanne\n2,Daan\n3,Fenna\n"


def test_every_row_becomes_an_event_in_the_order_of_the_file(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        report = here.load_text(CONTACTS)

        assert report == LoadReport("crm", "export.csv", 3, 3, 0, 3, 0, already_loaded=False)
        assert [event["traits"]["given_name"] for event in here.events()] == ["Sanne", "Daan", "Fenna"]


def test_an_event_is_a_canonical_envelope(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        here.load_text("id,name\n7,Sanne\n")
        [message] = here.messages()

        message_id = message.event["message_id"]
        assert message.value == (
            b'{"message_id":"' + message_id.encode() + b'","received_at":"2026-11-22T12:00:00.000000Z",'
            b'"type":"crm.contact","schema_version":"1.0","source":"crm",'
            b'"external_ids":{"crm_id":"7"},"traits":{"given_name":"Sanne"}}'
        )
        assert (message.topic, message.key, message.headers) == ("klantbeeld.crm", b"7", {"source": "crm"})


def test_an_event_that_names_nobody_has_its_message_id_as_key(tmp_path: Path) -> None:
    with loading(tmp_path, TILL) as here:
        here.load_text("receipt,total\nR1,12.50\n")
        [message] = here.messages()

        assert message.key == message.event["message_id"].encode()


def test_loading_the_same_file_twice_appends_nothing(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path)
        report = here.load(path)

        assert (report.already_loaded, report.appended, report.resumed_at, report.rows) == (True, 0, 3, 3)
        assert len(here.messages()) == 3


def test_loading_again_gives_the_same_message_ids(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path)
        report = here.load(path, again=True)

        assert (report.already_loaded, report.appended) == (False, 3)
        assert here.ids()[3:] == here.ids()[:3]


def test_a_longer_file_that_begins_with_the_same_rows_adds_only_its_new_message_ids(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        here.load_text(CONTACTS, "monday.csv")
        monday = here.ids()
        here.load_text(CONTACTS + "4,Mees\n", "tuesday.csv")

        assert here.ids()[3:6] == monday
        assert len(set(here.ids())) == 4


def test_two_identical_rows_are_two_events(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        here.load_text("id,name\n1,Sanne\n1,Sanne\n")

        assert len(set(here.ids())) == 2


def test_the_ids_of_a_file_cut_in_two_are_those_of_the_whole(tmp_path: Path) -> None:
    with loading(tmp_path / "whole", CRM) as whole, loading(tmp_path / "halves", CRM) as halves:
        whole.load_text(CONTACTS)
        halves.load_text("id,name\n1,Sanne\n", "first.csv")
        halves.load_text("name,id\nDaan,2\nFenna,3\n", "second.csv")

        assert halves.ids() == whole.ids()


def test_two_sources_never_give_the_same_message_id(tmp_path: Path) -> None:
    other_settings = CRM.replace("sources.crm", "sources.other")
    with loading(tmp_path / "a", CRM) as one, loading(tmp_path / "b", other_settings) as other:
        one.load_text(CONTACTS)
        other.load_text(CONTACTS)

        assert not set(one.ids()) & set(other.ids())


def test_columns_of_a_key_name_an_event_whatever_else_changes(tmp_path: Path) -> None:
    with loading(tmp_path, CRM, 'key = ["id"]') as here:
        here.load_text("id,name\n1,Sanne\n", "monday.csv")
        here.load_text("id,name\n1,Sanne Jansen\n", "tuesday.csv")

        assert len(set(here.ids())) == 1


def test_a_mapped_message_id_is_taken_as_it_is(tmp_path: Path) -> None:
    with loading(tmp_path, CRM + 'message_id = "id"\n') as here:
        here.load_text("id,name\nm-1,Sanne\n,Daan\n")

        assert here.ids()[0] == "m-1"
        assert here.ids()[1].startswith("crm:")


def test_rejected_rows_stand_between_the_events_with_bytes_line_and_reason(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        report = here.load_text(b"id,name\r\n1,Sanne\r\n2\r\n3,Fe\xffnna\r\n4,Daan\r\n")
        messages = here.messages()

        assert (report.rows, report.events, report.rejected) == (4, 2, 2)
        assert [message.value for message in messages[1:3]] == [b"2", b"3,Fe\xffnna"]
        assert [message.error for message in messages] == [
            None,
            "export.csv:3: 1 columns, the header has 2",
            "export.csv:4: not utf-8: the source's encoding setting, or the file, is wrong",
            None,
        ]
        assert messages[1].topic == "klantbeeld.crm"


def test_a_header_alone_is_no_rows(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        report = here.load_text("id,name\n")

        assert (report.rows, report.events, report.already_loaded) == (0, 0, False)
        assert here.messages() == []


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    said: list[tuple[str, int, int | None]] = []
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path, progress=lambda what, done, total=None: said.append((what, done, total)))

    assert said == [("load export.csv", 0, 3), ("load export.csv", 3, 3)]


def test_a_checkpoint_holds_counts_and_no_value_of_the_file(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        here.load_text(CONTACTS)
        [checkpoint] = (here.workspace.loads / "crm").iterdir()

        assert json.loads(checkpoint.read_text()) == {
            "file": "export.csv",
            "rows": 3,
            "events": 3,
            "rejected": 0,
            "done": 3,
            "ends": {"klantbeeld.crm": {"0": 3}},
        }


def test_another_mapping_of_the_same_file_is_another_load(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path)
    with loading(tmp_path, CRM + '"traits.family_name" = "name"\n') as here:
        assert here.load(path).appended == 3


def test_a_file_is_loaded_afresh_when_the_log_was_emptied(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path)
    for file in here.workspace.log_file.parent.iterdir():
        file.unlink()
    with loading(tmp_path, CRM) as here:
        assert here.load(path).appended == 3


def test_a_damaged_checkpoint_is_no_checkpoint(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", CONTACTS)
        here.load(path)
        [checkpoint] = (here.workspace.loads / "crm").iterdir()
        checkpoint.write_bytes(b'{"file":')

        assert here.load(path).appended == 3


def test_a_row_too_large_for_the_log_is_named_before_anything_is_appended(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        with pytest.raises(UsageError, match=r"export\.csv:3: more than the 16 MB"):
            here.load_text("id,name\n1,Sanne\n2," + "x" * (17 << 20) + "\n")
        assert here.messages() == []


KILLED = """
import os, signal, sys
from pathlib import Path
from connectors.sources.files import loads
from tests.connectors.sources.files.loading import CRM, loading

moment, fatal, calls = sys.argv[1], int(sys.argv[2]), 0

def deadly(real):
    def call(*args):
        global calls
        calls += 1
        if calls == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args)
    return call

with loading(Path(sys.argv[3]), CRM) as here:
    if moment == "append":
        here.log.append = deadly(here.log.append)
    else:
        loads.write_checkpoint = deadly(loads.write_checkpoint)
    here.load(here.workspace.root / "export.csv")
"""


@pytest.mark.parametrize(
    ("moment", "call", "resumed_at"),
    [("append", 1, 0), ("append", 3, 4096), ("checkpoint", 1, 0), ("checkpoint", 2, 2048), ("checkpoint", 4, 6144)],
)
def test_a_killed_load_goes_on_and_doubles_nothing(tmp_path: Path, moment: str, call: int, resumed_at: int) -> None:
    rows = [f"{number},Sanne" if number % 100 else f"{number}" for number in range(1, 9_001)]
    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", "\n".join(["id,name", *rows]))
    command = [sys.executable, "-c", KILLED, moment, str(call), str(tmp_path)]
    killed = subprocess.run(command, check=False, capture_output=True, timeout=60)
    with loading(tmp_path, CRM) as here:
        report = here.load(path)
        messages = here.messages()

    assert killed.returncode == -9
    assert (report.resumed_at, report.appended) == (resumed_at, 9_000 - resumed_at)
    assert (report.events, report.rejected) == (8_910, 90)
    named = [message.error or message.event["external_ids"]["crm_id"] for message in messages]
    assert named == [
        str(number) if number % 100 else f"export.csv:{number + 1}: 1 columns, the header has 2"
        for number in range(1, 9_001)
    ]
