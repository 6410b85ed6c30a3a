"""The one place that knows all kinds of answer: picks the rule for a pair of trees."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from services.math_checker.rules import Rules
from services.math_checker.symbolic.compare import collections, families, relations
from services.math_checker.symbolic.compare.identities import same_function
from services.math_checker.symbolic.compare.realsets import NotARealSet, real_set, same_sets
from services.math_checker.symbolic.compare.scalars import same_constant, within
from services.math_checker.symbolic.compare.shapes import is_scalar, shaped
from services.math_checker.symbolic.nodes import (
    Builder,
    Chain,
    Const,
    Group,
    Matrix,
    Node,
    Num,
    Op,
    Sym,
    operators,
    render,
    symbols,
    walk,
)
from services.math_checker.symbolic.nodes import replace as substitute

_STATEMENTS = frozenset(("forall", "exists", "not"))
_SET_OPERATORS = frozenset(("union", "inter", "difference", "or"))


class Comparer:
    """Compares trees under one set of rules. `method` says by what means the last scalar was
    decided.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.method = "writing"

    def compare(self, gold: Node, answer: Node) -> bool:
        """Whether the answer, as a whole, is equal to the gold answer."""
        gold, answer = families.aligned(gold, _with_same_constant(gold, answer))
        return self.equal(shaped(gold), shaped(answer))

    def equal(self, gold: Node, answer: Node) -> bool:
        """Whether two shaped trees are equal."""
        if gold == answer:
            return True
        if is_scalar(gold) and is_scalar(answer):
            return self._same_scalars(gold, answer)
        for rule in (self._statements, self._relations, self._lists, self._real_sets, self._parts):
            verdict = rule(gold, answer)
            if verdict is not None:
                return verdict
        return render(gold, ordered=False) == render(answer, ordered=False)

    def matched(self, gold: Sequence[Node], answer: Sequence[Node], same: collections.Test) -> bool:
        """Whether two sequences agree in some order."""
        return collections.any_order(gold, answer, same)

    # -- numbers and expressions -----------------------------------------------------------------

    def _same_scalars(self, gold: Node, answer: Node) -> bool:
        if self._differ_in_base(gold, answer):
            return False
        equal, self.method = self._decide(gold, answer)
        if equal or "log" not in operators(gold) | operators(answer):
            return equal
        # A bare "log" is natural to some authors and decimal to others.
        decimal, method = self._decide(_decimal_logs(gold), _decimal_logs(answer))
        self.method = method if decimal else self.method
        return decimal

    def _decide(self, gold: Node, answer: Node) -> tuple[bool, str]:
        if symbols(gold) or symbols(answer):
            equal, method = same_function(gold, answer)
            if not equal and families.same_family(gold, answer):
                return True, "same family"
            return equal, method
        if self.rules.relative_tolerance or self.rules.absolute_tolerance:
            near = within(
                gold, answer, self.rules.relative_tolerance, self.rules.absolute_tolerance
            )
            if near:
                return True, "tolerance"
        return same_constant(gold, answer)

    @staticmethod
    def _differ_in_base(gold: Node, answer: Node) -> bool:
        """Numerals are written in a base because the problem asks for that base."""
        one, other = (
            node.args[1] if isinstance(node, Op) and node.name == "numeral" else None
            for node in (gold, answer)
        )
        return one != other

    # -- statements ------------------------------------------------------------------------------

    def _statements(self, gold: Node, answer: Node) -> bool | None:
        """Quantified and negated statements equal only their like."""
        names = [node.name if isinstance(node, Op) else "" for node in (gold, answer)]
        if not set(names) & _STATEMENTS:
            return None
        if isinstance(gold, Op) and isinstance(answer, Op) and gold.name == answer.name:
            return self.equal(gold.args[0], answer.args[0])
        return False

    def _relations(self, gold: Node, answer: Node) -> bool | None:
        if isinstance(gold, Chain) and isinstance(answer, Chain):
            return self._same_sets(gold, answer) or relations.same_chains(gold, answer, self)
        if not isinstance(gold, Chain) and not isinstance(answer, Chain):
            return None
        chain, other = (gold, answer) if isinstance(gold, Chain) else (answer, gold)
        assert isinstance(chain, Chain)
        found = relations.claims(chain)
        if found is not None and relations.solutions(other) is None:
            pairs = [(claim, other) if chain is gold else (other, claim) for claim in found]
            return bool(pairs) and all(self.equal(*pair) for pair in pairs)
        if chain.relations == ("in",) and not isinstance(other, Builder):
            pair = (chain.sides[1], other) if chain is gold else (other, chain.sides[1])
            return self.equal(*pair)
        return self._same_sets(gold, answer)

    def _lists(self, gold: Node, answer: Node) -> bool | None:
        """Lists of solutions and systems, with or without the names of the unknowns."""
        values = relations.named_values(gold), relations.named_values(answer)
        if values[0] and values[1] and values[0].keys() == values[1].keys():
            return all(self.equal(value, values[1][name]) for name, value in values[0].items())
        lists = relations.solutions(gold), relations.solutions(answer)
        if lists[0] is not None or lists[1] is not None:
            pair = shaped(lists[0] or gold), shaped(lists[1] or answer)
            if pair != (gold, answer):
                return self.equal(*pair)
        for named, other, is_gold in ((values[0], answer, True), (values[1], gold, False)):
            if named and isinstance(other, Group) and other.opening in ("(", ""):
                if any(isinstance(item, Chain) for item in other.items):
                    continue
                ordered = [named[name] for name in sorted(named)]
                gold_items, items = (ordered, other.items) if is_gold else (other.items, ordered)
                return collections.in_order(gold_items, items, self.equal)
        return None

    # -- sets and collections --------------------------------------------------------------------

    def _real_sets(self, gold: Node, answer: Node) -> bool | None:
        """Sets of real numbers in any notation, unless both are brackets, which may be points."""
        if isinstance(gold, Group) and isinstance(answer, Group):
            statements = any(isinstance(item, Chain) for item in (*gold.items, *answer.items))
            return True if statements and self._same_sets(gold, answer) else None
        for node in (gold, answer):
            set_like = isinstance(node, (Builder, Chain)) or node in (Const("R"), Const("empty"))
            if set_like or (isinstance(node, Op) and node.name in _SET_OPERATORS):
                return True if self._same_sets(gold, answer) else None
        return None

    @staticmethod
    def _same_sets(gold: Node, answer: Node) -> bool:
        unknowns = [_unknowns(node) for node in (gold, answer) if not isinstance(node, Builder)]
        if len(unknowns) == 2 and all(unknowns) and unknowns[0] != unknowns[1]:
            return False  # x < 1 says nothing of y
        try:
            one, other = real_set(gold), real_set(answer)
            same = same_sets(one, other)
        except NotARealSet:
            return False
        if not one or not other:
            # "x < 1, x > 3" and the point (3, 1) are not meant as the empty set.
            names = [isinstance(node, Op) and node.name != "or" for node in (gold, answer)]
            return (
                not one
                and not other
                and Const("empty") in (gold, answer)
                and any(
                    named or isinstance(node, Builder)
                    for named, node in zip(names, (gold, answer), strict=True)
                )
            )
        return same

    def _parts(self, gold: Node, answer: Node) -> bool | None:
        """What is equal if its parts are."""
        if isinstance(gold, Group) and isinstance(answer, Group):
            return collections.same_groups(gold, answer, self)
        if isinstance(gold, Matrix) or isinstance(answer, Matrix):
            return collections.same_matrices(gold, answer, self)
        if isinstance(gold, Builder) and isinstance(answer, Builder):
            return self._same_builders(gold, answer)
        if isinstance(gold, Op) and isinstance(answer, Op) and gold.name == answer.name:
            return self._same_operators(gold, answer)
        for node, other in ((gold, answer), (answer, gold)):
            if (
                isinstance(node, Op)
                and node.name == "ratio"
                and len(node.args) == 2
                and is_scalar(other)
            ):
                return self._same_scalars(Op("div", node.args), other)
            if isinstance(node, Group) and node.opening == "{" and len(node.items) == 1:
                pair = (node.items[0], other) if node is gold else (other, node.items[0])
                return self.equal(*pair)
        return None

    def _same_operators(self, gold: Op, answer: Op) -> bool | None:
        if gold.name in ("union", "inter", "or"):
            return self.matched(gold.args, answer.args, self.equal)
        if gold.name == "difference":
            return collections.in_order(gold.args, answer.args, self.equal)
        if gold.name == "ratio":
            return self._same_ratios(gold, answer)
        if gold.name == "congruent":
            return self._same_congruences(gold, answer)
        return None

    def _same_ratios(self, gold: Op, answer: Op) -> bool:
        if len(gold.args) != len(answer.args) or not all(
            is_scalar(a) for a in (*gold.args, *answer.args)
        ):
            return False
        if Num(fmpq(0)) in (*gold.args, *answer.args):
            return False
        first, other_first = gold.args[0], answer.args[0]
        return all(
            self._same_scalars(Op("mul", (one, other_first)), Op("mul", (other, first)))
            for one, other in zip(gold.args[1:], answer.args[1:], strict=True)
        )

    def _same_congruences(self, gold: Op, answer: Op) -> bool:
        subject, residue, modulus = gold.args
        other_subject, other_residue, other_modulus = answer.args
        if not (self.equal(subject, other_subject) and self.equal(modulus, other_modulus)):
            return False
        steps = Op("div", (Op("add", (residue, Op("neg", (other_residue,)))), modulus))
        return self._same_scalars(steps, Op("floor", (steps,)))

    def _same_builders(self, gold: Builder, answer: Builder) -> bool:
        """Equal conditions on equal elements, whatever the bound variable is called."""
        one, other = symbols(gold.head), symbols(answer.head)
        if len(one) == len(other) == 1 and one != other:
            answer = _renamed(answer, *other, *one)
        return self.equal(gold.head, answer.head) and self.matched(
            gold.conditions, answer.conditions, self.equal
        )


def _unknowns(node: Node) -> frozenset[str]:
    """What a relation is about: the values of functions, or else its variables."""
    calls = [part for part in walk(node) if isinstance(part, Op) and part.name.startswith("call ")]
    return frozenset(map(render, calls)) or symbols(node)


def _renamed(builder: Builder, old: str, new: str) -> Builder:
    renamed = substitute(builder, Sym(old), Sym(new))
    assert isinstance(renamed, Builder)
    return renamed


def _with_same_constant(gold: Node, answer: Node) -> Node:
    """The answer with its constant of integration named as in the gold answer: "+ c" is "+ C"."""
    ours, theirs = symbols(gold) - symbols(answer), symbols(answer) - symbols(gold)
    if len(ours) == len(theirs) == 1 and ours | theirs <= {"C", "c", "K", "k", "c_1", "C_1"}:
        return substitute(answer, Sym(*theirs), Sym(*ours))
    return answer


def _decimal_logs(node: Node) -> Node:
    if isinstance(node, Op):
        args = tuple(_decimal_logs(arg) for arg in node.args)
        return Op("lg" if node.name == "log" and len(args) == 1 else node.name, args)
    return node
