"""Are the rules for judging mail there? Without them every reply would wait for a person, and nobody would know why."""

from __future__ import annotations

from audit_app.domain.errors import InvalidInput
from probes.replies.phrases import LanguageFileError, check, languages


def check_mail_rules() -> int:
    """Read the phrases of all languages and return how many languages there are. Raises InvalidInput on a broken file."""
    try:
        check()
    except LanguageFileError as error:
        raise InvalidInput(f"Mail cannot be judged. {error}") from error
    return len(languages())
