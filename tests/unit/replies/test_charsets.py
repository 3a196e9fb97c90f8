"""Texts whose character set was declared wrongly, not at all, or that lost a byte on their way."""

from __future__ import annotations

import pytest

from probes.replies.charsets import decode
from probes.replies.classify import judge
from probes.replies.quoted import new_text_of
from tests.fictional_mail import SPEECH, mail


@pytest.mark.parametrize(
    ("language", "charset"), [("ru", "koi8-r"), ("ru", "cp1251"), ("he", "cp1255"), ("he", "iso-8859-8")]
)
@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "iso-8859-1", "unknown-8bit"])
def test_an_older_set_is_recognised_whatever_was_declared(language: str, charset: str, declared: str) -> None:
    said = SPEECH[language].answer
    assert decode(said.encode(charset, "replace"), declared) == said.encode(charset, "replace").decode(
        charset
    )


@pytest.mark.parametrize("language", ["de", "fr", "es", "sv"])
def test_western_letters_stay_what_they_are(language: str) -> None:
    said = SPEECH[language].answer
    for declared in ("utf-8", "us-ascii", "iso-8859-1"):
        assert decode(said.encode("cp1252"), declared) == said


def test_one_lost_byte_does_not_spoil_a_text_in_utf_8() -> None:
    said = "Größe 42 ist da, schöne Grüße aus Köln für Sie".encode()
    assert decode(said.replace(b"K\xc3\xb6ln", b"K\xc3ln"), "utf-8").startswith(
        "Größe 42 ist da, schöne Grüße"
    )


def test_an_acknowledgement_in_an_undeclared_set_is_read_and_judged() -> None:
    said = SPEECH["ru"].acknowledgement
    raw = mail("", Content_Type="text/plain", Subject="Re: lampa") + said.encode("koi8-r")
    assert new_text_of(raw).split() == said.split()
    assert judge(raw).verdict == "automatic"


@pytest.mark.parametrize(
    "text",
    [
        "=D0=92=D0=B0=D1=88 =D0=B7=D0=B0=D0=BF=D1=80=D0=BE=D1=81",
        "In-Reply-To: <q@shopper.example>\nMIME-Version: 1.0\n\nVi svarar snart.",
    ],
)
def test_what_is_still_encoded_or_lost_its_headers_is_left_to_a_person(text: str) -> None:
    assert judge(mail(text, Message_ID="")).verdict == "uncertain"
    assert (
        judge(mail("The lamp =3D 89 euros. Message-ID is a header.", Subject="Re: A lamp")).verdict == "human"
    )
