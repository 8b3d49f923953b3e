"""Two people wrongly merged, explained, split and rebuilt: the sessions in the docs, run as they stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sessions import assert_session
from tests.support.sparks import ignores_pandas, needs_spark

PAGE = "docs/how-to/wrong-merge.md"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_wrong_merge_is_explained_and_split_the_audience_follows_and_a_rebuild_keeps_it(tmp_path: Path) -> None:
    assert_session(PAGE, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@needs_spark
@ignores_pandas
def test_a_wrong_merge_is_split_the_audience_follows_and_a_rebuild_keeps_it_through_spark(tmp_path: Path) -> None:
    assert_session("docs/how-to/spark.md", tmp_path, prepared_by=(PAGE,))
