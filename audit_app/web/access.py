"""Who may use which route. What is not declared here or at the view is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.database import read_only
from audit_app.domain.errors import NotAllowed
from audit_app.extensions import db
from audit_app.models import RoleName, User

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route: everybody, everybody signed in, or the holders of one of `roles`."""

    public: bool = False
    roles: frozenset[RoleName] = frozenset()

    def admits(self, user: User | None) -> bool:
        """Whether `user` (None: nobody signed in) may use the route."""
        if self.public:
            return True
        return user is not None and (not self.roles or user.is_a(*self.roles))


PUBLIC = Access(public=True)
SIGNED_IN = Access()

LIBRARY_ROUTES: dict[str, Access] = {
    "static": PUBLIC,
    "bootstrap.static": PUBLIC,
    "security.login": PUBLIC,
    "security.logout": SIGNED_IN,
    "security.verify": SIGNED_IN,
    "security.change_password": SIGNED_IN,
}
"""Routes whose views belong to a library, where no decorator can stand."""

WITH_GIVEN_PASSWORD = frozenset({"security.change_password", "security.logout", "security.verify"})
"""What somebody may do whose password an administrator gave, before they have chosen one of their own."""
FIRST_A_NEW_ONE = "Choose a password of your own first; somebody else knows the one you signed in with."

WITHOUT_DATABASE = frozenset({"static", "bootstrap.static", "health.check", "health.ready"})
"""Routes that answer even when the database does not."""


def allow(access: Access) -> Callable[[View], View]:
    """Declare who may use a view; stands directly below its route."""

    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare a view that everybody may use without signing in."""
    return allow(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Declare a view for everybody who is signed in; it shows only what is theirs."""
    return allow(SIGNED_IN)(view)


def roles(*names: RoleName) -> Callable[[View], View]:
    """Declare a view for the holders of one of the roles `names`."""
    return allow(Access(roles=frozenset(names)))


def declared_access(app: Flask, endpoint: str) -> Access | None:
    """Who may use `endpoint`, or None when nobody declared it."""
    if endpoint in LIBRARY_ROUTES:
        return LIBRARY_ROUTES[endpoint]
    return getattr(app.view_functions[endpoint], "access", None)


def user_now() -> User:
    """The person who is signed in; only for views that require it."""
    return cast(User, current_user._get_current_object())


def enforce() -> ResponseReturnValue | None:
    """Refuse the request unless its route admits the user; reading requests cannot write."""
    if request.endpoint in WITHOUT_DATABASE:
        return None
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        read_only(db.session)
    if request.endpoint is None:
        return None
    access = declared_access(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.public:
        return None
    if not current_user.is_authenticated:
        abort(401)
    if user_now().must_change_password and request.endpoint not in WITH_GIVEN_PASSWORD:
        return _choose_own_password()
    if not access.admits(user_now()):
        # People type the bare address; whoever may not see the overview is led to their own first page.
        return redirect(url_for("users.home")) if request.path == "/" else abort(403)
    return None


def _choose_own_password() -> ResponseReturnValue:
    if request.method != "GET" or request.is_json:
        raise NotAllowed(FIRST_A_NEW_ONE)
    return redirect(url_for("security.change_password"))


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(enforce)
