"""Where Apache Spark resolves, in klantbeeld.toml."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

Memory = Annotated[str, Meta(pattern=r"^\d+[kmgt]$")]


class SparkSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Apache Spark (``identity.backend = "spark"``; docs/how-to/spark.md)."""

    #: The master's address: "local[2]" (two threads of this machine), "spark://host:7077", "yarn", "k8s://https://...".
    master: Annotated[str, Meta(min_length=1)] = "local[*]"
    #: Memory of the driver, in Spark's notation: "4g".
    driver_memory: Memory = "2g"
    #: Memory of each executor's Java; its Python workers need as much again (spark.executor.memoryOverhead).
    executor_memory: Memory = "2g"
    #: Into how many parts data are divided; 0: two per core of this machine. On a cluster: five per core.
    shuffle_partitions: Annotated[int, Meta(ge=0)] = 0
    #: Folder that driver and all executors reach, for intermediate results; empty: they stay on the executors, and an
    #: executor lost is a run lost.
    checkpoint_path: str = ""
    #: Any other property of Spark, by its own name: "spark.executor.instances" = "4".
    properties: dict[str, str] = field(default_factory=dict)
