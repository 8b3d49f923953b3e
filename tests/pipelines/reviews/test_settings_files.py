"""One number written into the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import UsageError
from models.settings import read_settings
from pipelines.reviews.settings_files import write_link_match_weight


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[identity]\nlink_match_weight = 2.5\n"),
        (
            '[workspace]\nname = "x"  # ours\n',
            '[workspace]\nname = "x"  # ours\n\n[identity]\nlink_match_weight = 2.5\n',
        ),
        (
            "[identity]\nkeep_match_weight = 0.0\n\n[lake]\nthreads = 2\n",
            "[identity]\nlink_match_weight = 2.5\nkeep_match_weight = 0.0\n\n[lake]\nthreads = 2\n",
        ),
        (
            "[identity]\nlink_match_weight = 1.0   # from two to one on\n[identity.identifiers.email]\n",
            "[identity]\nlink_match_weight = 2.5   # from two to one on\n[identity.identifiers.email]\n",
        ),
    ],
)
def test_the_number_is_set_and_all_else_stays(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "klantbeeld.toml"
    path.write_text(before, encoding="utf-8")
    write_link_match_weight(path, 2.5)
    assert path.read_text(encoding="utf-8") == after
    assert read_settings(path).identity.link_match_weight == 2.5


@pytest.mark.parametrize("text", ["identity.link_match_weight = 1.0\n", "identity = { keep_match_weight = 0.0 }\n"])
def test_a_file_written_in_another_way_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "klantbeeld.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"Write link_match_weight = 2\.5 under \[identity\]"):
        write_link_match_weight(path, 2.5)
    assert path.read_text(encoding="utf-8") == text
