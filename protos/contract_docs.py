"""Renders docs/contract.md from the comments of the .proto files, so that it cannot drift."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf import descriptor_pb2 as d

_SCALARS = {
    d.FieldDescriptorProto.TYPE_DOUBLE: "double",
    d.FieldDescriptorProto.TYPE_FLOAT: "float",
    d.FieldDescriptorProto.TYPE_INT64: "int64",
    d.FieldDescriptorProto.TYPE_UINT64: "uint64",
    d.FieldDescriptorProto.TYPE_INT32: "int32",
    d.FieldDescriptorProto.TYPE_UINT32: "uint32",
    d.FieldDescriptorProto.TYPE_BOOL: "bool",
    d.FieldDescriptorProto.TYPE_STRING: "string",
    d.FieldDescriptorProto.TYPE_BYTES: "bytes",
}
_HEADER = """# The contract: plaudit.v1

Generated from the comments in `protos/plaudit/v1` by `make protos`; edit those. JSON, in files and
over HTTP, is the canonical protobuf JSON mapping of these messages with the field names as written
here.
"""


class _File:
    """One .proto file and its comments, by the path of the element in the descriptor."""

    def __init__(self, file: d.FileDescriptorProto) -> None:
        self.file = file
        self._comments = {
            tuple(location.path): " ".join(location.leading_comments.split())
            for location in file.source_code_info.location
        }

    def comment(self, *path: int) -> str:
        text = self._comments.get(path, "")
        return (
            " ".join(word for word in text.split() if not word.startswith("buf:lint"))
            .replace(" ignore ENUM_VALUE_PREFIX", "")
            .replace("|", "\\|")
        )

    def render(self) -> Iterator[str]:
        yield f"\n## {self.file.name.removeprefix('plaudit/v1/')}\n"
        for index, service in enumerate(self.file.service):
            yield from self._service(service, index)
        for index, enum in enumerate(self.file.enum_type):
            yield from self._enum(enum, enum.name, (5, index))
        for index, message in enumerate(self.file.message_type):
            yield from self._message(message, message.name, (4, index))

    def _service(self, service: d.ServiceDescriptorProto, index: int) -> Iterator[str]:
        yield f"\n### service {service.name}\n\n{self.comment(6, index)}\n"
        yield "\n| call | request | response | what it does |\n|---|---|---|---|\n"
        for number, method in enumerate(service.method):
            request = ("stream " if method.client_streaming else "") + _short(method.input_type)
            response = ("stream " if method.server_streaming else "") + _short(method.output_type)
            what = self.comment(6, index, 2, number)
            yield f"| `{method.name}` | `{request}` | `{response}` | {what} |\n"

    def _message(
        self, message: d.DescriptorProto, name: str, path: tuple[int, ...]
    ) -> Iterator[str]:
        if message.options.map_entry:
            return
        yield f"\n### {name}\n\n{self.comment(*path)}\n"
        if message.field:
            yield "\n| field | type | what it is |\n|---|---|---|\n"
        for index, field in enumerate(message.field):
            kind = _type(field, message)
            yield f"| `{field.name}` | {kind} | {self.comment(*path, 2, index)} |\n"
        for index, enum in enumerate(message.enum_type):
            yield from self._enum(enum, f"{name}.{enum.name}", (*path, 4, index))
        for index, nested in enumerate(message.nested_type):
            yield from self._message(nested, f"{name}.{nested.name}", (*path, 3, index))

    def _enum(self, enum: d.EnumDescriptorProto, name: str, path: tuple[int, ...]) -> Iterator[str]:
        yield f"\n### enum {name}\n\n{self.comment(*path)}\n"
        yield "\n| value | what it means |\n|---|---|\n"
        for index, value in enumerate(enum.value):
            yield f"| `{value.name}` | {self.comment(*path, 2, index)} |\n"


def render(described: d.FileDescriptorSet) -> str:
    """The whole page, services first."""
    files = sorted(described.file, key=lambda file: (not file.service, file.name))
    return _HEADER + "".join(piece for file in files for piece in _File(file).render())


def _type(field: d.FieldDescriptorProto, message: d.DescriptorProto) -> str:
    entry = next((n for n in message.nested_type if field.type_name.endswith(f".{n.name}")), None)
    if entry is not None and entry.options.map_entry:
        key, value = (_SCALARS.get(f.type) or _short(f.type_name) for f in entry.field)
        return f"map<{key}, {value}>"
    kind = _SCALARS.get(field.type) or f"`{_short(field.type_name)}`"
    if field.label == d.FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {kind}"
    if field.proto3_optional:
        return f"optional {kind}"
    if field.HasField("oneof_index"):
        return f"{kind}, one of `{message.oneof_decl[field.oneof_index].name}`"
    return kind


def _short(name: str) -> str:
    return name.removeprefix(".plaudit.v1.").removeprefix(".")
