"""Settings of the API, its upstream and its limits."""

import ipaddress
import re
from pathlib import Path
from typing import Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from slovomat.settings.fields import Names, NotNegative, Positive, Seconds, Zone

_POSTGRES = ("postgresql://", "postgres://")
_VALKEY_SCHEMES = ("valkey://", "valkeys://", "redis://", "rediss://")


class ServiceSettings(BaseModel):
    """What the API, its upstream and its limits are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Where things are.
    data: Path = Field(default=Path(platformdirs.user_data_dir("slovomat")), description="data folder")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65_535, description="port to listen on; 0 takes a free one")
    processes: int = Field(
        default=1, ge=1, le=128, description="processes that share the port, each a node; needs PostgreSQL"
    )
    site: str = Field(default="", description="public URL, without a slash at its end; default: the address")
    database_url: str = Field(
        default="", description="sqlite:///PATH or postgresql://…; default: SQLite in the data folder"
    )
    database_replica_url: str = Field(
        default="", description="a PostgreSQL replica: finished jobs are read from it"
    )
    database_connections: Positive = Field(default=10, description="connections of a node to PostgreSQL")
    database_patience_s: Seconds = Field(default=5, description="for a statement of PostgreSQL; then 503")
    secret: SecretStr = Field(
        default=SecretStr(""), description="64 hex digits that all nodes share; default: a file in data"
    )
    valkey_url: str = Field(default="", description="shares limits between nodes; empty: each node by itself")
    modes_dir: Path | None = Field(default=None, description="folder whose mode files override the packaged")
    time_zone: Zone = Field(
        default="Europe/Moscow", description="whose midnight starts the daily allowance anew"
    )

    # Whom to ask.
    upstream_url: str = Field(default="", description="OpenAI-compatible base URL; empty: the embedded model")
    upstream_key: SecretStr = Field(default=SecretStr(""), description="key of the upstream")
    upstream_model: str = Field(default="gpt-4o", description="model named to the upstream")
    upstream_connect_timeout_s: Seconds = Field(default=10, description="for a connection to the upstream")
    upstream_first_byte_timeout_s: Seconds = Field(default=300, description="for the upstream's first byte")
    upstream_gap_timeout_s: Seconds = Field(default=120, description="longest silence within an answer")
    upstream_total_timeout_s: Seconds = Field(default=600, description="for a whole generation")
    upstream_max_response_bytes: Positive = Field(
        default=16_777_216, description="largest answer taken from the upstream"
    )
    upstream_retries: int = Field(default=2, ge=0, le=10, description="further calls while nothing went out")
    upstream_retry_wait_max_s: Seconds = Field(default=5, description="longest pause before a retry")
    upstream_concurrency: NotNegative = Field(default=0, description="generations at once; 0 no limit")
    upstream_price_prompt_kopecks_per_million: NotNegative = Field(
        default=0, description="what a million tokens of prompts costs you, for the operator's reports"
    )
    upstream_price_completion_kopecks_per_million: NotNegative = Field(
        default=0, description="what a million tokens of answers costs you, for the operator's reports"
    )
    local_model: str = Field(default="", description="embedded model; default: by free memory and disk")
    local_slots: Positive = Field(default=2, description="generations at once of the embedded model")

    # What is sold.
    textbot_price_requests: Positive = Field(default=2, description="price of a generation")
    textbot_max_chars: NotNegative = Field(default=10_000, description="longer texts are cut; 0 no limit")
    chatinfo_price_requests: Positive = Field(default=2, description="price of a generation")
    chatinfo_max_chars: NotNegative = Field(default=5_000, description="longer texts are cut; 0 no limit")
    chatinfo_requests_per_unit: Positive = Field(default=2, description="requests that make one API Unit")
    openai_price_requests: Positive = Field(default=2, description="price of a generation")
    openai_max_chars: NotNegative = Field(
        default=10_000, description="longer conversations are cut; 0 no limit"
    )
    models: Names = Field(default=("gpt-4o",), description="model names shown at /v1/models")
    models_strict: bool = Field(default=False, description="refuse a model that is not shown")
    hide_model: str = Field(default="", description="name put into answers in place of the upstream's")
    cors_origins: Names = Field(default=("*",), description="origins whose pages may call /v1")
    idempotency_hours: Positive = Field(default=24, description="how long a repeat finds the first answer")
    results_days: Positive = Field(default=30, description="how long results of jobs are kept")

    # Limits.
    creates_per_minute: NotNegative = Field(default=1_500, description="per account; a plan's rpm overrides")
    polls_per_minute: NotNegative = Field(default=15_000, description="status calls per account; 0 no limit")
    balances_per_minute: NotNegative = Field(default=500, description="balance calls per account; 0 no limit")
    concurrent_per_account: NotNegative = Field(default=0, description="generations at once; 0 no limit")
    concurrent_direct: Positive = Field(default=4_000, description="chat calls at once, then 503")
    direct_max_bytes: Positive = Field(
        default=268_435_456, description="bodies of chat calls under way, all together; then 503"
    )
    holds_waiting_max: Positive = Field(default=5_000, description="calls waiting for a commit, then 503")
    queue_max_jobs: Positive = Field(default=100_000, description="waiting jobs, then 503")
    bad_keys_per_minute: NotNegative = Field(default=300, description="unknown keys from one address")
    body_max_bytes: Positive = Field(default=1_048_576, description="largest request body, then 413")
    bodies_max_bytes: Positive = Field(
        default=67_108_864, description="bodies half read, all together; then 503"
    )
    json_max_depth: Positive = Field(default=64, description="deepest nesting of a body")
    json_max_values: Positive = Field(default=20_000, description="values in a body, nested ones too")
    headers_max: Positive = Field(default=100, description="headers of a request, then 431")
    headers_max_bytes: Positive = Field(default=65_536, description="a request's line and headers, then 431")
    header_timeout_s: Seconds = Field(default=15, description="for a request's line and headers to arrive")
    body_timeout_s: Seconds = Field(default=60, description="for a request's body to arrive")
    idle_timeout_s: Positive = Field(default=75, description="an idle connection is kept so long")
    request_timeout_s: Seconds = Field(default=600, description="one request, start to end")
    keepalive_s: Seconds = Field(default=15, description="silence after which a stream gets a comment line")
    client_stall_s: Seconds = Field(default=60, description="a client that does not read so long has left")
    connections_max: Positive = Field(default=20_000, description="open connections, then 503")

    # Jobs.
    workers: Positive = Field(default=32, description="generations of jobs at once")
    job_attempts: Positive = Field(default=3, description="upstream calls for a job before it fails")
    job_retry_wait_s: Seconds = Field(default=1, description="before the second attempt; then doubled")
    job_wait_hours: Positive = Field(default=24, description="a job that no worker took so long is released")
    lease_s: Seconds = Field(default=15, description="a node silent so long is dead: its jobs go to others")
    drain_s: float = Field(default=30, ge=0, le=3_600, description="time to finish after SIGTERM")

    # How it speaks.
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least severe event that is logged"
    )
    log_texts: bool = Field(
        default=False, description="put prompts, and the answers of jobs and plain calls, into the log"
    )
    access_log: bool = Field(default=False, description="a log line for every request, not for failures only")
    direct: bool = Field(
        default=True, description="whole requests are answered without ASGI; off only to look for a fault"
    )
    trusted_proxies: Names = Field(
        default=(), description="addresses or networks whose X-Forwarded-For counts"
    )
    currency: str = Field(default="RUB", description="of the price list")

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("site", "upstream_url"):
            value = getattr(self, name)
            if value and not value.startswith(("http://", "https://")):
                raise ValueError(f"{name} must start with http:// or https://")
        if self.valkey_url and not self.valkey_url.startswith(_VALKEY_SCHEMES):
            raise ValueError("valkey_url must start with valkey:// or valkeys://")
        for address in self.trusted_proxies:
            ipaddress.ip_network(address, strict=False)
        if self.database_url and not self.database_url.startswith(("sqlite:", *_POSTGRES)):
            raise ValueError("database_url must start with sqlite:/// or postgresql://")
        if self.database_replica_url and not (
            self.database_replica_url.startswith(_POSTGRES) and self.database_url.startswith(_POSTGRES)
        ):
            raise ValueError("database_replica_url must start with postgresql://, and database_url too")
        secret = self.secret.get_secret_value()
        if secret and not re.fullmatch("[0-9a-f]{64,}", secret):
            raise ValueError("secret must be 64 hexadecimal digits, such as `openssl rand -hex 32` prints")
        return self

    @property
    def database(self) -> Path | str:
        """The SQLite file, or the URL of a PostgreSQL database."""
        if self.database_url.startswith(_POSTGRES):
            return self.database_url
        return self.database_path

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        if self.database_url.startswith("sqlite:"):
            return Path(self.database_url.removeprefix("sqlite:").removeprefix("//"))
        return self.data / "slovomat.db"
