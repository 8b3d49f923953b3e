"""Match models as files: the trained probabilities of a Splink model, with a header that says where they come from."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import Struct

from identity.frozen_frequencies import FrozenFrequencies, read_frequencies
from identity.model_checks import settings_fault
from identity.thresholds import Thresholds, calibrate_thresholds
from models.errors import UsageError

FORMAT = 2
FORMATS = (1, 2)
"""What this release reads. Format 1 has neither thresholds nor frozen frequencies."""

DEFAULT = "default"
DEFAULT_FILE = Path(__file__).parent / "match_models" / "people_v1.json"

ASSUMED_KNOWN = 0.75
"""In what share of pairs a comparison can be made, where the file says nothing about the data."""


class MatchModel(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
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
    #: From which match weight on pairs link and are kept, for data like those it was trained on.
    thresholds: Thresholds | None = None
    #: How many other records of its person a record has, on average: a power of two.
    matches_per_record: float = 1.0
    #: How common values were in the data that it was trained on, where that was frozen.
    frozen_frequencies: FrozenFrequencies | None = None

    @property
    def prior_match_weight(self) -> float:
        """log2 odds that two random records are one person's, before anything is compared."""
        chance = self.settings["probability_two_random_records_match"]
        return math.log2(chance / (1 - chance))

    def of_records(self, records: int) -> MatchModel:
        """The same model with the probability that two random ones of so many records match."""
        probability = self.matches_per_record * prior_probability(records)
        changed = self.settings | {"probability_two_random_records_match": probability}
        return msgspec.structs.replace(self, settings=changed)

    def calibrated(self) -> Thresholds:
        """The thresholds; where the file has none (format 1), worked out for ordinary data of the size trained on."""
        if self.thresholds is not None:
            return self.thresholds
        known = {str(comparison["output_column_name"]): ASSUMED_KNOWN for comparison in self.settings["comparisons"]}
        records = round(1 / self.settings["probability_two_random_records_match"])
        return calibrate_thresholds(self.settings, known, records, self.matches_per_record)

    def frequencies(self, folder: Path) -> pa.Table | None:
        """The frozen frequencies (``identity.frozen_frequencies.FROZEN``), or None where the model has none.

        Args:
            folder: where the match model's file lies.

        Raises:
            UsageError: their file is not there, or is not the one that was frozen.
        """
        return None if self.frozen_frequencies is None else read_frequencies(self.frozen_frequencies, folder)


def prior_probability(records: int) -> float:
    """The chance that two random ones of so many records are one person's, if each has one other of its person.

    Rounded to a power of two, so that weights stay as they are until the data have doubled.
    """
    return 2.0 ** -round(math.log2(max(records, 64)))


class _Header(Struct, frozen=True):
    """What every format has; read first, so that another format is called just that."""

    format: int


def read_match_model(name: str = DEFAULT, folder: Path | None = None) -> MatchModel:
    """The match model that the setting ``identity.match_model`` names.

    ``default`` is the shipped model; any other name is a path, relative to ``folder`` (the workspace).

    Raises:
        UsageError: no such file, not a match model, or one of another format; names the file and the field.
    """
    path = match_model_file(name, folder)
    data = path.read_bytes()
    try:
        header = msgspec.json.decode(data, type=_Header)
        if header.format not in FORMATS:
            msg = (
                f"identity.match_model: {path} has format {header.format}, this release reads "
                f"{' and '.join(map(str, FORMATS))}. Train it again."
            )
            raise UsageError(msg)
        model = msgspec.json.decode(data, type=MatchModel)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        msg = f"identity.match_model: {path} is no match model: {str(error).rstrip('.')}."
        raise UsageError(msg) from error
    fault = settings_fault(model.settings, model.typical_frequencies)
    if fault is not None:
        msg = f"identity.match_model: {path} {fault}. Train it again."
        raise UsageError(msg)
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


def match_model_text(model: MatchModel) -> bytes:
    """The model as indented JSON with sorted keys, so that two versions can be compared line by line."""
    return msgspec.json.format(msgspec.json.encode(model, order="sorted"), indent=2) + b"\n"


def write_match_model(model: MatchModel, path: Path) -> None:
    """Write the model as :func:`match_model_text`."""
    path.write_bytes(match_model_text(model))
