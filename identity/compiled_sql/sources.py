"""SQL expressions as Python source, with SQL's three-valued logic: null is None.

Of each expression there are up to three sources: of its value, of whether it is true, and of whether it is false.
Where only the truth is asked for, as conditions do, hardly a null has to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlglot import exp

from identity.compiled_sql.functions import FUNCTIONS, NULL_ARGUMENTS, extractor, matcher, replacer
from identity.conditions import UnknownExpressionError, is_truth_value, text_of

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "==",
    exp.NEQ: "!=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_OPERATORS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.DPipe: "+"}
_CALLS: dict[type[exp.Expr], tuple[str, tuple[str, ...]]] = {
    exp.JarowinklerSimilarity: ("jaro_winkler_similarity", ("this", "expression")),
    exp.Levenshtein: ("levenshtein", ("this", "expression")),
    exp.ArrayContains: ("list_contains", ("this", "expression")),
    exp.ArraySize: ("array_length", ("this",)),
    exp.Length: ("length", ("this",)),
    exp.Abs: ("abs", ("this",)),
    exp.Lower: ("lower", ("this",)),
    exp.Trim: ("trim", ("this",)),
    exp.Left: ("left", ("this", "expression")),
    exp.Right: ("right", ("this", "expression")),
    exp.Replace: ("replace", ("this", "expression", "replacement")),
    exp.Split: ("string_split", ("this", "expression")),
    exp.SplitPart: ("split_part", ("this", "delimiter", "part_index")),
    exp.ArrayToString: ("array_to_string", ("this", "expression")),
}
"""Functions that sqlglot knows by a class of its own, and what it calls their arguments; the others keep their name."""

_TRUE_OR_FALSE: tuple[type[exp.Expr], ...] = (exp.And, exp.Or, exp.Not, exp.In, exp.Between, *_COMPARISONS)


def repeated_calls(trees: Iterable[exp.Expr]) -> frozenset[str]:
    """The SQL of every part that calls a function and stands in the trees more than once: worth to be remembered."""
    counts = Counter(
        text_of(node)
        for tree in trees
        for node in tree.walk()
        if isinstance(node, exp.Func | exp.And | exp.Or) and any(isinstance(part, exp.Func) for part in node.walk())
    )
    return frozenset(sql for sql, count in counts.items() if count > 1)


class SourceWriter:
    """Writes the expressions of one Python function, and makes it.

    ``names`` are what the sources read beside their columns: functions, constants and ``UNSET``.
    """

    def __init__(self, column: Callable[[exp.Column], str], remembered: frozenset[str] = frozenset()) -> None:
        """Write for columns that ``column`` has the variables of; what is ``remembered`` is computed once a call."""
        self.names: dict[str, Any] = {"UNSET": object()}
        self._memos: dict[str, str] = {}
        self._column = column
        self._remembered = remembered
        self._parameters: list[str] = []
        self._made = 0

    def value(self, node: exp.Expr) -> str:
        """Source of the expression's value.

        Raises:
            UnknownExpressionError: the expression, or a part, is none that is known here.
        """
        return self._once("value", node, self._value)

    def holds(self, node: exp.Expr) -> str:
        """Source of what counts as true where the expression is true, and as false where it is false or null.

        Raises:
            UnknownExpressionError: as :meth:`value`.
        """
        return self._truth(node, wanted=True)

    def function(self, parameters: str, lines: Iterable[str]) -> Callable[..., Any]:
        """The function of some lines, in which the sources stand: all that was written with this writer."""
        memos = [f"{memo} = UNSET" for memo in self._memos.values()]
        body = "\n".join(f"    {line}" for line in [*memos, *lines])
        names = dict(self.names)
        # Columns and texts stand in sources as constants, quoted: nobody's own words are run.
        exec(f"def made({parameters}):\n{body}", names)  # noqa: S102
        made: Callable[..., Any] = names["made"]
        return made

    def new_name(self, prefix: str) -> str:
        """A variable that nothing else uses."""
        self._made += 1
        return f"{prefix}{self._made}"

    def _once(self, mode: str, node: exp.Expr, write: Callable[[exp.Expr], str]) -> str:
        if isinstance(node, exp.Paren):
            return self._once(mode, node.this, write)
        # A lambda's variables are its own, and gone after it.
        if self._parameters or not self._remembered or (sql := text_of(node)) not in self._remembered:
            return write(node)
        key = f"{mode} {sql}"
        if key not in self._memos:
            self._memos[key] = self.new_name("memo")
        memo = self._memos[key]
        return f"({memo} if {memo} is not UNSET else ({memo} := {write(node)}))"

    def _truth(self, node: exp.Expr, *, wanted: bool) -> str:
        """Source of whether the expression is true, or whether it is false, and not null."""
        return self._once(f"is {wanted}", node, partial(self._truth_source, wanted=wanted))

    def _truth_source(self, node: exp.Expr, *, wanted: bool) -> str:
        match node:
            case exp.And() | exp.Or():
                # All must be true of what AND joins; for it to be false, one false is enough.
                word = " and " if isinstance(node, exp.And) == wanted else " or "
                return f"({word.join(self._truth(part, wanted=wanted) for part in node.flatten())})"
            case exp.Not():
                return self._truth(node.this, wanted=not wanted)
            case exp.Is() | exp.Boolean():
                return self.value(node) if wanted else f"(not {self.value(node)})"
            case exp.Between():
                return self._truth(_both_bounds(node), wanted=wanted)
            case exp.In():
                return self._among(node, wanted=wanted)
            case exp.Coalesce() if is_truth_value(node.expressions):
                # A null is what stands there in its place.
                if bool(node.expressions[0].this) == wanted:
                    return f"(not {self._truth(node.this, wanted=not wanted)})"
                return self._truth(node.this, wanted=wanted)
        if type(node) in _COMPARISONS:
            return self._compared(node, "{0} {op} {1}" if wanted else "not {0} {op} {1}")
        return f"({self.value(node)} is {wanted})"

    def _compared(self, node: exp.Expr, template: str) -> str:
        test, (one, other) = self._known([node.this, node.expression])
        told = template.format(one, other, op=_COMPARISONS[type(node)])
        return f"({test} and {told})" if test else f"({told})"

    def _among(self, node: exp.In, *, wanted: bool) -> str:
        if not node.expressions:
            raise UnknownExpressionError(text_of(node))
        if all(isinstance(value, exp.Literal) for value in node.expressions):
            values = self._constant(frozenset(_constant(value) for value in node.expressions))
            test, (one,) = self._known([node.this])
            told = f"{one} {'in' if wanted else 'not in'} {values}"
            return f"({test} and {told})" if test else f"({told})"
        tests = [exp.EQ(this=node.this, expression=value) for value in node.expressions]
        return self._truth(exp.or_(*tests), wanted=wanted)

    def _value(self, node: exp.Expr) -> str:  # noqa: PLR0911 - one way out a kind of node
        match node:
            case exp.Column():
                return self._named(node)
            case exp.Identifier() if node.name in self._parameters:
                return f"of_{node.name}"
            case exp.Literal() | exp.Boolean() | exp.Null() | exp.Neg():
                return repr(_constant(node))
            case exp.Is() if isinstance(node.expression, exp.Null):
                return f"({self.value(node.this)} is None)"
            case exp.Coalesce():
                return self._first_known([node.this, *node.expressions])
            case exp.Substring():
                return self._substring(node)
            case exp.Nullif():
                part = self.new_name("part")
                return f"(None if ({part} := {self.value(node.this)}) == {self.value(node.expression)} else {part})"
            case exp.Case():
                return self._case(node)
            case exp.Cast() if node.is_type("text"):
                return self._strict(f"{self._function('text')}({{0}})", [node.this])
            case exp.Array():
                return f"[{', '.join(self.value(part) for part in node.expressions)}]"
            case exp.Bracket() if len(node.expressions) == 1 and _is_count(node.expressions[0]):
                return self._strict(f"{self._function('element')}({{0}}, {{1}})", [node.this, node.expressions[0]])
            case exp.ArrayFilter() | exp.Transform() if len(node.expression.expressions) == 1:
                return self._comprehension(node)
            case exp.RegexpReplace() | exp.RegexpExtract() | exp.RegexpLike():
                return self._regexp(node)
        if isinstance(node, _TRUE_OR_FALSE):
            return f"(True if {self.holds(node)} else False if {self._truth(node, wanted=False)} else None)"
        if type(node) in _OPERATORS:
            return self._strict(f"{{0}} {_OPERATORS[type(node)]} {{1}}", [node.this, node.expression])
        return self._call(node)

    def _named(self, node: exp.Column) -> str:
        return f"of_{node.name}" if not node.table and node.name in self._parameters else self._column(node)

    def _call(self, node: exp.Expr) -> str:
        if type(node) in _CALLS:
            name, given = _CALLS[type(node)]
            # Whatever else stands there is meant, and not known here.
            others = {key for key, part in node.args.items() if part not in (None, [], False)} - {*given, "binary"}
            parts = [node.args[key] for key in given]
            if others - {"coalesce", "safe", "ensures_int64"} or None in parts:
                raise UnknownExpressionError(text_of(node))
        elif isinstance(node, exp.ConcatWs | exp.Least | exp.Greatest):
            name, parts = node.sql_name().lower(), [part for part in (node.this, *node.expressions) if part]
        elif isinstance(node, exp.Anonymous):
            name, parts = node.name.lower(), node.expressions
        else:
            raise UnknownExpressionError(text_of(node))
        if name not in FUNCTIONS or not parts:
            raise UnknownExpressionError(text_of(node))
        if name in ("left", "right", "split_part") and not _is_count(parts[-1]):
            raise UnknownExpressionError(text_of(node))
        called = self._function(name)
        if name in NULL_ARGUMENTS:
            return f"{called}({', '.join(self.value(part) for part in parts)})"
        return self._strict(f"{called}({', '.join(f'{{{at}}}' for at in range(len(parts)))})", parts)

    def _known(self, nodes: Sequence[exp.Expr]) -> tuple[str, list[str]]:
        """Source of whether all have a value, and of the values after that was asked."""
        tests, uses = [], []
        for node in nodes:
            source = self.value(node)
            name = source if isinstance(node, exp.Literal) or source.isidentifier() else self.new_name("part")
            uses.append(name)
            if not isinstance(node, exp.Literal):
                tests.append(f"{source if name == source else f'({name} := {source})'} is not None")
        return " and ".join(tests), uses

    def _strict(self, template: str, nodes: Sequence[exp.Expr]) -> str:
        """Source that is null where one of the parts is."""
        test, uses = self._known(nodes)
        source = template.format(*uses)
        return f"({source} if {test} else None)" if test else f"({source})"

    def _first_known(self, nodes: Sequence[exp.Expr]) -> str:
        parts = []
        for node in nodes[:-1]:
            test, (use,) = self._known([node])
            parts.append(f"{use} if {test} else " if test else "")
            if not test:
                return f"({''.join(parts)}{use})"
        return f"({''.join(parts)}{self.value(nodes[-1])})"

    def _case(self, node: exp.Case) -> str:
        default = node.args.get("default")
        last = "None" if default is None else self.value(default)
        if node.this is None:
            parts = [f"{self.value(part.args['true'])} if {self.holds(part.this)} else " for part in node.args["ifs"]]
            return f"({''.join(parts)}{last})"
        pairs: dict[object, object] = {}
        for part in node.args["ifs"]:
            if not isinstance(part.this, exp.Literal) or not isinstance(part.args["true"], exp.Literal):
                raise UnknownExpressionError(text_of(node))
            pairs.setdefault(_constant(part.this), _constant(part.args["true"]))
        return f"{self._constant(pairs)}.get({self.value(node.this)}, {last})"

    def _comprehension(self, node: exp.Expr) -> str:
        parameter = node.expression.expressions[0].name
        if not parameter.isidentifier():
            raise UnknownExpressionError(text_of(node))
        self._parameters.append(parameter)
        of_each = node.expression.this
        body = self.holds(of_each) if isinstance(node, exp.ArrayFilter) else self.value(of_each)
        self._parameters.pop()
        variable = f"of_{parameter}"
        if isinstance(node, exp.ArrayFilter):
            return self._strict(f"[{variable} for {variable} in {{0}} if {_escaped(body)}]", [node.this])
        return self._strict(f"[{_escaped(body)} for {variable} in {{0}}]", [node.this])

    def _regexp(self, node: exp.Expr) -> str:
        if any(node.args.get(key) for key in ("flag", "position", "occurrence", "parameters")):
            raise UnknownExpressionError(text_of(node))
        told = [node.args.get(key) for key in ("expression", "replacement", "modifiers", "group")]
        pattern, *rest = [None if part is None else _constant_text(part) for part in told]
        if isinstance(node, exp.RegexpReplace):
            function: Callable[[str], Any] = replacer(str(pattern), str(rest[0]), str(rest[1] or ""))
        elif isinstance(node, exp.RegexpExtract):
            function = extractor(str(pattern), int(str(rest[2] or 0)))
        else:
            function = matcher(str(pattern))
        return self._strict(f"{self._constant(function)}({{0}})", [node.this])

    def _substring(self, node: exp.Substring) -> str:
        start, end = _bounds(node)
        return self._strict(f"{{0}}[{start}:{'' if end is None else end}]", [node.this])

    def _function(self, name: str) -> str:
        # Not by its own name, which a variable may have.
        self.names[f"sql_{name}"] = FUNCTIONS[name]
        return f"sql_{name}"

    def _constant(self, value: object) -> str:
        name = self.new_name("constant")
        self.names[name] = value
        return name


def _escaped(source: str) -> str:
    return source.replace("{", "{{").replace("}", "}}")


def _both_bounds(node: exp.Between) -> exp.Expr:
    low, high = node.args["low"], node.args["high"]
    return exp.and_(exp.GTE(this=node.this, expression=low), exp.LTE(this=node.this, expression=high))


def _is_count(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()


def _constant(node: exp.Expr) -> object:
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return -_number(node.this.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        raise UnknownExpressionError(text_of(node))
    return node.this if node.is_string else _number(node.this)


def _constant_text(node: exp.Expr) -> object:
    """A constant, which texts that are joined by ``||`` are as well."""
    if isinstance(node, exp.DPipe):
        return "".join(str(_constant_text(part)) for part in (node.this, node.expression))
    return _constant(node.this if isinstance(node, exp.Paren) else node)


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)


def _bounds(node: exp.Substring) -> tuple[int, int | None]:
    """Where a part of a text begins (0 is the first character) and ends; counted from the front only."""
    start, length = node.args.get("start"), node.args.get("length")
    numbers = [None if part is None else _constant(part) for part in (start, length)]
    if not isinstance(numbers[0], int) or numbers[0] < 1 or not isinstance(numbers[1], int | None):
        raise UnknownExpressionError(text_of(node))
    if numbers[1] is not None and numbers[1] < 0:
        raise UnknownExpressionError(text_of(node))
    return numbers[0] - 1, None if numbers[1] is None else numbers[0] - 1 + numbers[1]
