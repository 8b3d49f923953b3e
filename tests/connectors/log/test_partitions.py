"""Keys go where Kafka's own clients put them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.log.kafka_clients import load_kafka
from connectors.log.partitions import murmur2, partition_of


@given(st.binary(max_size=40))
def test_murmur2_equals_kafka_pythons(key: bytes) -> None:
    load_kafka()
    from kafka.partitioner.default import murmur2 as theirs

    assert murmur2(key) == theirs(key)


@pytest.mark.parametrize(
    ("key", "expected"), [(b"21", -973932308), (b"foobar", -790332482), (b"abc", 479470107), (b"", 275646681)]
)
def test_murmur2_equals_the_java_clients(key: bytes, expected: int) -> None:
    assert murmur2(key) == expected & 0xFFFFFFFF


@given(st.binary(), st.integers(min_value=1, max_value=1024))
def test_a_partition_is_one_of_the_topics(key: bytes, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
