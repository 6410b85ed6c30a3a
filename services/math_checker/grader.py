"""Grades one response: extraction, limits, comparison with each gold answer.

This is what a worker process runs.
"""

from __future__ import annotations

from services.common.outcome import Failed, FailureReason, Outcome, Scored, SpanMark
from services.math_checker import limits, symbolic
from services.math_checker.comparison import Verdict, compare_answers
from services.math_checker.extraction import Answer, Source, find_answer
from services.math_checker.rules import AnswerPosition, MathItem, Rules

_MAX_SHOWN = 200


def grade(item: MathItem) -> Outcome:
    """The score of `item`: 1 where the answer found in its response equals one of its gold answers,
    else 0.

    A gold answer that cannot be read does not hide another that matches; where none matches and one
    cannot be read, the sample is invalid; where one comparison could not be decided, the grader
    abstains. May run long or out of memory: the pool of workers bounds both.
    """
    problems = [_gold_problem(gold) for gold in item.gold]
    unread = next(filter(None, problems), "")
    readable = zip(item.gold, problems, strict=True)
    golds = [gold_answer(gold) for gold, problem in readable if not problem]
    if not golds:
        return _invalid(unread or "the sample has no gold answer")
    answer = find_answer(item.response, item.rules.answer_position)
    if answer is None:
        return _invalid(unread) if unread else _scored(None, None)
    over_limit = limits.exceeded(answer.text)
    if over_limit:
        if unread:
            return _invalid(unread)
        return _scored(answer, None, f"the answer is over a limit: {over_limit}", over_limit=1.0)
    return _compared(golds, answer, item.rules, unread)


def _compared(golds: list[str], answer: Answer, rules: Rules, unread: str) -> Outcome:
    """The answer against each gold answer: the first match counts, then what went wrong."""
    verdict: Verdict | None = None
    undecided = False
    for gold in golds:
        try:
            verdict = _best(gold, answer, rules)
        except symbolic.GoldUnparseable as error:
            reason = f"the gold answer {_shown(gold)} cannot be read: {_shown(str(error))}"
            unread = unread or reason
            continue
        except symbolic.Undecided:
            undecided = True
            continue
        if verdict.equal:
            return _scored(answer, verdict)
    if unread:
        return _invalid(unread)
    if undecided:
        return Failed(
            FailureReason.ABSTAINED, "neither equality nor difference of the two could be proved"
        )
    return _scored(answer, verdict)


def gold_answer(gold: str) -> str:
    r"""The bare answer of a gold text, which may have it in a `\boxed{}`."""
    if "boxed" not in gold:
        return gold
    boxed = find_answer(gold, AnswerPosition.BOXED)
    return boxed.text if boxed else gold


def _gold_problem(gold: str) -> str:
    if not gold.strip(" \t\r\n$"):
        return "a gold answer is empty"
    exceeded = limits.exceeded(gold)
    return f"a gold answer is over a limit: {exceeded}" if exceeded else ""


def _best(gold: str, answer: Answer, rules: Rules) -> Verdict:
    verdict = compare_answers(gold, answer.text, rules)
    if not verdict.equal and answer.percent:
        # "\boxed{50}\%": the sign behind the box belongs to the answer, unless the gold answer
        # leaves it out too.
        return compare_answers(gold, answer.text + "%", rules)
    return verdict


def _scored(
    answer: Answer | None, verdict: Verdict | None, note: str = "", **components: float
) -> Scored:
    equal = verdict is not None and verdict.equal
    exact = equal and verdict is not None and verdict.exact
    spans: tuple[SpanMark, ...] = ()
    if answer is not None:
        spans = (SpanMark(answer.start, answer.end, label="answer", comment=answer.source.value),)
    if verdict is not None:
        relation = "equals" if equal else "does not equal"
        note = f"answer {_shown(verdict.answer_form)} {relation} gold {_shown(verdict.gold_form)}"
    return Scored(
        value=float(equal),
        components={
            "answer_found": float(answer is not None),
            "format_boxed": float(answer is not None and answer.source is Source.BOXED),
            "equivalent": float(equal),
            "exact": float(exact),
            **components,
        },
        explanation=note or "no answer found",
        spans=spans,
    )


def _invalid(message: str) -> Failed:
    return Failed(FailureReason.INVALID_SAMPLE, message)


def _shown(text: str) -> str:
    """`text` shortened, with everything but printable ASCII escaped: it came from a model."""
    short = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."
    if short.isascii() and short.isprintable():
        return f"'{short}'"
    return "'" + short.encode("unicode_escape").decode("ascii").replace("\\\\", "\\") + "'"
