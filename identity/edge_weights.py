"""What edges weigh, without what of both records made them weigh that: all that clusters and the ledger go by.

Evidence is nine tenths of an edge. Where some edges of millions are looked up, to read it costs ten times the rest.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import EDGES

EDGE_KEY = ("record_id_l", "record_id_r", "kind", "rule")
"""What tells one edge from another."""

EDGE_WEIGHTS = pa.schema(
    [EDGES.field(name) for name in (*EDGE_KEY, "match_weight", "model_version")] + [pa.field("value", pa.string())]
)
"""EDGES with the ``value`` that both records of a deterministic edge carry, in place of all evidence."""


def edge_weights(edges: pa.Table) -> pa.Table:
    """EDGE_WEIGHTS of EDGES, in their order."""
    # A deterministic edge has one piece of evidence; to no other does its first value belong.
    deterministic = pc.equal(edges["kind"], "deterministic")
    found = pc.replace_with_mask(
        pa.nulls(edges.num_rows, pa.string()),
        deterministic.combine_chunks(),
        pc.struct_field(pc.list_element(edges.filter(deterministic)["evidence"], 0), "value_l").combine_chunks(),
    )
    return edges.select(EDGE_WEIGHTS.names[:-1]).append_column("value", found).cast(EDGE_WEIGHTS)
