"""Column types that keep the promises the rest of the code relies on."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Dialect

from audit_app.domain.errors import AuditError


class Instant(sa.TypeDecorator[datetime]):
    """An instant in UTC; refuses a time without a zone, and always returns an aware one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; instants are stored in UTC")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(sa.TypeDecorator[Fraction]):
    """An exact rational number, kept as the text `numerator/denominator`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, _dialect: Dialect) -> str | None:
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Fraction | None:
        return None if value is None else Fraction(value)


class SealBroken(AuditError):
    """A sealed value does not open with the key of this process."""


_seal: list[Fernet] = []


def use_sealing_key(key: str) -> None:
    """Seal and open secrets of this process with the Fernet key `key`; raises SealBroken if it is none."""
    try:
        _seal[:] = [Fernet(key)]
    except ValueError as error:
        raise SealBroken(
            "AUDIT_ENCRYPTION_KEY is not a Fernet key (32 bytes in URL-safe base64, 44 characters)."
        ) from error


class Sealed(sa.TypeDecorator[str]):
    """Text encrypted at rest with Fernet (AES-128-CBC and HMAC-SHA-256)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else _seal[0].encrypt(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _seal[0].decrypt(value).decode()
        except InvalidToken as error:
            raise SealBroken(
                "A stored secret was sealed with another key. Set AUDIT_ENCRYPTION_KEY to the key it was made with."
            ) from error


def words(enum: type[StrEnum], length: int = 24) -> sa.Enum:
    """A column for `enum` that stores its values as readable text on both databases."""
    return sa.Enum(
        enum,
        native_enum=False,
        length=length,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


Json = sa.JSON(none_as_null=True)
JsonObject = dict[str, Any]
