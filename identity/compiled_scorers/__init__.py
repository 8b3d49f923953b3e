"""Scorers compiled from a match model's JSON to plain Python: Splink's weights and evidence without a database.

Splink answers in hundreds of milliseconds whatever it is asked; who wants to know one record now cannot wait for that.
"""

from identity.compiled_scorers.compilers import compile_scorer
from identity.compiled_scorers.scorers import CompiledScorer, EvidencePart, ScoredPair, prior_part

__all__ = ["CompiledScorer", "EvidencePart", "ScoredPair", "compile_scorer", "prior_part"]
