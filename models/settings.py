"""All settings of a workspace, typed and checked once; unknown keys are refused with a suggestion.

The file is ``klantbeeld.toml``. Secrets are never in it: a setting that ends in ``_env`` names the environment
variable that holds the secret. Every field's meaning and default is documented here and in docs/reference/settings.md.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

from models.errors import UsageError, suggest
from models.identifiers import check_identifiers, custom_identifiers
from models.policies import HouseholdPolicy, Positive, TraitRule, default_identifier_policies, default_trait_rules
from models.policies import IdentifierPolicy as IdentifierPolicy
from models.spark_settings import SparkSettings as SparkSettings

SETTINGS_FILE = "klantbeeld.toml"

NAME_PATTERN = r"^[a-z][a-z0-9_-]{0,62}$"
Share = Annotated[float, Meta(ge=0, le=1)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class _Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class WorkspaceSettings(_Section, frozen=True):
    """What holds for the whole workspace."""

    #: What the workspace is called in reports.
    name: Annotated[str, Meta(min_length=1)] = "klantbeeld"
    #: ISO 3166-1 alpha-2; phone numbers and postcodes without a country are read as this country's.
    default_country: Country = "NL"
    #: ISO 4217; amounts without a currency are read as this.
    default_currency: Currency = "EUR"


class KafkaSettings(_Section, frozen=True):
    """How to reach the Kafka cluster (``log.kind = "kafka"``)."""

    #: Comma-separated host:port.
    bootstrap_servers: str = "localhost:9092"
    #: Copies of each message in the cluster, of topics that are created.
    replication_factor: Positive = 1
    #: How to connect; TLS with SSL and SASL_SSL.
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    #: How to log in, with the SASL protocols.
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    #: Name of the environment variable with the user name.
    username_env: str | None = None
    #: Name of the environment variable with the password.
    password_env: str | None = None
    #: File with the certificate authority's certificates; by default the system's.
    ssl_cafile: str | None = None
    #: How long to wait for a broker before saying that it is down, in seconds.
    connect_timeout_s: Annotated[float, Meta(gt=0)] = 10.0
    #: How long one produce may take, retries included, in seconds.
    delivery_timeout_s: Annotated[float, Meta(gt=0)] = 60.0


class LogSettings(_Section, frozen=True):
    """The event log: topics, partitions, retention and how much may be in flight."""

    #: A SQLite file in the workspace, or a Kafka cluster.
    kind: Literal["embedded", "kafka"] = "embedded"
    #: Topics are this prefix and the event family: klantbeeld.web, .email, .pos, .service, .crm.
    topic_prefix: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]*$")] = "klantbeeld."
    #: Partitions of a topic that is created; an existing topic keeps its own.
    partitions: Annotated[int, Meta(ge=1, le=1024)] = 4
    #: Hours that a message stays in the log; -1 keeps it for ever (the lake then can always be rebuilt).
    retention_hours: Annotated[int, Meta(ge=-1)] = -1
    #: Messages sent and not yet acknowledged; a caller that sends more waits.
    max_in_flight: Positive = 10_000
    #: Append each published change of who is who to the topic identity.changes (after the prefix), on every sync.
    identity_changes: bool = False
    kafka: KafkaSettings = field(default_factory=KafkaSettings)


class LakeSettings(_Section, frozen=True):
    """Where the lake's files and its catalog are."""

    #: A SQLite file in the workspace, or a PostgreSQL database that several machines share.
    catalog: Literal["sqlite", "postgres"] = "sqlite"
    #: Name of the environment variable with the libpq connection string (``catalog = "postgres"``).
    postgres_dsn_env: str = "KLANTBEELD_CATALOG_DSN"
    #: Folder of the Parquet files; relative to the workspace, or absolute.
    data_path: str = "data/lake"
    #: Days that earlier states of the lake can be read (time travel); the published state is kept for ever.
    keep_snapshots_days: Annotated[int, Meta(ge=0)] = 7
    #: Memory that DuckDB may use before it spills to disk, for example "4GB"; empty: DuckDB's own default.
    memory_limit: Annotated[str, Meta(pattern=r"^(\d+(\.\d+)?\s?(KB|MB|GB|TB|KiB|MiB|GiB|TiB))?$")] = ""
    #: Threads of DuckDB; 0: one per core.
    threads: Annotated[int, Meta(ge=0)] = 0


class IngestSettings(_Section, frozen=True):
    """The ingest job."""

    #: The Beam runner, named: the default "DirectRunner" would try to download a binary.
    runner: Literal["FnApiRunner"] = "FnApiRunner"
    #: Messages per Beam element.
    chunk_messages: Annotated[int, Meta(ge=100, le=50_000)] = 5_000
    #: Messages per lake transaction; a longer backlog is taken in several.
    max_messages_per_commit: Annotated[int, Meta(ge=100)] = 100_000
    #: Larger messages go to quarantine unparsed.
    max_message_bytes: Positive = 1_048_576
    #: Events with a time before this date go to quarantine.
    earliest_timestamp: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "1970-01-02"
    #: Events with a time further ahead of their receipt than this go to quarantine.
    max_ahead_hours: Positive = 24


class IdentitySettings(_Section, frozen=True):
    """Who is who."""

    #: What looks at all records: DuckDB on this machine, or Apache Spark ([spark]). Both find the same people.
    backend: Literal["duckdb", "spark"] = "duckdb"
    #: "default" is the model shipped with the product; else a path to a model JSON, relative to the workspace.
    match_model: str = "default"
    #: Pairs at or over this match weight (log2 Bayes factor, prior included) are edges that may join people; by
    #: default what the match model was calibrated to.
    link_match_weight: float | None = None
    #: Pairs at or over this match weight are kept as evidence, also when they join nobody; by default the model's.
    keep_match_weight: float | None = None
    identifiers: dict[str, IdentifierPolicy] = field(default_factory=dict)
    households: HouseholdPolicy = field(default_factory=HouseholdPolicy)

    @property
    def joins_from(self) -> float:
        """``link_match_weight`` as a number.

        Raises:
            ValueError: it is left to the match model: take ``identity.fitted_thresholds.with_thresholds``.
        """
        return _chosen("link_match_weight", self.link_match_weight)

    @property
    def keeps_from(self) -> float:
        """``keep_match_weight`` as a number.

        Raises:
            ValueError: it is left to the match model: take ``identity.fitted_thresholds.with_thresholds``.
        """
        return _chosen("keep_match_weight", self.keep_match_weight)

    def rules(self) -> dict[str, Any]:
        """What decides who is who, as plain values: all but the backend, which finds the same people either way."""
        return {name: value for name, value in msgspec.to_builtins(self).items() if name != "backend"}


def _chosen(name: str, value: float | None) -> float:
    if value is None:
        msg = f"identity.{name} is left to the match model: these settings have no number of their own."
        raise ValueError(msg)
    return value


class ProfileSettings(_Section, frozen=True):
    """Golden records. Traits: given_name, family_name, birth_date, gender, email, phone, and address as a whole."""

    traits: dict[str, TraitRule] = field(default_factory=dict)


class SourceSettings(_Section, frozen=True):
    """One system that sends. Its name (the table's key) is the ``source`` of its events."""

    #: Sends to `klantbeeld collect`, or gives files for `klantbeeld load`.
    kind: Literal["collector", "file"]
    #: collector: environment variable that holds the write key.
    write_key_env: str | None = None
    #: file: the event type that each row (or group of rows) becomes, for example "pos.sale".
    type: str | None = None
    #: file: where ``columns.type`` names a column: value in the file -> event type.
    types: dict[str, str] = field(default_factory=dict)
    #: file: format; by default told from the file name.
    format: Literal["csv", "jsonl", "parquet"] | None = None
    #: file: target field of the envelope -> column of the file, or "= constant". See docs/reference/file-mapping.md.
    columns: dict[str, str] = field(default_factory=dict)
    #: file: keys of external_ids that columns may fill besides the known ones; types of your own always may.
    external_ids: tuple[str, ...] = ()
    #: file: columns that together name one event at the source; by default the event's whole content does.
    key: tuple[str, ...] = ()
    #: file: rows with the same value in this column are one event (the lines of one receipt).
    group_by: str | None = None
    #: file: with group_by, field of one line -> column.
    lines: dict[str, str] = field(default_factory=dict)
    #: file: time zone of timestamps without an offset (IANA name).
    time_zone: str = "UTC"
    #: file: how timestamps are written, in strptime codes, or "unix_s" or "unix_ms"; by default as ISO 8601.
    timestamp_format: str | None = None
    #: file: "," reads 1.234,50 as 1234.50 in the targets that are numbers.
    decimal_separator: Literal[".", ","] = "."
    #: csv: by default whichever of , ; tab | makes the most columns of the header.
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    #: csv and jsonl.
    encoding: Literal["utf-8", "latin-1", "windows-1252"] = "utf-8"


class AudienceSettings(_Section, frozen=True):
    """One audience: a segment, meant for a channel."""

    #: Name of a dbt model in the segments folder.
    segment: str
    #: Where it goes, which decides what suppresses a person; "any" suppresses nobody.
    channel: Literal["email", "phone", "post", "any"] = "email"
    #: Profile columns of the export, besides profile_id.
    columns: tuple[str, ...] = ("email", "given_name", "family_name")
    #: Where it is delivered: files under data/exports.
    destination: Literal["csv"] = "csv"


class GateSettings(_Section, frozen=True):
    """Limits of the quality gates."""

    #: Share of the messages since the last published run that may be in quarantine.
    max_quarantine_share: Share = 0.20
    #: Source records in the largest profile.
    max_records_per_profile: Positive = 200
    #: How much an audience may shrink or grow between two published runs; 1 means to nothing, or to double.
    max_audience_change: Annotated[float, Meta(ge=0)] = 5.0
    #: Audiences smaller than this are not held to max_audience_change.
    min_audience_for_change: Positive = 50
    #: Share of the records published last whose profile id may be another one now.
    max_moved_records_share: Share = 0.10
    #: Share of the profiles published last that may have been merged into others since.
    max_merged_profiles_share: Share = 0.10
    #: With fewer published profiles than this, neither share is held to its limit.
    min_profiles_for_id_shares: Positive = 100


class Settings(_Section, frozen=True):
    """The whole of ``klantbeeld.toml``."""

    workspace: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    log: LogSettings = field(default_factory=LogSettings)
    lake: LakeSettings = field(default_factory=LakeSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    spark: SparkSettings = field(default_factory=SparkSettings)
    profiles: ProfileSettings = field(default_factory=ProfileSettings)
    sources: dict[str, SourceSettings] = field(default_factory=dict)
    audiences: dict[str, AudienceSettings] = field(default_factory=dict)
    gates: GateSettings = field(default_factory=GateSettings)

    def identifier_policies(self) -> dict[str, IdentifierPolicy]:
        """The policy of every identifier type: the workspace's own, else the default."""
        own = {name: policy.effective() for name, policy in self.identity.identifiers.items()}
        return default_identifier_policies() | own

    def trait_rules(self) -> dict[str, TraitRule]:
        """The survivorship rule of every trait: the workspace's own, else the default."""
        return default_trait_rules() | self.profiles.traits

    def source(self, name: str, kind: str | None = None) -> SourceSettings:
        """The settings of one source.

        Raises:
            UsageError: no such source, or it is of another kind.
        """
        if name not in self.sources:
            msg = f"No source named '{name}' in {SETTINGS_FILE}. {suggest(name, self.sources)} Add [sources.{name}]."
            raise UsageError(msg)
        found = self.sources[name]
        if kind is not None and found.kind != kind:
            msg = f"Source '{name}' in {SETTINGS_FILE} is of kind '{found.kind}', this command needs kind '{kind}'."
            raise UsageError(msg)
        own = custom_identifiers(self.identity.identifiers)
        return msgspec.structs.replace(found, external_ids=tuple(sorted({*found.external_ids, *own})))


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file, checked.

    Raises:
        UsageError: no such file, not TOML, an unknown key, or a value of the wrong type; names file and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"No {SETTINGS_FILE} in {path.parent}. Make a workspace with: klantbeeld init {path.parent}"
        raise UsageError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        raise UsageError(msg) from error
    return parse_settings(text, str(path))


def parse_settings(text: str, origin: str = SETTINGS_FILE) -> Settings:
    """The settings in a TOML text; ``origin`` names it in errors. Raises UsageError as :func:`read_settings`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{origin}: not valid TOML: {error}."
        raise UsageError(msg) from error
    _refuse_unknown_keys(raw, Settings, "", origin)
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        msg = f"{origin}: {where.rstrip('`').lstrip('.') or 'settings'}: {what}."
        raise UsageError(msg) from error
    _check_names(settings, origin)
    return settings


def secret(variable: str, purpose: str) -> str:
    """The value of an environment variable that holds a secret.

    Raises:
        UsageError: it is not set; names the variable, never a value.
    """
    value = os.environ.get(variable, "")
    if not value:
        msg = f"Environment variable {variable} is not set; it must hold {purpose}."
        raise UsageError(msg)
    return value


def _refuse_unknown_keys(raw: Any, section: type[Struct], path: str, origin: str) -> None:
    """Walk the raw table beside its type, so that the message can name the key and what was probably meant."""
    if not isinstance(raw, dict):
        return
    hints = get_type_hints(section)
    for key, value in raw.items():
        where = f"{path}.{key}" if path else key
        if key not in hints:
            msg = f"{origin}: unknown setting '{where}'. {suggest(key, hints)}"
            raise UsageError(msg)
        hint = hints[key]
        if isinstance(hint, type) and issubclass(hint, Struct):
            _refuse_unknown_keys(value, hint, where, origin)
        elif get_origin(hint) is dict and isinstance(value, dict):
            inner = get_args(hint)[1]
            if isinstance(inner, type) and issubclass(inner, Struct):
                for name, table in value.items():
                    _refuse_unknown_keys(table, inner, f"{where}.{name}", origin)


def _check_names(settings: Settings, origin: str) -> None:
    for kind, names in (("sources", settings.sources), ("audiences", settings.audiences)):
        for name in names:
            if not re.match(NAME_PATTERN, name):
                msg = f"{origin}: [{kind}.{name}]: a name is lower-case letters, digits, '_' and '-', first a letter."
                raise UsageError(msg)
    traits = default_trait_rules()
    for name, rule in settings.profiles.traits.items():
        if name not in traits:
            msg = f"{origin}: unknown trait 'profiles.traits.{name}'. {suggest(name, traits)}"
            raise UsageError(msg)
        for source in rule.sources:
            if source not in settings.sources:
                where = f"{origin}: profiles.traits.{name}.sources"
                msg = f"{where}: no source '{source}'. {suggest(source, settings.sources)}"
                raise UsageError(msg)
    exported = {name: audience.columns for name, audience in settings.audiences.items()}
    check_identifiers(settings.identity.identifiers, exported, origin)
