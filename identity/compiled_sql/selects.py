"""A SELECT over one row of a table, as a Python function: CTEs, UNION ALL, UNPIVOT and look-ups by a left join."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from identity.compiled_sql.sources import SourceWriter
from identity.conditions import UnknownExpressionError, parse, text_of

Columns = dict[str, str]
"""Name of a column -> the Python variable, or constant, that holds it."""

OneRow = Callable[[Mapping[str, Any]], list[tuple[Any, ...]]]
"""Rows of the result for one row of the table, with the columns in the order of the SELECT."""


@dataclass(frozen=True)
class Lookup:
    """A table that is joined by one column, each value of which stands there once at most.

    ``values``: of ``key`` -> the row without it, by ``columns``.
    """

    key: str
    columns: tuple[str, ...]
    values: Mapping[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class _Branch:
    """One row of a relation, or none where a guard does not hold."""

    columns: Columns
    guards: tuple[str, ...] = ()


_Relation = list[_Branch]


def compile_select(
    sql: str,
    tables: Mapping[str, Sequence[str]],
    lookups: Mapping[str, Lookup] | None = None,
    *,
    only: str | None = None,
) -> tuple[OneRow, tuple[str, ...]]:
    """The function, and the names of the columns of its rows.

    Order is not kept: a row of the table gives its rows in the order in which they are written down.

    Args:
        sql: DuckDB's; of a CREATE VIEW what it selects.
        tables: the one table that it reads, with its columns.
        lookups: tables that are joined by a left join.
        only: stop with this CTE, whose rows are the result then.

    Raises:
        UnknownExpressionError: SQL that is none of what is known here; names it.
    """
    tree = parse(sql)
    writer = _SelectWriter(tables, lookups or {})
    relation = writer.read(tree.expression if isinstance(tree, exp.Create) else tree, only)
    return writer.function(relation), tuple(relation[0].columns)


class _SelectWriter:
    def __init__(self, tables: Mapping[str, Sequence[str]], lookups: Mapping[str, Lookup]) -> None:
        self._lookups = lookups
        self._lines: list[str] = []
        self._scope: Columns = {}
        self._source = SourceWriter(self._column)
        self._relations: dict[str, _Relation] = {}
        for table, columns in tables.items():
            variables = {name: self._keep(f"row[{name!r}]") for name in columns}
            self._relations[table] = [_Branch(variables)]

    def read(self, tree: exp.Expr, only: str | None = None) -> _Relation:
        """The relation of a query, whose sources stand in the function's lines."""
        for cte in tree.ctes if isinstance(tree, exp.Query) else []:
            self._relations[cte.alias] = self.read(cte.this)
            if cte.alias == only:
                return self._relations[cte.alias]
        match tree:
            case exp.Select():
                return self._select(tree)
            case exp.Union() if not tree.args.get("distinct"):
                first, second = self.read(tree.this), self.read(tree.expression)
                names = list(first[0].columns)
                return [*first, *(_renamed(branch, names) for branch in second)]
            case exp.Subquery():
                return self.read(tree.this)
            case exp.Pivot() if tree.args.get("unpivot"):
                return self._unpivot(tree)
        raise UnknownExpressionError(text_of(tree))

    def function(self, relation: _Relation) -> OneRow:
        """The function of all lines, which gives the relation's rows."""
        lines = [*self._lines, "rows = []"]
        for branch in relation:
            values = "".join(f"{variable}, " for variable in branch.columns.values())
            condition = f"if {' and '.join(branch.guards)}: " if branch.guards else ""
            lines.append(f"{condition}rows.append(({values}))")
        return self._source.function("row", [*lines, "return rows"])

    def _select(self, tree: exp.Select) -> _Relation:
        known = {"expressions", "from_", "joins", "where", "order", "with_", "kind", "hint", "operation_modifiers"}
        told = {key for key, part in tree.args.items() if part}
        if told - known or "from_" not in told:
            raise UnknownExpressionError(text_of(tree))
        found = []
        for branch in self._of_table(tree.args["from_"].this):
            columns = dict(branch.columns)
            for join in tree.args.get("joins") or []:
                columns |= self._join(join, columns)
            self._scope = columns
            where = tree.args.get("where")
            guards = [self._keep(self._source.holds(where.this))] if where else []
            selected: Columns = {}
            for at, part in enumerate(tree.expressions):
                selected |= self._selected(part, branch.columns, f"column {at}")
            found.append(_Branch(selected, (*branch.guards, *guards)))
        return found

    def _of_table(self, table: exp.Expr) -> _Relation:
        if not isinstance(table, exp.Table) or table.name not in self._relations:
            msg = f"from {text_of(table)}"
            raise UnknownExpressionError(msg)
        return self._relations[table.name]

    def _selected(self, part: exp.Expr, all_columns: Columns, unnamed: str) -> Columns:
        if not isinstance(part, exp.Star):
            name = part.name if isinstance(part, exp.Column) else part.alias or unnamed
            return {name: self._kept(part.unalias())}
        left_out = set(_excluded(part))
        replaced = {one.alias: self._kept(one.this) for one in part.args.get("replace") or []}
        if left_out - all_columns.keys() or replaced.keys() - all_columns.keys():
            raise UnknownExpressionError(text_of(part))
        return {name: replaced.get(name, kept) for name, kept in all_columns.items() if name not in left_out}

    def _join(self, join: exp.Join, columns: Columns) -> Columns:
        """Variables of the columns of a look-up; where it has nothing, they are null."""
        table, condition = join.this.name, join.args.get("on")
        if join.side != "LEFT" or table not in self._lookups or not isinstance(condition, exp.EQ):
            raise UnknownExpressionError(text_of(join))
        lookup = self._lookups[table]
        ends = {
            end.sql(): other
            for end, other in ((condition.this, condition.expression), (condition.expression, condition.this))
        }
        if f"{table}.{lookup.key}" not in ends:
            raise UnknownExpressionError(text_of(join))
        self._scope = columns
        found = self._keep(f"lookup_{table}.get({self._source.value(ends[f'{table}.{lookup.key}'])}, none_of_{table})")
        self._source.names |= {f"lookup_{table}": lookup.values, f"none_of_{table}": (None,) * len(lookup.columns)}
        return {f"{table}.{name}": self._keep(f"{found}[{at}]") for at, name in enumerate(lookup.columns)}

    def _unpivot(self, tree: exp.Pivot) -> _Relation:
        """One row a column that has a value."""
        into, taken = tree.args["into"], tree.expressions
        if len(taken) != 1 or not isinstance(taken[0], exp.Columns) or not isinstance(taken[0].this, exp.Star):
            raise UnknownExpressionError(text_of(tree))
        kept_names = _excluded(taken[0].this)
        found = []
        for branch in self.read(tree.this):
            kept = {name: branch.columns[name] for name in kept_names}
            for name, variable in branch.columns.items():
                if name not in kept:
                    columns = {**kept, into.this.name: repr(name), into.expressions[0].name: variable}
                    found.append(_Branch(columns, (*branch.guards, f"{variable} is not None")))
        return found

    def _column(self, column: exp.Column) -> str:
        name = f"{column.table}.{column.name}" if column.table in self._lookups else column.name
        if name not in self._scope:
            msg = f"no column {name}; there are {', '.join(sorted(self._scope))}"
            raise UnknownExpressionError(msg)
        return self._scope[name]

    def _kept(self, tree: exp.Expr) -> str:
        return self._keep(self._source.value(tree))

    def _keep(self, source: str) -> str:
        """A variable that has the value; what is a variable already stays it."""
        if source.isidentifier():
            return source
        name = self._source.new_name("column")
        self._lines.append(f"{name} = {source}")
        return name


def _excluded(star: exp.Star) -> list[str]:
    return [one.name for one in star.args.get("except_") or []]


def _renamed(branch: _Branch, names: Sequence[str]) -> _Branch:
    """UNION takes the names of its first part, and columns by place."""
    return _Branch(dict(zip(names, branch.columns.values(), strict=True)), branch.guards)
