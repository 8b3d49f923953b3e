"""The ingest job against the function it wraps: events per second of each, as a ratio, and peak memory.

Three forms in the same run, over the same log, each in a process of its own (memory is that process's):
``function`` reads chunks and normalises them; ``work`` also stages, finds duplicates, writes Parquet and commits,
without Beam; ``job`` is what ``klantbeeld ingest`` does.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

EVENTS = int(os.environ.get("KLANTBEELD_BENCH_EVENTS", "200000"))
ROUNDS = 3
FORMS = ("function", "work", "job")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        size = fill_log(root)
        print(f"{EVENTS:,} events of {size / EVENTS:,.0f} bytes; best of {ROUNDS} rounds, import time left out")
        best = {form: min((measure(form, root) for _ in range(ROUNDS)), key=lambda one: one["cpu_s"]) for form in FORMS}
    print(f"{'form':<10}{'events/s':>12}{'per CPU s':>12}{'peak MB':>10}{'ratio (CPU)':>13}{'ratio (wall)':>14}")
    for form in FORMS:
        one, base = best[form], best["function"]
        print(
            f"{form:<10}{EVENTS / one['wall_s']:>12,.0f}{EVENTS / one['cpu_s']:>12,.0f}{one['peak_mb']:>10,.0f}"
            f"{base['cpu_s'] / one['cpu_s']:>13.2f}{base['wall_s'] / one['wall_s']:>14.2f}"
        )
    against_work = best["work"]["cpu_s"] / best["job"]["cpu_s"]
    print(f"job ÷ the same work without Beam: {against_work:.2f}")


def fill_log(root: Path) -> int:
    """Append the events to a new workspace's embedded log; gives their bytes."""
    from connectors.log.opening import open_log
    from tests.support.factories import make_event, make_record
    from tests.support.workspaces import make_workspace

    log = open_log(make_workspace(root))
    size = 0
    for start in range(0, EVENTS, 5_000):
        records = [make_record(one_event(number, make_event)) for number in range(start, min(start + 5_000, EVENTS))]
        size += sum(len(record.value) for record in records)
        log.append(records)
    log.close()
    return size


def one_event(number: int, make_event: Callable[..., dict[str, object]]) -> dict[str, object]:
    """About 1 KB: 40 % pages, 20 % e-mail, 25 % sales, 15 % identify; 2 % sent again, 1 % broken."""
    kind = number % 20
    identity = number * 2654435761 % 50_000
    message_id = f"message-{number - 1 if number % 50 == 1 else number:012d}"
    filler = "the quick brown fox jumps over the lazy dog " * 12
    if number % 100 == 77:
        return make_event(message_id, "pos.sale", "tills", properties={"total": "much", "note": filler})
    if kind < 8:
        context = {"page": {"url": f"https://shop.example/p/{identity}", "title": filler}, "locale": "nl-NL"}
        return make_event(message_id, anonymous_id=f"visitor-{identity}", context=context, name="Product page")
    if kind < 12:
        ids = {"email": f"Customer{identity}@postbus.example"}
        return make_event(message_id, "email.opened", "mail", external_ids=ids, properties={"subject": filler})
    if kind < 17:
        line = {"sku": "A-1", "name": filler[:300], "quantity": 2, "unit_price": 9.95, "amount": 19.9}
        properties = {"receipt_id": f"r-{number}", "total": 19.9, "currency": "EUR", "lines": [line]}
        return make_event(
            message_id, "pos.sale", "tills", external_ids={"loyalty_id": f"L{identity}"}, properties=properties
        )
    traits = {"firstName": "Anna", "lastName": "de Vries", "email": f"customer{identity}@postbus.example",
              "phone": f"06{identity:08d}", "address": {"street": "Dorpsstraat", "postalCode": "1234ab", "city": "Ede"},
              "note": filler}  # fmt: skip
    return make_event(message_id, "web.identify", user_id=f"user-{identity}", traits=traits)


def measure(form: str, root: Path) -> dict[str, float]:
    """Run one form in a process of its own, on a fresh lake over the same log."""
    shutil.rmtree(root / "data" / "lake", ignore_errors=True)
    for file in (root / "data").glob("catalog.sqlite*"):
        file.unlink()
    command = [sys.executable, "-m", "benchmarks.ingest", form, str(root)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def run_form(form: str, root: Path) -> dict[str, float]:
    """The measured part: seconds and peak memory of this process."""
    from connectors.log.opening import open_log
    from models.lakes import open_lake
    from models.workspaces import open_workspace
    from pipelines.ingest import beam_job, ingestion
    from pipelines.ingest.chunks import normalise_records, read_chunk, stage_chunk, staged_keys, write_chunk
    from pipelines.ingest.duplicates import find_duplicates
    from pipelines.ingest.ranges import pack_chunks

    workspace = open_workspace(root)
    log = open_log(workspace)
    settings = ingestion.normalise_settings(workspace)

    def without_beam(plan: beam_job.JobPlan, chunks: list[object]) -> list[object]:
        staged = [
            stage_chunk(read_chunk(log, chunk), chunk, settings, plan.chunk_folder(chunk), plan.run_id)
            for chunk in chunks
        ]
        dropped = find_duplicates(workspace, [staged_keys(one) for one in staged])
        return [
            write_chunk(one, dropped.get(one.chunk.index, []), plan.events_file(one.chunk), plan.run_id)
            for one in staged
        ]

    if form == "work":
        beam_job.run_job = without_beam
    with open_lake(workspace, create=True) as lake:
        started, cpu = time.perf_counter(), time.process_time()
        if form == "function":
            backlog = ingestion.find_new(log, lake, workspace)
            for chunk in pack_chunks(backlog.ranges, workspace.settings.ingest.chunk_messages):
                normalise_records(read_chunk(log, chunk), settings)
        else:
            ingestion.ingest(workspace, log, lake, "bench")
        wall_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak_mb}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(run_form(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
