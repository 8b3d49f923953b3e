"""The thresholds that hold for a run: the settings', else the match model's, fitted to the data at hand."""

from __future__ import annotations

import duckdb
import msgspec
import pyarrow as pa

from identity.known_shares import known_shares
from identity.match_models import MatchModel
from identity.thresholds import calibrate_thresholds
from models.settings import IdentitySettings


def fit_thresholds(
    model: MatchModel, compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None
) -> MatchModel:
    """The same match model with thresholds for these data: as many records, as much left open.

    ``compared`` has the columns of ``comparison_columns.sql``. Sizes are taken to a power of two, shares to a 32nd and
    thresholds to a half, so that a few more records seldom change them; the order of rows never does.
    """
    known = known_shares(model.settings, compared, connection)
    thresholds = calibrate_thresholds(model.settings, known, compared.num_rows, model.matches_per_record)
    return msgspec.structs.replace(model, thresholds=thresholds)


def link_match_weight(settings: IdentitySettings, model: MatchModel) -> float:
    """From which match weight on pairs may join people: the setting where there is one, else the match model's."""
    chosen: float | None = settings.link_match_weight
    return model.calibrated().link_match_weight if chosen is None else chosen


def keep_match_weight(settings: IdentitySettings, model: MatchModel) -> float:
    """From which match weight on pairs are kept as evidence; never above :func:`link_match_weight` by itself."""
    chosen: float | None = settings.keep_match_weight
    if chosen is not None:
        return chosen
    return min(model.calibrated().keep_match_weight, link_match_weight(settings, model))


def with_thresholds(settings: IdentitySettings, model: MatchModel) -> IdentitySettings:
    """The settings with both thresholds as numbers."""
    return msgspec.structs.replace(
        settings,
        link_match_weight=link_match_weight(settings, model),
        keep_match_weight=keep_match_weight(settings, model),
    )
