"""A trained match model's files in the workspace: the model, its card for machines and for people, frequencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from identity.match_models import MatchModel, match_model_text
from identity.model_cards import ModelCard
from models.errors import UsageError
from pipelines.match_models.pages import card_page

FOLDER = "match_models"
VERSION_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}"


@dataclass(frozen=True)
class ModelFiles:
    """Where the files of one version stand. They are written under other names first, the model last."""

    model: Path
    card: Path
    page: Path
    frequencies: Path

    def new(self, path: Path) -> Path:
        """The name under which a file is written; its folder is made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f".new-{path.name}")


def model_files(folder: Path, version: str) -> ModelFiles:
    """The files of a version that is not there yet.

    Raises:
        UsageError: the version is no name for a file, or there is a model of it: edges name the version, so that
            one version is one model.
    """
    if not re.fullmatch(VERSION_PATTERN, version):
        msg = f"--version {version}: use letters, digits, '_' and '-', first a letter or digit, 63 at most."
        raise UsageError(msg)
    files = ModelFiles(
        model=folder / f"{version}.json",
        card=card_file(folder / f"{version}.json"),
        page=folder / f"{version}.card.html",
        frequencies=folder / f"{version}.frequencies.parquet",
    )
    if files.model.exists():
        msg = f"--version {version}: {files.model} is there already. Name another version, or remove that file first."
        raise UsageError(msg)
    return files


def free_version(folder: Path, wanted: str) -> str:
    """The wanted version, or with the first number behind it that no model has."""
    version, number = wanted, 1
    while (folder / f"{version}.json").exists():
        number += 1
        version = f"{wanted}_{number}"
    return version


def card_file(model: Path) -> Path:
    """Where the card of a model's file stands."""
    return model.with_name(f"{model.stem}.card.json")


def read_card(model: Path) -> ModelCard | None:
    """The card beside a model's file, or None if there is none.

    Raises:
        UsageError: the file is no card.
    """
    path = card_file(model)
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelCard)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        msg = f"{path} is no model card: {str(error).rstrip('.')}. Remove it, or train the model again."
        raise UsageError(msg) from error


def write_model(files: ModelFiles, model: MatchModel, card: ModelCard) -> None:
    """Write everything; the model itself comes last, so that where it stands all stands."""
    text = msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"
    files.new(files.card).write_bytes(text)
    files.new(files.page).write_text(card_page(card), encoding="utf-8")
    files.new(files.model).write_bytes(match_model_text(model))
    if model.frozen_frequencies is not None:
        files.new(files.frequencies).replace(files.frequencies)
    for path in (files.card, files.page, files.model):
        files.new(path).replace(path)
