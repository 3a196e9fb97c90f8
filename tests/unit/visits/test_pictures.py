"""Photos as they arrive: right side up, without place and camera, and what is no photo is told from one."""

from __future__ import annotations

import io
import random
import struct
import zlib
from datetime import UTC, datetime

import pytest
from PIL import ExifTags, Image

from audit_app.services.visits.picture import NoPicture, Unreadable
from audit_app.services.visits.picture_reader import read_picture
from audit_app.services.visits.pictures import read_safely

RED, BLUE = (220, 20, 20), (20, 20, 220)
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera that notes an orientation has done to the picture."""


def upright() -> Image.Image:
    """A picture whose upper left quarter alone is red."""
    image = Image.new("RGB", (64, 32), BLUE)
    image.paste(RED, (0, 0, 32, 16))
    return image


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def is_upright(content: bytes) -> bool:
    """Whether the picture is as `upright` made it."""
    image = Image.open(io.BytesIO(content))
    seen = [image.getpixel(place) for place in ((8, 4), (56, 4), (8, 28))]
    reds = [isinstance(pixel, tuple) and pixel[0] > pixel[2] for pixel in seen]
    return image.size == (64, 32) and reds == [True, False, False]


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_is_turned_upright_from_each_of_eight_orientations(orientation: int) -> None:
    turn = TURNS[orientation]
    turned = upright() if turn is None else upright().transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = read_picture(encoded(turned, "JPEG", exif=exif, quality=95))
    assert is_upright(picture.content)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "HEIF"])
def test_other_sorts_of_pictures_are_taken(format: str) -> None:
    picture = read_picture(encoded(upright(), format))
    assert is_upright(picture.content)
    assert (picture.width, picture.height, len(picture.phash)) == (64, 32, 16)


def test_what_shines_through_becomes_white() -> None:
    picture = read_picture(encoded(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(picture.content)).getpixel((8, 8)) == (255, 255, 255)


def with_place() -> bytes:
    """A JPEG that says where, when and with what it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Camera of Anna"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (63.0, 49.0, 30.0)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:30 16:05:09"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+01:00"
    return encoded(upright(), "JPEG", exif=exif, comment=b"of Anna")


def test_place_and_camera_are_gone_and_the_time_is_kept() -> None:
    content = with_place()
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    picture = read_picture(content)
    for kept in (picture.content, picture.thumbnail):
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert b"Anna" not in kept
    assert picture.taken == datetime(2026, 11, 30, 15, 5, 9, tzinfo=UTC)


def test_a_large_photo_is_made_smaller() -> None:
    large = read_picture(encoded(upright().resize((4000, 2000)), "JPEG"))
    assert (large.width, large.height) == (2048, 1024)
    assert max(Image.open(io.BytesIO(large.thumbnail)).size) == 320


def difference(one: Image.Image, other: Image.Image) -> int:
    """How many of the 64 bits of the two hashes differ."""
    hashes = [int(read_picture(encoded(image, "JPEG")).phash, 16) for image in (one, other)]
    return (hashes[0] ^ hashes[1]).bit_count()


def test_the_hash_of_a_smaller_copy_is_nearly_the_same_and_that_of_another_picture_is_not() -> None:
    noise = random.Random(1).randbytes(12 * 9 * 3)  # noqa: S311 -- any picture will do
    picture = Image.frombytes("RGB", (12, 9), noise).resize((1600, 1200), Image.Resampling.BICUBIC)
    assert difference(picture, picture.resize((800, 600))) <= 4
    assert difference(picture, picture.transpose(Image.Transpose.ROTATE_180)) > 16


def png_that_claims(width: int, height: int) -> bytes:
    """About a hundred bytes that say they are a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (10_000, 10_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(width: int, height: int) -> None:
    with pytest.raises(Unreadable):
        read_safely(png_that_claims(width, height))


def test_a_picture_that_breaks_off_cannot_be_read() -> None:
    content = encoded(upright().resize((400, 200)), "JPEG")
    with pytest.raises(Unreadable):
        read_picture(content[: len(content) // 2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#!/bin/sh\necho photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"GIF89a" + b"\0" * 40,
    ],
)
def test_what_is_no_photo_is_told_whatever_its_name(content: bytes) -> None:
    with pytest.raises(NoPicture):
        read_safely(content)
