"""What may each command lead to? Events and refusals, read from the code of the deciders without running it.

`decide` is followed with the command's class known: a `match` or an `isinstance` on it takes one way, any other
condition takes both. What is called is followed too, so that nothing which can happen is missing."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any, get_args

from shared.kernel import Decider, Refusal, UniqueKey, declared_events, declared_refusals
from shared.runtime import Service

Yes = bool | None
"""True, False, or None: it depends."""


@dataclass
class Findings:
    """What was met on the way: events and commands that are made, refusals that are raised."""

    made: set[type] = field(default_factory=set)
    refusals: set[Refusal] = field(default_factory=set)


@dataclass(frozen=True)
class Decision:
    """One line of the table."""

    command: type
    events: frozenset[type]
    refusals: frozenset[Refusal]


def decisions(service: Service) -> dict[str, dict[type, Decision]]:
    """By aggregate and command."""
    alone = {each.name: {command: decision_of(each, command) for command in each.commands} for each in service.deciders}
    return {
        each.name: {command: _whole(each, found, alone) for command, found in alone[each.name].items()}
        for each in service.deciders
    }


def raised_by(*functions: Callable[..., Any]) -> frozenset[Refusal]:
    """What may be refused before the decider is asked."""
    return frozenset(_read(functions).refusals)


def made_by(*functions: Callable[..., Any]) -> frozenset[type]:
    """What is made before the decider is asked: the command that stands for another."""
    return frozenset(_read(functions).made)


def _read(functions: Sequence[Callable[..., Any]]) -> Findings:
    found = Findings()
    for function in functions:
        Reading(found).follow(function, ())
    return found


def decision_of(decider: Decider[Any], command: type) -> Decision:
    """What a command declares; of one that declares nothing, what the decider does with it, whatever the state."""
    if declares(command):
        return Decision(command, frozenset(declared_events(command)), refusals=frozenset(declared_refusals(command)))
    found = Findings()
    Reading(found).follow(decider.decide, (None, command))
    return Decision(command, frozenset(found.made & set(decider.events)), refusals=frozenset(found.refusals))


def declares(command: type) -> bool:
    return bool(declared_events(command) or declared_refusals(command))


def _whole(decider: Decider[Any], decision: Decision, alone: dict[str, dict[type, Decision]]) -> Decision:
    """With the uniqueness that an event claims, and what other aggregates refuse that record with it."""
    if declares(decision.command):
        return decision
    refusals = set(decision.refusals)
    for event in decision.events:
        claimed, besides = Findings(), Findings()
        Reading(claimed).follow(decider.unique_keys, (None, event))
        Reading(besides).follow(decider.companions, (None, event))
        if UniqueKey in claimed.made:
            refusals.add(decider.unique_key_refusal)
        for others in alone.values():
            refusals |= {each for made in besides.made & others.keys() for each in others[made].refusals}
    return Decision(decision.command, decision.events, refusals=frozenset(refusals))


@cache
def _code(function: Callable[..., Any]) -> ast.FunctionDef | None:
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError):
        return None
    return tree if isinstance(tree, ast.FunctionDef) else None


class Reading:
    """Follows functions; each once for the same known classes."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        self._seen: set[tuple[Any, ...]] = set()

    def follow(self, function: Any, known: Sequence[type | None]) -> None:
        function = inspect.unwrap(function)
        if (function, *known) in self._seen or not inspect.isfunction(function):
            return
        self._seen.add((function, *known))
        if tree := _code(function):
            self.body_of(function, tree, known).run(tree.body)

    def body_of(self, function: Any, tree: ast.FunctionDef, known: Sequence[type | None]) -> Body:
        names = [argument.arg for argument in tree.args.args]
        classes = {name: cls for name, cls in zip(names, known, strict=False) if cls}
        return Body(self, {**function.__globals__, **inspect.getclosurevars(function).nonlocals}, classes)

    def meet(self, thing: Any) -> None:
        if isinstance(thing, Refusal):
            self._found.refusals.add(thing)
        elif isinstance(thing, type):
            self._found.made.add(thing)
        elif isinstance(thing, dict):
            for each in thing.values():
                self.meet(each)


class Body:
    """One function's statements, some of its names being of a known class."""

    def __init__(self, reading: Reading, scope: dict[str, Any], classes: dict[str, type]) -> None:
        self._reading, self._scope, self._classes = reading, scope, classes

    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """True when nothing after them is reached."""
        return any(self._statement(statement) for statement in statements)

    def _statement(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Return() | ast.Raise():
                self._visit(statement)
                return True
            case ast.If(test, body, orelse):
                self._visit(test)
                truth = self._truth(test)
                ways = [self.run(way) for way, taken in ((body, True), (orelse, False)) if truth in (taken, None)]
                return all(ways) and bool(ways)
            case ast.Match(subject, cases):
                self._visit(subject)
                return self._match(subject, cases)
            case ast.Assign([ast.Name(name)], ast.Name(other)) if other in self._classes:
                self._classes[name] = self._classes[other]
            case ast.For() | ast.While() | ast.With() | ast.Try():
                for part in ast.iter_child_nodes(statement):
                    if isinstance(part, ast.stmt):
                        self._statement(part)
                    else:
                        self._visit(part)
            case _:
                self._visit(statement)
        return False

    def _match(self, subject: ast.expr, cases: list[ast.match_case]) -> bool:
        ends = []
        for case in cases:
            fits = self._fits(subject, case.pattern)
            if fits is False:
                continue
            if case.guard:
                self._visit(case.guard)
            ends.append(self.run(case.body))
            if fits and (case.guard is None or self._truth(case.guard)):
                return all(ends)
        return False

    def _fits(self, subject: ast.expr, pattern: ast.pattern) -> Yes:
        match pattern:
            case ast.MatchAs(None, None):
                return True
            case ast.MatchAs(inner, name):
                if isinstance(subject, ast.Name) and subject.id in self._classes and name:
                    self._classes[name] = self._classes[subject.id]
                return True if inner is None else self._fits(subject, inner)
            case ast.MatchOr(patterns):
                return _either([self._fits(subject, each) for each in patterns])
            case ast.MatchSequence(patterns) if isinstance(subject, ast.Tuple):
                return _both([self._fits(each, one) for each, one in zip_longest(subject.elts, patterns)])
            case ast.MatchClass(cls, patterns, _, kwd_patterns) if known := self._class_of(subject):
                if not issubclass(known, self._value(cls)):
                    return False
                free = all(isinstance(each, ast.MatchAs) and each.pattern is None for each in patterns + kwd_patterns)
                return True if free else None
        return None

    def _truth(self, test: ast.expr) -> Yes:
        match test:
            case ast.UnaryOp(ast.Not(), operand):
                truth = self._truth(operand)
                return None if truth is None else not truth
            case ast.BoolOp(ast.And(), values):
                return _both([self._truth(value) for value in values])
            case ast.BoolOp(ast.Or(), values):
                return _either([self._truth(value) for value in values])
            case ast.Call(ast.Name("isinstance"), [subject, cls]) if known := self._class_of(subject):
                wanted = self._value(cls)
                return issubclass(known, get_args(wanted) or wanted)
            case ast.Call(func, arguments):
                return self._asked(self._value(func), [self._class_of(argument) for argument in arguments])
        return None

    def _asked(self, function: Any, known: Sequence[type | None]) -> Yes:
        """The truth of a function that only returns an expression."""
        tree = _code(function) if inspect.isfunction(function) else None
        if tree is None or not isinstance(last := tree.body[-1], ast.Return) or last.value is None:
            return None
        if any(not isinstance(each, ast.Expr) for each in tree.body[:-1]):
            return None
        return self._reading.body_of(function, tree, known)._truth(last.value)

    def _class_of(self, subject: ast.expr) -> type | None:
        return self._classes.get(subject.id) if isinstance(subject, ast.Name) else None

    def _visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.IfExp):
            self._visit(node.test)
            truth = self._truth(node.test)
            for way, taken in ((node.body, True), (node.orelse, False)):
                if truth in (taken, None):
                    self._visit(way)
            return
        if isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        for part in ast.iter_child_nodes(node):
            self._visit(part)

    def _call(self, call: ast.Call) -> None:
        called = self._value(call.func)
        if called is None or (called is UniqueKey and any(keyword.arg == "reserved" for keyword in call.keywords)):
            return  # what is given back is refused to nobody
        self._reading.meet(called)
        self._reading.follow(called, [self._class_of(argument) for argument in call.args])

    def _attribute(self, node: ast.Attribute) -> None:
        """A method or a property of something that is not known: of any class in sight that has one of this name."""
        if self._value(node) is not None:
            return
        for cls in _classes_beside(self._scope["__name__"]):
            method = cls.__dict__.get(node.attr)
            self._reading.follow(method.fget if isinstance(method, property) else method, ())

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(name):
                return self._scope.get(name, getattr(builtins, name, None))
            case ast.Attribute(value, name):
                return getattr(self._value(value), name, None) if self._value(value) is not None else None
            case ast.Subscript(value):
                return self._value(value)
            case ast.BinOp(left, ast.BitOr(), right):
                return self._value(left) | self._value(right)
            case ast.Tuple(elements):
                return tuple(self._value(each) for each in elements)
        return None


def _both(truths: list[Yes]) -> Yes:
    return False if False in truths else None if None in truths else True


def _either(truths: list[Yes]) -> Yes:
    return True if True in truths else None if None in truths else False


@cache
def _classes_beside(module: str) -> tuple[type, ...]:
    """Those of the same domain."""
    package = module.partition(".")[0] + ".domain"
    return tuple(
        {
            thing
            for name, loaded in list(sys.modules.items())
            if name.startswith(package)
            for thing in vars(loaded).values()
            if isinstance(thing, type) and thing.__module__.startswith(package)
        }
    )
