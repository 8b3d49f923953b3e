"""A plan as text, and as what ``--json`` prints: counts first, then examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click

from pipelines.commands.evidence_prints import print_edges
from pipelines.commands.options import print_facts, print_table
from pipelines.plans import Plan
from pipelines.plans.audience_changes import AudienceChange
from pipelines.plans.examples import Decision, Example, Person
from pipelines.plans.regroupings import KINDS
from pipelines.values import value_text

MAX_IDS = 4
"""Of more records of one person, and more examples of members, only so many are named."""


def plan_facts(plan: Plan) -> dict[str, Any]:
    """The plan for machines: people as counts, all else as it is."""
    facts = asdict(plan)
    facts["people"] = _people_facts(plan)
    return facts


def print_plan(plan: Plan) -> None:
    """The plan for people."""
    _print_rules(plan)
    click.echo("\nPeople")
    print_facts({name.replace("_", " "): count for name, count in _people_facts(plan).items()}, "  ")
    click.echo("\nProfile ids")
    print_facts(asdict(plan.ids), "  ")
    if plan.states:
        click.echo("\nIdentifier values whose state changes")
        print_table([(one.type, one.before, one.after, one.values) for one in plan.states],
                    ["type", "now", "then", "values"])  # fmt: skip
    _print_audiences(plan.audiences)
    _print_stability(plan)
    for number, example in enumerate(plan.examples, 1):
        click.echo(f"\nExample {number} of {len(plan.examples)}: {_title(example)}")
        _print_example(example)


def _people_facts(plan: Plan) -> dict[str, int]:
    people = plan.people
    merges, splits, others = (people.of_kind(kind) for kind in KINDS)
    return {
        "before": people.before,
        "after": people.after,
        "unchanged": people.unchanged,
        "merged": sum(len(one.before) for one in merges),
        "merged_into": len(merges),
        "split": len(splits),
        "split_into": sum(len(one.after) for one in splits),
        "rearranged": sum(len(one.before) for one in others),
        "rearranged_into": sum(len(one.after) for one in others),
        "new": people.new,
        "gone": people.gone,
    }


def _print_rules(plan: Plan) -> None:
    rules = plan.rules
    model = rules.match_model
    if rules.match_model_before not in (None, model):
        model = f"{model} in place of {rules.match_model_before}"
    print_facts(
        {
            "settings of identity": "other than at the last resolution" if rules.settings_changed else "as they were",
            "match model": model,
            "looked at": f"{plan.resolution.looked_at:,} of {plan.records:,} records ({plan.resolution.because})",
        }
    )
    if plan.new_records or plan.gone_records:
        click.echo(
            f"{plan.new_records:,} records came and {plan.gone_records:,} went since the last resolution;"
            " what they do is in the plan, too.",
            err=True,
        )


def _print_audiences(audiences: Sequence[AudienceChange] | None) -> None:
    if audiences is None:
        return
    click.echo("\nSegments and audiences")
    print_table(
        [
            (one.kind, one.name, one.members_before, one.members_after, one.entering, one.leaving,
             one.ids_added, one.ids_removed)
            for one in audiences
        ],
        ["kind", "name", "members", "then", "entering", "leaving", "ids added", "ids removed"],
    )  # fmt: skip
    for one in audiences:
        for what, examples in (("entering", one.entering_examples), ("leaving", one.leaving_examples)):
            for row in examples[:MAX_IDS]:
                click.echo(f"  {what} {one.kind} {one.name}: {row['profile_id']} ({row['reason']})")


def _print_stability(plan: Plan) -> None:
    figures, limits = plan.stability.figures, plan.stability.limits
    click.echo("\nIds since the last publication")
    if not figures["published_profiles"]:
        click.echo("  Nothing is published yet, or it cannot be told from here: no limit holds.")
        return
    print_facts(
        {
            "records moved": f"{figures['moved_records']:,} of {figures['published_records']:,}",
            "profiles merged": f"{figures['merged_profiles']:,} of {figures['published_profiles']:,}",
            "profiles split": figures["split_profiles"],
        },
        "  ",
    )
    for name, limit in limits.items():
        click.echo(f"  klantbeeld check would refuse it: over gates.{name} = {limit:g}")
    if not limits:
        click.echo("  klantbeeld check would accept it.")


def _title(example: Example) -> str:
    before, after = example.people_before, example.people_after
    if example.kind == "merge":
        return f"{before} people would be one"
    if example.kind == "split":
        return f"one person would be {after}"
    return f"the records of {before} people would be those of {after}"


def _print_example(example: Example) -> None:
    for label, people in (("now", example.before), ("then", example.after)):
        for person in people:
            click.echo(f"  {label:4}  {person.profile_id}  {_records(person)}")
    _print_records(example.records)
    for decision in example.decisions:
        _print_decision(decision)


def _print_decision(decision: Decision) -> None:
    if decision.what == "joins":
        click.echo(f"\nWhat would join them (now apart: {decision.because})")
        print_edges(decision.after[:1])
        if decision.before:
            click.echo("  Before:")
            print_edges(decision.before)
        return
    click.echo(f"\nWhat would hold them together no more ({decision.because})")
    print_edges(decision.before)
    if decision.after and decision.after != decision.before:
        click.echo("  Then:")
        print_edges(decision.after)


def _print_records(records: Sequence[dict[str, Any]]) -> None:
    """Side by side: a column a record, a line for what any of them says."""
    if not records:
        return
    names = [name for name in records[0] if name != "record_id" and any(row[name] is not None for row in records)]
    click.echo()
    print_table(
        [(name.replace("_", " "), *(value_text(row[name]) for row in records)) for name in names],
        ["", *(row["record_id"] for row in records)],
    )


def _records(person: Person) -> str:
    named = person.record_ids[:MAX_IDS]
    more = person.records - len(named)
    return _listed(named) + (f" and {more:,} more" if more > 0 else "")


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts)
