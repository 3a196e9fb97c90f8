"""Typed settings, read from the environment (`AUDIT_…`) and from nowhere else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from audit_app.domain.errors import InvalidInput, reason_of
from audit_app.domain.session_life import SessionLife

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LONGEST_USER_AGENT = 300
SHORTEST_KEEPING = 30
"""Days for which what was answered is kept at least."""


class Settings(BaseSettings):
    """Every setting of the application; docs/administrators/settings.md explains each one."""

    model_config = SettingsConfigDict(env_prefix="AUDIT_", extra="ignore")

    instance: Path = PROJECT_ROOT / "instance"
    """Folder for the embedded database and the generated keys."""
    database_url: str = ""
    """SQLAlchemy address of the database; empty means SQLite inside `instance`."""
    secret_key: SecretStr | None = None
    """Signs sessions; generated into `instance` when not set."""
    encryption_key: SecretStr | None = None
    """Fernet key that seals mailbox passwords and chat states; generated into `instance` when not set."""
    browser: Path | None = None
    """Chromium to drive; when not set, the usual names are searched."""
    browser_url: SecretStr | None = None
    """Browsers that run elsewhere: a DevTools address (http…) or a Playwright server's (ws…)."""
    browser_pages: int = Field(default=50, ge=1, le=500)
    """Most pages that one worker holds open at a time; memory may allow fewer."""
    browser_user_agent: str = ""
    """What the browser calls itself on pages that probes open; empty leaves its own words."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    https: bool = False
    """True when customers reach the web app by HTTPS: cookies become Secure and HSTS is sent."""
    proxies: int = Field(default=0, ge=0, le=8)
    """How many reverse proxies stand in front and report the visitor's address; 0 believes no such report."""
    upload_limit: int = Field(default=16 * 1024 * 1024, ge=1024)
    """Largest request body, in bytes."""
    session_idle_minutes: int = Field(default=720, ge=10)
    """After so long without use a session ends, unless the person chose to stay signed in."""
    session_days: int = Field(default=14, ge=1, le=400)
    """After so long every session ends."""
    public_url: str = ""
    """Where people reach the web app, for links in mail; empty means `host` and `port`."""
    web_workers: int = Field(default=2, ge=1, le=64)
    tick_seconds: float = Field(default=15.0, gt=0, le=60)
    """How often the worker looks for work; at most a minute, so that no target passes unseen."""
    chat_watch_seconds: float = Field(default=300.0, ge=1)
    """How long a chat page is held open after sending before it is saved and closed."""
    keep_days: int = Field(default=730, ge=0)
    """Days after which what others wrote, and pictures of it, are erased; 0 keeps them for ever."""
    least_free_percent: float = Field(default=5.0, ge=0, le=100)
    """Less free space on the disk than this, and the worker pauses and the web app calls itself not ready."""
    log_level: str = "INFO"
    alarm_urls: SecretStr | None = None
    """Apprise addresses, with blanks between, of those who are told when a mailbox or the browser is away."""

    @field_validator("database_url")
    @classmethod
    def _database_is_one_we_know(cls, value: str) -> str:
        if not value:
            return value
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            raise ValueError("is not a database address; write sqlite:///file or postgresql://…") from None
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError(f"names {backend}; only sqlite and postgresql are supported")
        return value

    @field_validator("keep_days")
    @classmethod
    def _replies_can_still_be_rated(cls, value: int) -> int:
        if 0 < value < SHORTEST_KEEPING:
            raise ValueError(
                f"must be at least {SHORTEST_KEEPING} days, so that replies can be rated and questioned, or 0 for ever"
            )
        return value

    @field_validator("log_level")
    @classmethod
    def _level_has_a_name(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("browser_user_agent")
    @classmethod
    def _name_fits_a_header(cls, value: str) -> str:
        if len(value) > LONGEST_USER_AGENT or not re.fullmatch(r"[ -~]*", value):
            raise ValueError(
                f"must be one line of at most {LONGEST_USER_AGENT} letters, digits and signs without accents"
            )
        return value.strip()

    @field_validator("browser_url")
    @classmethod
    def _browser_address_can_be_reached(cls, value: SecretStr | None) -> SecretStr | None:
        written = value.get_secret_value() if value else ""
        if written and not re.fullmatch(r"(https?|wss?)://[^/\s]+(/\S*)?", written):
            raise ValueError("is no address of browsers; write http://host:9222 or ws://host:port/…")
        return value

    @field_validator("public_url")
    @classmethod
    def _address_can_be_linked(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", value):
            raise ValueError("is no address of a web app; write https://audits.example.org")
        return value.rstrip("/")

    @property
    def session_life(self) -> SessionLife:
        """How long sessions last."""
        return SessionLife(timedelta(minutes=self.session_idle_minutes), timedelta(days=self.session_days))

    @property
    def web_address(self) -> str:
        """Where links in our mail lead; never what a request says of itself."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def remote_browser(self) -> str:
        """The address of browsers that run elsewhere; empty when they run here."""
        return self.browser_url.get_secret_value() if self.browser_url else ""

    @property
    def alarm_addresses(self) -> list[str]:
        """The addresses to send alarms to; they may hold passwords, so they are never logged."""
        return self.alarm_urls.get_secret_value().split() if self.alarm_urls else []

    @property
    def database(self) -> str:
        """The address to connect to, with psycopg 3 chosen for PostgreSQL."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'audit.db'}"
        url = make_url(self.database_url)
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @cached_property
    def session_key(self) -> str:
        """The key that signs sessions."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return self._kept("secret.key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def sealing_key(self) -> str:
        """The Fernet key for secrets at rest."""
        if self.encryption_key is not None:
            return self.encryption_key.get_secret_value()
        return self._kept("encryption.key", lambda: Fernet.generate_key().decode())

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        """Read the key `name` from the instance folder, or make it there, readable by its owner only."""
        path = self.instance / name
        try:
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _write_once(path, make())
            return path.read_text().strip()
        except OSError as error:
            raise InvalidInput(
                f"The folder {self.instance} cannot be written ({error.strerror}). "
                "Make it writable, or name another one in AUDIT_INSTANCE."
            ) from error


def _write_once(path: Path, text: str) -> None:
    """Write a new private file; when two processes race, the first one's content stays."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    part.touch(mode=0o600)
    part.write_text(text)
    try:
        path.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def load_settings() -> Settings:
    """Read the settings; raises InvalidInput naming each variable that is wrong and what to do."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"AUDIT_{'_'.join(map(str, item['loc'])).upper()}: {reason_of(item)}" for item in error.errors()
        ]
        raise InvalidInput("Settings are wrong. " + "; ".join(problems)) from None
