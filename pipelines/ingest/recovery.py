"""What an ingest that was killed leaves behind, and how the next one tidies it."""

from __future__ import annotations

import shutil

from models.lakes import Lake
from models.workspaces import Workspace


def remove_leftovers(workspace: Workspace, lake: Lake) -> int:
    """Delete the staging folders of runs that died, and the Parquet files they wrote and never committed.

    Call it with the writer lock held. A run's files are all registered (it committed, and died before tidying) or
    none is. Gives the number of runs tidied.
    """
    leftovers = sorted(workspace.staging.iterdir()) if workspace.staging.exists() else []
    if not leftovers:
        return 0
    registered = lake.files("ingest.events")
    for folder in leftovers:
        for file in lake.table_folder("ingest.events").glob(f"{folder.name}-*.parquet"):
            if file not in registered:
                file.unlink()
        shutil.rmtree(folder)
    return len(leftovers)
