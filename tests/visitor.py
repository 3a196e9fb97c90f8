"""A visitor of the web app without a browser: signs in, reads pages, fills in their forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from audit_app.models import User
from audit_app.services.users.sessions import begin_session

TOKEN = re.compile(r'name="csrf_token" (?:type="hidden" )?value="([^"]+)"')


class Visitor(FlaskClient):
    """Flask's client, in step with the test's own session: what the test added is there, what the app did is seen."""

    session: Session | None = None

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        """Commit what the test did, make the request, and let the test see what it changed."""
        if self.session is not None:
            self.session.commit()
        response = super().open(*arguments, **named)
        # Read and closed now, for a body that nobody reads keeps its file or its transaction open.
        response.get_data()
        response.close()
        if self.session is not None:
            self.session.expire_all()
        return response

    def submit(self, path: str, page: str = "", **fields: Any) -> TestResponse:
        """Send the form `fields` to `path` as a browser does: with the token of `page` (or of `path` itself)."""
        return self.post(path, data={"csrf_token": self.token(page or path), **fields})

    def token(self, page: str = "/sign-in") -> str:
        """The token against forged requests that the forms of `page` carry."""
        found = TOKEN.search(self.get(page, follow_redirects=True).text)
        assert found, f"{page} has no form"
        return found[1]


def sign_in(client: Visitor, user: User) -> None:
    """Make `user` the one who is signed in, without the cost of a password."""
    session = client.session
    assert session is not None
    begun = begin_session(session, user, "", "Visitor/1 (Linux)", "127.0.0.1", False, datetime.now(UTC))
    session.commit()
    client.set_cookie("audit_signin", begun.token)
    with client.session_transaction() as kept:
        kept["_user_id"] = user.fs_uniquifier
        kept["_fresh"] = True
