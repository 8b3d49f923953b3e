"""The dialog of ``klantbeeld review``: two records side by side, what speaks for and against, and an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import click

from identity.judgements import Judgement, Verdict
from models.errors import UsageError
from models.lakes import Lake
from models.workspaces import Workspace
from pipelines.commands.evidence_prints import print_edges
from pipelines.commands.options import now, print_facts, shown
from pipelines.decision_files import utc_text
from pipelines.judgements import add_decision, read_judgements
from pipelines.reviews.cards import Card, read_card
from pipelines.reviews.known_answers import KnownAnswers, add_skipped
from pipelines.reviews.questions import MEANINGS, Question

ANSWERS = {"s": "same", "same": "same", "d": "different", "different": "different",
           "k": "skip", "skip": "skip", "q": "quit", "quit": "quit"}  # fmt: skip
VERDICTS: dict[str, Verdict] = {"same": "same", "different": "different"}
WIDTH = 36


def ask(workspace: Workspace, lake: Lake, questions: Sequence[Question], by: str, reveal: bool) -> None:
    """Ask the questions one after the other; each answer is on disk before the next is asked.

    Personal values are masked unless they are to be revealed; whether two are the same is said all the same.

    Raises:
        UsageError: stdin is no terminal, and what stands there is no answer.
    """
    counts = {"same": 0, "different": 0, "skip": 0}
    by = " ".join(by.split())
    answers, known = _read_answers(), KnownAnswers(read_judgements(workspace))
    if not questions:
        click.echo("Nothing to review: all that the evidence leaves open is judged.", err=True)
        return
    for number, question in enumerate(questions, 1):
        pair = question.record_id_a, question.record_id_b
        if known.of(*pair) is not None:
            continue
        _print_card(shown(read_card(lake, question), workspace, reveal), f"{number} of {len(questions)}")
        answer = answers(sum(counts.values()))
        if answer == "quit":
            break
        if answer == "skip":
            add_skipped(workspace, pair)
        elif not _judge(
            workspace, Judgement(*pair, VERDICTS[answer], by, utc_text(now()), f"reviewed: {question.kind}")
        ):
            continue
        else:
            known.add(*pair, VERDICTS[answer])
        counts[answer] += 1
    click.echo()
    print_facts({"judged the same": counts["same"], "judged different": counts["different"], "skipped": counts["skip"]})
    if counts["same"] or counts["different"]:
        click.echo("They count with: klantbeeld run", err=True)


def _judge(workspace: Workspace, judgement: Judgement) -> bool:
    """Whether the judgement was written; one that contradicts others is said, and asked no more for now."""
    try:
        add_decision(workspace, [judgement])
    except UsageError as error:
        click.echo(f"Not written. {error}", err=True)
        return False
    return True


def _read_answers() -> Callable[[int], str]:
    """A function that gives the next answer; it takes how many were given."""
    lines: Iterator[str] = iter(sys.stdin.readline, "")
    is_terminal = sys.stdin.isatty()

    def next_answer(given: int) -> str:
        while True:
            click.echo("Same person? [s]ame, [d]ifferent, s[k]ip, [q]uit: ", nl=not is_terminal)
            line = next(lines, None)
            if line is None:
                if given == 0 and not is_terminal:
                    msg = (
                        "Nobody answers: stdin is no terminal and holds no answers. "
                        "Pipe them in, a line each (same, different, skip, quit), or list the questions with --json."
                    )
                    raise UsageError(msg)
                return "quit"
            answer = ANSWERS.get(line.strip().lower())
            if answer is not None:
                return answer
            if not is_terminal:
                msg = (
                    f"Answer {given + 1} on stdin is none. Write same, different, skip or quit, a line each. "
                    f"The {given} answers before it are kept."
                )
                raise UsageError(msg)

    return next_answer


def _print_card(card: Card, place: str) -> None:
    question = card.question
    click.echo(f"\nQuestion {place} · {question.kind}: {MEANINGS[question.kind]}")
    click.echo(f"{question.because}; {question.moved} records would move if that is wrong")
    click.echo(f"\n  {'':14}  {'A ' + question.record_id_a:{WIDTH}}    B {question.record_id_b}")
    for row in card.rows:
        sign = {None: " ", True: "=", False: "≠"}[row.is_same]
        click.echo(
            f"  {row.comparison.replace('_', ' '):14}  {row.value_l or '-':{WIDTH}}  {sign} {row.value_r or '-'}"
        )
    click.echo("\nWhat speaks for one person, and what against (a point of weight doubles the odds)")
    print_edges(card.edges)
