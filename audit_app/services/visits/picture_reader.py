"""Reading a photo: upright, without what its file says of place and camera; for a child process."""

from __future__ import annotations

import io
from datetime import datetime

import imagehash
import pillow_heif
from PIL import ExifTags, Image, ImageOps

from audit_app.services.visits.picture import NoPicture, Picture, Unreadable

MOST_PIXELS = 40_000_000
LONGEST_EDGE, THUMBNAIL_EDGE = 2048, 320
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

pillow_heif.register_heif_opener()
# The size is looked at before anything is decoded, below.
Image.MAX_IMAGE_PIXELS = None


def read_picture(content: bytes) -> Picture:
    """The picture in `content`, turned upright and encoded anew. Raises NoPicture or Unreadable."""
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Exception as error:  # whatever the decoders make of foreign bytes
        raise NoPicture(str(error)) from None
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable(f"It has {image.width} x {image.height} pixels.")
    try:
        taken = _taken(image)
        upright = _without_alpha(ImageOps.exif_transpose(image))
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(str(error)) from None
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    small = upright.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Picture(_jpeg(upright), _jpeg(small), *upright.size, str(imagehash.phash(upright)), taken)


def _taken(image: Image.Image) -> datetime | None:
    """When the camera says that the photo was taken."""
    details = image.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(details.get(ExifTags.Base.DateTimeOriginal, ""))
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, ""))
    for said, pattern in ((text + offset, "%Y:%m:%d %H:%M:%S%z"), (text, "%Y:%m:%d %H:%M:%S")):
        try:
            return datetime.strptime(said, pattern)  # noqa: DTZ007 -- most cameras name no zone
        except ValueError:
            continue
    return None


def _without_alpha(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    """The pixels alone as JPEG: a new image knows nothing of the file that they came from."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()
