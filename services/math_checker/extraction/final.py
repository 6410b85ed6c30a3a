r"""Which part of a response is its answer.

FINAL takes, in this order: the last `\boxed{}`; the answer that the text states last ("the answer
is 4", "Answer: 4", "#### 4", "A: 4", a heading "Final Answer"); a whole short response that is
nothing but an answer; the lone expression of the last sentence. Reasoning before `</think>` is not
searched when text follows it; inside the last `<answer>...</answer>`, nothing else is.
"""

from __future__ import annotations

import json
import re

from services.math_checker.extraction.answer import Answer, Source
from services.math_checker.extraction.boxed import find_boxed
from services.math_checker.extraction.prose import find_last_value, find_lone, is_bare_answer
from services.math_checker.rules import AnswerPosition

_END_MARK = re.compile(r"(?:<\|(?:im_end|endoftext|eot_id|end)\|>|</s>|<eos>|<end_of_turn>)$")
_MAX_END_MARKS = 8
_LINE_CUE = re.compile(
    r"[ \t>#*_]*(?:(?:my |the )?(?:final |correct )?(?:answer|ans|result|solution)|a)"
    r"[*_ ]*[:=][*_]*[ \t]*"
    r"|[ \t]*####[ \t]*(?=[^\s#])",
    re.IGNORECASE,
)
# After the word "answer": what may stand between it and the answer.
_ANSWER_CUE = re.compile(
    r"answers?(?:[ ](?:to|of|for)[ ][^.:\n$\\]{1,80}?|[ ]choice|[ ]option)?[*_]*"
    r"(?:[ ](?:is|are|was|will[ ]be|would[ ]be|must[ ]be|should[ ]be|comes[ ]out[ ]to[ ]be)\b"
    r"[*_]*[ ]?(?:therefore|thus|then|simply|just|also|indeed)?|[ ]?[:=])"
    r"[ ]?[:*_]*[ \t]*",
    re.IGNORECASE,
)
# The same in Chinese, where no space ends a word.
_CHINESE_CUE = re.compile(
    r"(?:答案|故选|应选|所以选|因此选)(?:应该|应)?[是为选]?[*_ ]*[:\uff1a]?[*_ \t]*"
)
_JSON_ANSWER = re.compile(
    r"""(?:final_)?answer["']\s*:\s*("(?:[^"\\]|\\.){1,500}"|-?\d[\d.eE+-]*)\s*[,}\]]""",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer) \**\(?([A-J])\)?\**(?: \([^()]{1,60}\))? is (?:the )?"
    r"(?:correct|right|best)\b"
    r"|\b(?:choose|select|pick) (?:option |answer |choice )?\**\(?([A-J])\)?\**\.?$"
)
_HEADING = re.compile(r"[#*_ \t]*(?:final )?(?:answer|result)s?[*_: \t]*$", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|isn't|no longer|never|cannot be|can't be)\b", re.IGNORECASE)
_DISPLAYS = (("\\[", "\\]"), ("$$", "$$"), ("$\n", "\n$"))
_NUMBER = re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?")
_SPACE = " \t\r\n\f\v"
_MAX_CUES = 50
_MAX_WHOLE = 300
_MAX_LINE = 4_000


def find_answer(response: str, position: AnswerPosition) -> Answer | None:
    """The answer of `response` under `position`, or None where it has none.

    Time is linear in the length.
    """
    if position is AnswerPosition.WHOLE:
        begin, end = _stripped(response, 0, len(response))
        return Answer(response[begin:end], begin, end, Source.WHOLE) if begin < end else None
    begin, end = _searched_part(response)
    if begin >= end:
        return None
    if "box" in response:
        boxed = find_boxed(response, begin, end)
        if boxed or _has_box(response, begin, end):
            return boxed
    if position is AnswerPosition.BOXED:
        return None
    return (
        _stated_in_last_line(response, begin, end)
        or _chosen(response, begin, end)
        or _stated(response, begin, end)
        or _whole(response, begin, end)
        or find_lone(response, begin, end)
        or (find_last_value(response, begin, end) if position is AnswerPosition.LAST else None)
    )


def _has_box(response: str, begin: int, end: int) -> bool:
    r"""An empty `\boxed{}` withdraws the answer; what else the text says does not replace it."""
    return response.find("\\boxed{}", begin, end) >= 0


def _searched_part(response: str) -> tuple[int, int]:
    begin, end = _stripped(response, 0, len(response))
    for _ in range(_MAX_END_MARKS):
        mark = _END_MARK.search(response, max(begin, end - 20), end)
        if mark is None:
            break
        begin, end = _stripped(response, begin, mark.start())
    if "</" not in response:
        return begin, end
    thought = response.rfind("</think>", begin, end)
    if thought >= 0 and response[thought + 8 : end].strip():
        begin, end = _stripped(response, thought + 8, end)
    closing = response.rfind("</answer>", begin, end)
    opening = response.rfind("<answer>", begin, closing) if closing >= 0 else -1
    if opening >= 0:
        return _stripped(response, opening + 8, closing)
    return begin, end


def _stripped(response: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and response[begin] in _SPACE:
        begin += 1
    while end > begin and response[end - 1] in _SPACE:
        end -= 1
    return begin, end


def _whole(response: str, begin: int, end: int) -> Answer | None:
    if end - begin > _MAX_WHOLE or not is_bare_answer(response[begin:end]):
        return None
    return Answer(response[begin:end], begin, end, Source.WHOLE)


def _stated_in_last_line(response: str, begin: int, end: int) -> Answer | None:
    line = max(begin, response.rfind("\n", begin, end) + 1)
    cue = _LINE_CUE.match(response, line, end)
    if cue is None:
        return None
    if _NUMBER.fullmatch(response, cue.end(), end):
        return Answer(response[cue.end() : end], cue.end(), end, Source.STATED)
    return _after_cue(response, cue.end(), end)


def _chosen(response: str, begin: int, end: int) -> Answer | None:
    """The one choice of a last line such as "Hence, option (C) is correct."."""
    line = max(begin, response.rfind("\n", begin, end) + 1, end - _MAX_LINE)
    found = list(_CHOSEN.finditer(response, line, end))
    if len(found) != 1:
        return None
    group = 1 if found[0].group(1) else 2
    start, stop = found[0].span(group)
    return Answer(response[start:stop], start, stop, Source.STATED)


def _chinese(response: str, begin: int, end: int) -> Answer | None:
    """The answer behind the last Chinese cue."""
    if response.isascii():
        return None
    cues = list(_CHINESE_CUE.finditer(response, max(begin, end - _MAX_LINE), end))
    return _after_cue(response, cues[-1].end(), end) if cues else None


def _json_answer(response: str, word: int, end: int) -> Answer | None:
    found = _JSON_ANSWER.match(response, word, end)
    if found is None:
        return None
    value, (start, stop) = found.group(1), found.span(1)
    if value.startswith('"'):
        try:
            value = json.loads(value, strict=False)
        except ValueError:
            value = value[1:-1]
    return Answer(value, start, stop, Source.STATED)


def _stated(response: str, begin: int, end: int) -> Answer | None:
    """The answer behind the last cue, such as "the answer is"."""
    limit = end
    for _ in range(_MAX_CUES):
        limit, answer_cue = _last_cue(response, begin, limit)
        if limit < 0:
            return _chinese(response, begin, end)
        if response.startswith(('"', "'", "_"), limit - 1) and (
            answer := _json_answer(response, limit, end)
        ):
            return answer
        if answer_cue >= 0 and (answer := _after_cue(response, answer_cue, end)):
            return answer
    return _chinese(response, begin, end)


def _last_cue(response: str, begin: int, limit: int) -> tuple[int, int]:
    """Where the last cue before `limit` starts and where what it announces starts; -1 where there
    is none.
    """
    word = max(response.rfind("nswer", begin, limit), response.rfind("NSWER", begin, limit)) - 1
    mark = response.rfind("####", begin, limit)
    if word < begin and mark < 0:
        return -1, -1
    if mark > word:
        cue = _LINE_CUE.match(response, mark)
        return mark, cue.end() if cue else -1
    cue = _ANSWER_CUE.match(response, word)
    if cue:
        return word, cue.end()
    line = response.rfind("\n", begin, word) + 1
    stop = response.find("\n", word)
    if stop > 0 and word - line < 40 and _HEADING.fullmatch(response, line, stop):
        return word, stop
    return word, -1


def _after_cue(response: str, begin: int, end: int) -> Answer | None:
    begin, end = _stripped(response, begin, end)
    if begin >= end:
        return None
    for opening, closing in _DISPLAYS:
        if response.startswith(opening, begin):
            start = begin + len(opening)
            stop = response.find(closing, start, min(end, start + _MAX_LINE))
            if stop >= 0:
                return Answer(response[start:stop], start, stop, Source.STATED)
    stop = response.find("\n", begin, end)
    stop = min(stop if stop >= 0 else end, begin + _MAX_LINE)
    if _NEGATED.match(response, begin, stop):
        return None
    found = find_lone(response, begin, stop, first_sentence=True)
    if found is None:
        return None
    return Answer(found.text, found.start, found.end, Source.STATED)
