"""The same people = f(records, rules, match model, judgements), evaluated by Apache Spark on one machine or many.

Whatever is said of one value, one record, one pair or one component is said by the functions that the other backend
uses, run on a part of the data; Spark brings together what belongs together, counts, and finds the components.
"""

from identity.spark.people import find_people_on_spark

__all__ = ("find_people_on_spark",)
