"""One record now: who somebody is, asked of the published people."""

from pipelines.identify.finders import PublishedFinder, open_finder, published_snapshot
from pipelines.identify.questions import FIELDS, Question, UnreadableRecordError, read_question

__all__ = [
    "FIELDS",
    "PublishedFinder",
    "Question",
    "UnreadableRecordError",
    "open_finder",
    "published_snapshot",
    "read_question",
]
