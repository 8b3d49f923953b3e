"""What could be found at best: pairs that share an identifier or have names to compare."""

from __future__ import annotations

from pathlib import Path

from models.lakes import open_lake
from pipelines.demo.limits import recall_limit
from tests.support.factories import make_event
from tests.support.ingests import append_events, ingest_all, resolve_all
from tests.support.workspaces import make_workspace


def test_a_browser_that_shares_nothing_with_its_owner_lowers_what_can_be_found(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    append_events(
        workspace,
        [
            make_event("m1", "web.identify", user_id="u1", anonymous_id="a1", traits={"lastName": "de Wit"}),
            make_event("m2", anonymous_id="a1"),
            make_event("m3", anonymous_id="a2"),
            make_event("m4", "crm.contact", "crm", external_ids={"crm_id": "K1"}, traits={"lastName": "de Witt"}),
        ],
    )
    ingest_all(workspace)
    resolve_all(workspace)
    truth = tmp_path / "truth.csv"
    rows = ["webshop:user_id:u1", "webshop:anonymous_id:a1", "webshop:anonymous_id:a2", "crm:crm_id:K1"]
    truth.write_text("record_id,person_id\n" + "".join(f"{row},p1\n" for row in rows), encoding="utf-8")
    with open_lake(workspace, read_only=True) as lake:
        # Three of four records hang together: three of six pairs.
        assert recall_limit(lake, truth) == 0.5
