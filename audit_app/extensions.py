"""The Flask extensions, made once and bound to an application by `create_app`."""

from __future__ import annotations

from typing import Any

from flask_bootstrap import Bootstrap5
from flask_security import FSQLALiteUserDatastore, PasswordUtil, Security
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from audit_app.models import Role, User
from audit_app.services.users.passwords import WeakPassword, check_password

db = SQLAlchemy()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
user_datastore = FSQLALiteUserDatastore(db, User, Role)


class PasswordRule(PasswordUtil):
    """Says of a new password what `check_password` says of it, where the library asks."""

    def validate(self, password: str, is_register: bool, **named: Any) -> tuple[list[str] | None, str]:
        """The reasons against a password (None: there are none), and the password in its one form."""
        try:
            check_password(db.session, password, named["user"])
        except WeakPassword as weak:
            return [str(weak)], password
        return None, self.normalize(password)


security = Security(datastore=user_datastore, register_blueprint=True, password_util_cls=PasswordRule)
