r"""The last \boxed{}, and the boxes that make one answer with it.

Several boxes are parts of one answer exactly if nothing but connectors stands between them: spaces,
commas, semicolons, "and", "or", marks of math mode, and a "name =" before a box. Any other word
between two boxes separates them, and then the last one counts: in `\boxed{5} wait, actually
\boxed{6}` it is 6, and `\boxed{5}, \boxed{6}` is the list 5, 6, which is not equal to 6.
"""

from __future__ import annotations

import re

from services.math_checker.extraction.answer import Answer, Source

_COMMANDS = (r"\boxed", r"\fbox", r"\framebox")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE = re.compile(r"[ \t]*([-+]?\d[\d.,/]*|[A-Za-z]\w*)")
_LINE = re.compile(r"[^\n]*")
_NAME = r"(?:\\?[A-Za-z]\w{0,5}(?:_\{?\w{1,4}\}?)?(?:\([a-z0-9]\))?[ ]*(?:=|\\in|\\approx)[ ]*)?"
_CONNECTOR = re.compile(
    r"(?:\s|[$,;&]|\\[()\[\],;! ]|\\\\|\\text ?\{[ ,]*(?:and|or)?[ ,]*\}|\\q?quad|(?:and|or)\b)*"
    + _NAME
)
_LEADING_NAME = re.compile(r"(?:^|[\s$(,;&{])(\\?[A-Za-z]\w{0,5}(?:_\{?\w{1,4}\}?)?)[ ]*=[ $]*$")
_PERCENT = re.compile(r"[\s$]*(?:\\?%|(?:percent|per cent|pct)\b)")
_ANNOUNCED = re.compile(
    r"\s*(?:\\text ?\{ ?)?(?:the )?(?:final |correct )?answer(?: is:?|:)(?P<close> ?\})? *(?=\S)",
    re.IGNORECASE,
)
_MAX_GAP = 80
_MAX_BOXES = 32
_MAX_TRIES = 100_000


def find_boxed(response: str, begin: int, end: int) -> Answer | None:
    """The boxed answer in `response[begin:end]`. Time is linear in the length."""
    boxes = _last_boxes(response, begin, end)
    if not boxes:
        return None
    last = boxes[0]
    content = response[last[1] : last[2]]
    if not content.strip():
        return None
    percent = bool(_PERCENT.match(response, last[3], min(end, last[3] + 12)))
    announced = _ANNOUNCED.match(content)
    if announced and len(boxes) == 1:  # "\boxed{\text{The answer is } 7}"
        start = last[1] + announced.end()
        wrapped = "{" in announced.group() and not announced["close"] and content.endswith("}")
        stop = last[2] - wrapped
        return Answer(response[start:stop], start, stop, Source.BOXED, percent)
    if len(boxes) == 1 or all(response[b[1] : b[2]].strip() == content.strip() for b in boxes):
        return Answer(content, last[1], last[2], Source.BOXED, percent)
    boxes.reverse()
    parts = [_named(response, begin, box) for box in boxes]
    return Answer(", ".join(parts), boxes[0][1], last[2], Source.BOXED)


def _named(response: str, begin: int, box: tuple[int, int, int, int]) -> str:
    name = _LEADING_NAME.search(response, max(begin, box[0] - 24), box[0])
    content = response[box[1] : box[2]].strip()
    return f"{name.group(1)} = {content}" if name and "=" not in content else content


def _last_boxes(response: str, begin: int, end: int) -> list[tuple[int, int, int, int]]:
    r"""The last complete box and those connected to it, last first, as (command, content, content
    end, box end).

    Only where no box is complete does an unclosed one count, which then runs to the end of its
    line.
    """
    boxes: list[tuple[int, int, int, int]] = []
    unclosed: tuple[int, int, int, int] | None = None
    limit = end
    for _ in range(_MAX_TRIES):
        start, opening = _last_command(response, begin, limit)
        if start < 0 or len(boxes) == _MAX_BOXES:
            break
        box = _read_box(response, start, opening, limit)
        if box is None and unclosed is None and not boxes:
            unclosed = _unclosed_box(response, start, opening, end)
        if boxes:
            first = boxes[-1][0]
            if box is None or first - box[3] > _MAX_GAP:
                break
            if not _CONNECTOR.fullmatch(response, box[3], first):
                break
        if box is not None:
            boxes.append(box)
        # An unclosed box leaves any box around it unclosed too, so no text is scanned twice.
        limit = start
    if not boxes and unclosed is not None:
        boxes.append(unclosed)
    return boxes


def _last_command(response: str, begin: int, end: int) -> tuple[int, int]:
    r"""Start and end of the last command that makes a box, or (-1, -1).

    One search, so that all of it is linear.
    """
    for _ in range(_MAX_TRIES):
        found = response.rfind("box", begin, end)
        if found < 0:
            break
        for command in _COMMANDS:
            start = found - command.index("box")
            if start >= begin and response.startswith(command, start):
                return start, start + len(command)
        end = found + 2
    return -1, -1


def _read_box(
    response: str, start: int, opening: int, end: int
) -> tuple[int, int, int, int] | None:
    while opening < end and response[opening] in " \t":
        opening += 1
    if not response.startswith("{", opening):
        bare = _BARE.match(response, opening, end)
        return (start, bare.start(1), bare.end(1), bare.end(1)) if bare else None
    depth = 0
    for token in _BRACE.finditer(response, opening, end):
        symbol = token.group()
        if symbol == "{":
            depth += 1
        elif symbol == "}":
            depth -= 1
            if depth == 0:
                return start, opening + 1, token.start(), token.end()
    return None


def _unclosed_box(
    response: str, start: int, opening: int, end: int
) -> tuple[int, int, int, int] | None:
    opening = response.find("{", opening, end)
    if opening < 0:
        return None
    line = _LINE.match(response, opening + 1, end)
    if line is None or response[line.end() : end].strip():
        return None
    stop = opening + 1 + len(line.group().split("$")[0].rstrip())
    return start, opening + 1, stop, stop
