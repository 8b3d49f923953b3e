"""What the how-to shows works as it stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.pages import ROOT, code_blocks


def test_the_first_cleaning_of_the_how_to_says_what_the_page_says(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shown = code_blocks("docs/how-to/clean.md", "sh")[0]
    run = subprocess.run(
        ["bash", "-euc", shown],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PATH": path},
    )
    said = (
        "crm.csv: 3 rows; given_name = voornaam, name_prefix = tussenvoegsel, family_name = achternaam, "
        "birth_date = geboortedatum, email = email, phone = telefoon.\ncrm.csv: ignored columns: shoe size.\n"
    )
    assert said in run.stderr
    assert said in (ROOT / "docs/how-to/clean.md").read_text(encoding="utf-8")
    assert "profiles           2\n" in run.stdout
