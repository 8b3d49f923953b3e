"""One record now: who it is, held against all that are known, in milliseconds and by the rules of a resolution."""

from identity.identification.answers import Answer, AnswerEdge, Candidate, Refused
from identity.identification.known_records import KnownRecords
from identity.identification.person_finders import PersonFinder
from identity.identification.shown_values import comparison_names

__all__ = ["Answer", "AnswerEdge", "Candidate", "KnownRecords", "PersonFinder", "Refused", "comparison_names"]
