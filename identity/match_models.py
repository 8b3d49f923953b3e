"""Match models as files: the trained probabilities of a Splink model, with a header that says where they come from."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from models.errors import UsageError

FORMAT = 1
DEFAULT = "default"
DEFAULT_FILE = Path(__file__).parent / "match_models" / "people_v1.json"


class MatchModel(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A trained match model. ``settings`` is Splink's own settings JSON; the other fields are ours."""

    #: Version of this file's layout.
    format: int
    #: Name of the model; stands on every edge that it scored.
    version: str
    #: What it was trained on, in words.
    trained_on: str
    #: ISO date.
    trained_at: str
    #: Per column with a term-frequency adjustment, the chance that two random people agree on it (sum of squared
    #: shares): what is believed of a value before the data have been counted.
    typical_frequencies: dict[str, float]
    settings: dict[str, Any]

    @property
    def prior_match_weight(self) -> float:
        """log2 odds that two random records are one person's, before anything is compared."""
        chance = self.settings["probability_two_random_records_match"]
        return math.log2(chance / (1 - chance))

    def with_prior(self, probability: float) -> MatchModel:
        """The same model with another probability that two random records match."""
        changed = self.settings | {"probability_two_random_records_match": probability}
        return msgspec.structs.replace(self, settings=changed)


def read_match_model(name: str = DEFAULT, folder: Path | None = None) -> MatchModel:
    """The match model that the setting ``identity.match_model`` names.

    ``default`` is the shipped model; any other name is a path, relative to ``folder`` (the workspace).

    Raises:
        UsageError: no such file, not a match model, or one of another format; names the file.
    """
    path = match_model_file(name, folder)
    try:
        model = msgspec.json.decode(path.read_bytes(), type=MatchModel)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        msg = f"identity.match_model: {path} is no match model: {error}."
        raise UsageError(msg) from error
    _check(model, path)
    return model


def match_model_file(name: str = DEFAULT, folder: Path | None = None) -> Path:
    """The file of the match model that :func:`read_match_model` would read.

    Raises:
        UsageError: no such file.
    """
    path = DEFAULT_FILE if name == DEFAULT else (folder or Path()) / name
    if not path.is_file():
        msg = f"identity.match_model: no file {path}. Name a match model's JSON file, or '{DEFAULT}'."
        raise UsageError(msg)
    return path


def write_match_model(model: MatchModel, path: Path) -> None:
    """Write the model as indented JSON with sorted keys, so that two versions can be compared line by line."""
    text = msgspec.json.format(msgspec.json.encode(model, order="sorted"), indent=2)
    path.write_bytes(text + b"\n")


def _check(model: MatchModel, path: Path) -> None:
    if model.format != FORMAT:
        msg = f"identity.match_model: {path} has format {model.format}, this release reads {FORMAT}. Train it again."
        raise UsageError(msg)
    untrained = [
        f"{comparison['output_column_name']}: {level['label_for_charts']}"
        for comparison in model.settings.get("comparisons", [])
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level") and not {"m_probability", "u_probability"} <= level.keys()
    ]
    if untrained or not model.settings.get("comparisons"):
        what = ", ".join(untrained) or "everything"
        msg = f"identity.match_model: {path} lacks the trained probabilities of {what}. Train it again."
        raise UsageError(msg)
