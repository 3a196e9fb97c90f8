"""The Flask extensions, made once and bound to an application by `create_app`."""

from __future__ import annotations

from typing import Any

from flask_bootstrap import Bootstrap5
from flask_security import FSQLALiteUserDatastore, PasswordUtil, RoleMixin, Security, UserMixin
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from audit_app.models import Role, User
from audit_app.services.users.passwords import WeakPassword, check_password


def _serving(model: type[Any], mixin: type[Any]) -> type[Any]:
    """The model, to which what Flask-Security asks of it is added.

    Only where pages are served: the worker and the command line, which use the same models, need not import it.
    """
    model.__bases__ = (*model.__bases__, mixin)
    return model


db = SQLAlchemy()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
user_datastore = FSQLALiteUserDatastore(db, _serving(User, UserMixin), _serving(Role, RoleMixin))


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
