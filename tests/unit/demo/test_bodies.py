"""What a web server sends is closed, whether its reader stays to the end or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audit_app.demo.company.bodies import closing_bodies


class Body:
    """Two pieces, and whether they were closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"one", b"two")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_body_is_closed_also_when_its_reader_goes_away_in_the_middle(pieces: int) -> None:
    body = Body()
    sending = iter(closing_bodies(lambda *_: body)({}, lambda *_: bytes))  # type: ignore[arg-type]
    assert [next(sending) for _ in range(pieces)] == [b"one", b"two"][:pieces]
    del sending
    assert body.closed
