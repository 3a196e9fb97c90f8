"""What the headers promise about every answer."""

from __future__ import annotations

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.config import Settings
from tests.factories import PASSWORD
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_no_script_or_style_from_elsewhere_or_from_within_a_page_runs(client: Visitor) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_are_kept_in_no_cache(client: Visitor) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_errors_carry_the_headers_too(client: Visitor) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_behind_https_cookies_are_secure_and_browsers_told_to_stay(
    app: Flask, settings: Settings, magnus
) -> None:
    secure = create_app(settings.model_copy(update={"https": True}))
    secure.test_client_class = Visitor
    client = secure.test_client()
    token = client.token("https://localhost/sign-in")

    answer = client.post(
        "https://localhost/sign-in",
        data={"csrf_token": token, "email": magnus.email, "password": PASSWORD, "remember": "y"},
        headers={"Referer": "https://localhost/sign-in"},
    )

    assert answer.location == "/home"
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_proxy_is_believed_only_when_the_settings_name_it(app: Flask, settings: Settings) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "audit.example"}
    proxied = create_app(settings.model_copy(update={"proxies": 1}))

    seen = {}
    for name, made in (("plain", app), ("proxied", proxied)):

        @made.before_request
        def look(name: str = name) -> None:
            from flask import request

            seen[name] = (request.remote_addr, request.url)

        made.test_client().get("/healthz", headers=told).close()

    assert seen == {
        "plain": ("127.0.0.1", "http://localhost/healthz"),
        "proxied": ("192.0.2.7", "https://audit.example/healthz"),
    }
