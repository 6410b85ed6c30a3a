"""The JSON Schema (draft 2020-12) of a message in its canonical JSON form, from its descriptor."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

Schema = dict[str, Any]

_INT32: Schema = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
_UINT32: Schema = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
# 64-bit integers are strings in canonical JSON, as JSON numbers are doubles; readers take both.
_INT64: Schema = {"type": ["string", "integer"], "pattern": "^-?[0-9]+$"}
_UINT64: Schema = {"type": ["string", "integer"], "pattern": "^[0-9]+$", "minimum": 0}
_FLOAT: Schema = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}

_SCALARS: dict[int, Schema] = {
    FieldDescriptor.TYPE_DOUBLE: _FLOAT,
    FieldDescriptor.TYPE_FLOAT: _FLOAT,
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT64: _UINT64,
    FieldDescriptor.TYPE_FIXED64: _UINT64,
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
}


def option_schema(task: Descriptor) -> str:
    """The schema as JSON text. Field names are those of the contract, in snake_case."""
    definitions: dict[str, Schema] = {}
    schema = _message(task, definitions)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": task.name}
    return json.dumps({**head, **schema, "$defs": definitions}, sort_keys=True)


def _message(message: Descriptor, definitions: dict[str, Schema]) -> Schema:
    properties = {field.name: _field(field, definitions) for field in message.fields}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    choices = [oneof for oneof in message.oneofs if len(oneof.fields) > 1]
    if choices:
        schema["allOf"] = [rule for oneof in choices for rule in _at_most_one(oneof)]
    return schema


def _at_most_one(oneof: OneofDescriptor) -> list[Schema]:
    names = [field.name for field in oneof.fields]
    return [{"not": {"required": list(pair)}} for pair in combinations(names, 2)]


def _field(field: FieldDescriptor, definitions: dict[str, Schema]) -> Schema:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        return {"type": "object", "additionalProperties": _single(value, definitions)}
    single = _single(field, definitions)
    return {"type": "array", "items": single} if field.is_repeated else single


def _single(field: FieldDescriptor, definitions: dict[str, Schema]) -> Schema:
    if field.enum_type is not None:
        return _enum(field.enum_type)
    if field.message_type is None:
        return _SCALARS[field.type]
    name = field.message_type.full_name
    if name in _WELL_KNOWN:
        return _WELL_KNOWN[name]
    if name not in definitions:
        definitions[name] = {}  # reserves the name, so that recursive messages end
        definitions[name] = _message(field.message_type, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _enum(enum: EnumDescriptor) -> Schema:
    return {"enum": [value.name for value in enum.values]}
