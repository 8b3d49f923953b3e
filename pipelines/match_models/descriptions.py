"""What a match model says, and what two of them say differently: for the screen and for machines."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from identity.match_models import DEFAULT, MatchModel, match_model_file, read_match_model
from identity.thresholds import Thresholds
from models.errors import UsageError, suggest
from pipelines.match_models.outputs import FOLDER, read_card


@dataclass(frozen=True)
class Level:
    """One level: how often it occurs among matches (m) and among others (u), and what that weighs."""

    comparison: str
    level: str
    m: float
    u: float
    match_weight: float
    adjusts_for: str | None


@dataclass(frozen=True)
class Description:
    """A model: its header, levels and thresholds, and its card where there is one."""

    file: str
    model: MatchModel
    thresholds: Thresholds
    levels: list[Level]
    card: dict[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON. The model's SQL is left out; it stands in its file."""
        return {
            "file": self.file,
            "format": self.model.format,
            "version": self.model.version,
            "trained_on": self.model.trained_on,
            "trained_at": self.model.trained_at,
            "prior_match_weight": self.model.prior_match_weight,
            "thresholds": msgspec.to_builtins(self.thresholds),
            "levels": [asdict(level) for level in self.levels],
            "frozen_frequencies": msgspec.to_builtins(self.model.frozen_frequencies),
            "card": self.card,
        }


@dataclass(frozen=True)
class Difference:
    """A level in two models; null where one has none."""

    comparison: str
    level: str
    a: float | None
    b: float | None

    @property
    def change(self) -> float | None:
        """How much more it weighs in the second."""
        return None if self.a is None or self.b is None else self.b - self.a


def describe_model(name: str, root: Path) -> Description:
    """The model of that name: ``default``, a version in the workspace's ``match_models``, or a file.

    Raises:
        UsageError: there is none, or it is no match model.
    """
    path = find_model(name, root)
    model = read_match_model(DEFAULT if path is None else str(path), Path())
    # Their hash is looked at here, so that a model is shown whole or not at all.
    file = match_model_file(DEFAULT if path is None else str(path), Path())
    model.frequencies(file.parent)
    card = None if path is None else read_card(path)
    return Description(
        file=file.name if path is None else str(path),
        model=model,
        thresholds=model.calibrated(),
        levels=[
            Level(
                comparison=str(comparison["output_column_name"]),
                level=str(level["label_for_charts"]),
                m=level["m_probability"],
                u=level["u_probability"],
                match_weight=math.log2(level["m_probability"] / level["u_probability"]),
                adjusts_for=level.get("tf_adjustment_column"),
            )
            for comparison in model.settings["comparisons"]
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        ],
        card=None if card is None else msgspec.to_builtins(card, str_keys=True),
    )


def find_model(name: str, root: Path) -> Path | None:
    """The file that a name stands for; None for the shipped model.

    Raises:
        UsageError: no such model; says which there are.
    """
    if name == DEFAULT:
        return None
    folder = root / FOLDER
    for path in (folder / f"{name}.json", root / name, Path(name)):
        if path.is_file():
            return path
    known = [DEFAULT, *(path.stem for path in sorted(folder.glob("*.json")) if not path.stem.endswith(".card"))]
    msg = f"No match model '{name}'. {suggest(name, known)} Or name its file."
    raise UsageError(msg)


def compare_levels(one: Description, other: Description) -> list[Difference]:
    """Every level of either model, in the order of the first, then what only the second has."""
    first = {(level.comparison, level.level): level.match_weight for level in one.levels}
    second = {(level.comparison, level.level): level.match_weight for level in other.levels}
    return [
        Difference(comparison, level, first.get((comparison, level)), second.get((comparison, level)))
        for comparison, level in dict.fromkeys([*first, *second])
    ]
