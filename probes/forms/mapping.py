"""Forms that words alone do not explain: a file says which field is which. README.md explains it for people."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from probes.base import OurFailure


class Part(BaseModel):
    """A part of a mapping: frozen, and strict about names, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MappedField(Part):
    """One field, known by its whole label or a part of it, and what goes into it.

    `value` is a meaning such as `email` or `order_number`, written in braces, or plain text; for a choice the text
    of the option. `leave` leaves the field as it is.
    """

    label: str = Field(min_length=1)
    value: str = ""
    leave: bool = False

    @model_validator(mode="after")
    def _says_what_to_do(self) -> MappedField:
        if bool(self.value) == self.leave:
            raise ValueError("a field has either a value or leave: true")
        return self


class Mapping(Part):
    """What is special about one form. All of it is optional; the usual rules hold for the rest."""

    name: str = Field(min_length=1)
    fields: tuple[MappedField, ...] = ()
    send: str = ""
    next: str = ""
    success: tuple[str, ...] = ()

    def field_for(self, names: tuple[str, ...]) -> MappedField | None:
        """Return what the mapping says of a field that is called by any of `names`."""
        said = [name.casefold() for name in names]
        return next(
            (each for each in self.fields if any(each.label.casefold() in name for name in said)), None
        )


NO_MAPPING = Mapping(name="none")


@cache
def load_mapping(name: str) -> Mapping:
    """Read mappings/<name>.yaml; an empty name is the empty mapping. Raises OurFailure naming what is wrong."""
    if not name:
        return NO_MAPPING
    file = files("probes.forms") / "mappings" / f"{name}.yaml"
    if not name.replace("-", "").replace("_", "").isalnum() or not file.is_file():
        known = ", ".join(mapping_names()) or "none yet"
        raise OurFailure(f"There is no form mapping called “{name}”: probes/forms/mappings/ has {known}.")
    return parse_mapping(file.read_text("utf-8"), f"probes/forms/mappings/{name}.yaml")


def parse_mapping(text: str, where: str) -> Mapping:
    """Read a mapping from YAML that stands in `where`. Raises OurFailure naming what is wrong."""
    try:
        return Mapping.model_validate(yaml.safe_load(text))
    except (
        yaml.YAMLError,
        ValueError,
        RecursionError,
    ) as error:  # also an impossible date, and a thousand brackets
        raise OurFailure(f"The form mapping in {where} cannot be used: {error}") from error


def mapping_names() -> list[str]:
    """List the mappings that are there."""
    folder = files("probes.forms") / "mappings"
    found = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))
