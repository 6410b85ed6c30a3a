"""The cache key: equal exactly when everything that can change a score is equal."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from plaudit.v1 import sample_pb2
from services.common.cache import cache_key

texts = st.text(max_size=6)
messages = st.builds(sample_pb2.ChatMessage, role=texts, content=texts)
turns = st.builds(sample_pb2.Turn, message=messages, observations=st.lists(messages, max_size=2))
maths = st.builds(
    sample_pb2.MathTask,
    gold=st.lists(texts, max_size=2),
    percent=st.integers(0, 3),
    tolerance=st.none() | st.builds(sample_pb2.MathTask.Tolerance, relative=st.floats(0, 1)),
)
contents = st.fixed_dictionaries(
    {
        "prompt": st.lists(messages, max_size=2),
        "response": texts,
        "token_ids": st.lists(st.integers(0, 300), max_size=3),
        "turns": st.lists(turns, max_size=2),
    },
    optional={"math": maths},
) | st.fixed_dictionaries(
    {"response": texts},
    optional={"outcome": st.builds(sample_pb2.OutcomeTask, token_values=st.booleans())},
)


def key_of(content: dict[str, object], name: str = "math", version: str = "1") -> bytes:
    return cache_key(sample_pb2.Sample(**content), name, version)  # type: ignore[arg-type]


@given(contents, contents)
def test_keys_are_equal_exactly_when_contents_are(
    one: dict[str, object], other: dict[str, object]
) -> None:
    same = sample_pb2.Sample(**one) == sample_pb2.Sample(**other)  # type: ignore[arg-type]
    assert (key_of(one) == key_of(other)) == same


@given(contents, texts, st.dictionaries(texts, texts, max_size=3))
def test_id_and_metadata_never_matter(
    content: dict[str, object], name: str, metadata: dict[str, str]
) -> None:
    sample = sample_pb2.Sample(id=name, **content)  # type: ignore[arg-type]
    sample.metadata.update(metadata)
    before = sample.SerializeToString(deterministic=True)
    assert cache_key(sample, "math", "1") == key_of(content)
    assert sample.SerializeToString(deterministic=True) == before


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_name_and_version_count_and_do_not_run_into_each_other(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (key_of({}, *one) == key_of({}, *other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"response": "ab"}, {"response": "a"}),
        ({"math": {}}, {}),
        ({"math": {}}, {"outcome": {}}),
        ({"math": {"gold": ["1", "2"]}}, {"math": {"gold": ["12"]}}),
        ({"math": {"gold": ["1", ""]}}, {"math": {"gold": ["1"]}}),
        ({"math": {"gold": ["1", "2"]}}, {"math": {"gold": ["2", "1"]}}),
        ({"math": {"tolerance": {}}}, {"math": {}}),
        ({"judge": {"both_orders": True}}, {"judge": {}}),
        ({"prompt": [{"role": "u", "content": "x"}]}, {"prompt": [{"role": "ux"}]}),
        ({"token_ids": [1, 2]}, {"token_ids": [258]}),
    ],
)
def test_what_looks_alike_differs(one: dict[str, object], other: dict[str, object]) -> None:
    assert key_of(one) != key_of(other)


def test_a_key_is_the_same_in_every_process_and_release() -> None:
    # If this changes, caches that are shared or kept on disk are lost: change `person` with it.
    sample = sample_pb2.Sample(response="x", math=sample_pb2.MathTask(gold=["1"]))
    key = cache_key(sample, "math", "1").hex()
    assert key == "a78b1724104911aedd4cad976163229a890afd52ae5e3c45fa83e2e298831042"
