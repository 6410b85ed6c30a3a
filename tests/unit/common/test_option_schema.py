import json
from typing import Any

import pytest

from plaudit.v1 import reward_service_pb2, sample_pb2
from services.common.option_schema import option_schema


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        option_schema(sample_pb2.DESCRIPTOR.message_types_by_name[name])
    )
    return loaded


def test_the_maths_task() -> None:
    task = schema("MathTask")
    assert task["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert task["type"] == "object"
    assert task["additionalProperties"] is False
    properties = task["properties"]
    assert properties["gold"] == {"type": "array", "items": {"type": "string"}}
    assert "PERCENT_RULE_OPTIONAL" in properties["percent"]["enum"]
    assert properties["tolerance"] == {"$ref": "#/$defs/plaudit.v1.MathTask.Tolerance"}
    tolerance = task["$defs"]["plaudit.v1.MathTask.Tolerance"]
    assert {"type": "number"} in tolerance["properties"]["relative"]["anyOf"]


def test_at_most_one_member_of_a_oneof() -> None:
    task = schema("CodeTask")
    assert {"not": {"required": ["stdio", "calls"]}} in task["allOf"]
    assert len(task["allOf"]) == 3
    # An optional field is a oneof of its own in the descriptor, and no choice.
    assert "allOf" not in task["$defs"]["plaudit.v1.StdioTests"]


def test_durations_and_wide_integers_have_their_json_forms() -> None:
    limits = schema("CodeTask")["$defs"]["plaudit.v1.CodeLimits"]["properties"]
    assert limits["cpu_time"]["type"] == "string"
    assert limits["memory_bytes"]["type"] == ["string", "integer"]
    assert limits["processes"] == {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}


@pytest.mark.parametrize(
    "name", ["MathTask", "CodeTask", "JudgeTask", "OutcomeTask", "ProcessTask"]
)
def test_every_reference_has_its_definition(name: str) -> None:
    text = option_schema(sample_pb2.DESCRIPTOR.message_types_by_name[name])
    loaded = json.loads(text)

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [found for value in node.values() for found in references(value)]
        return (
            [found for item in node for found in references(item)] if isinstance(node, list) else []
        )

    for reference in references(loaded):
        assert reference.removeprefix("#/$defs/") in loaded["$defs"]


def test_maps_and_structs_are_objects() -> None:
    request = reward_service_pb2.ScoreBatchResponse.DESCRIPTOR
    loaded = json.loads(option_schema(request))
    score = loaded["$defs"]["plaudit.v1.Score"]["properties"]
    assert score["components"]["type"] == "object"
    assert {"type": "number"} in score["components"]["additionalProperties"]["anyOf"]
    sample = json.loads(option_schema(sample_pb2.Sample.DESCRIPTOR))
    assert sample["properties"]["metadata"] == {"type": "object"}
