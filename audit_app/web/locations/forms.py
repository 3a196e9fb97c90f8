"""The forms of locations and their regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from audit_app.domain.time.clock import Weekday
from audit_app.domain.time.holiday_calendar import countries
from audit_app.models import Location, Region
from audit_app.services.locations.locations import LocationEntry, zones
from audit_app.services.locations.opening_hours import HoursEntry, entered_as, stored_hours
from audit_app.web.edit_conflicts import OpenedForm

COUNTRY_NAMES = Locale("en").territories
NEW_REGION = ("", "A new region")


class LocationForm(OpenedForm):
    """Where a location is, and when it is open."""

    name = StringField("Name", description="As the company calls it; it must be the only one of this name.")
    address = StringField("Postal address", validators=[Optional()])
    region = SelectField(
        "Region", description="Its managers see the location's results.", validate_choice=False
    )
    new_region = StringField("Name of the new region")
    time_zone = SelectField(
        "Time zone", description="For opening hours, and for every time that is shown.", validate_choice=False
    )
    monday = StringField("Monday")
    tuesday = StringField("Tuesday")
    wednesday = StringField("Wednesday")
    thursday = StringField("Thursday")
    friday = StringField("Friday")
    saturday = StringField("Saturday")
    sunday = StringField("Sunday")
    country = SelectField("Closed on the public holidays of", validate_choice=False)
    part = StringField(
        "Part of the country",
        description="Where it has public holidays of its own: its ISO code, such as BY in Germany or NY in the "
        "United States, or its name.",
        validators=[Optional()],
    )
    open_on = TextAreaField(
        "Public holidays on which it opens all the same",
        description="Dates such as 2026-12-24, each on its line.",
        validators=[Optional()],
    )
    closed_on = TextAreaField(
        "Further days on which it is closed",
        description="Dates, or spans such as 2026-07-13 to 2026-08-02, each on its line.",
        validators=[Optional()],
    )

    def offer(self, regions: Sequence[Region]) -> None:
        """Set what can be chosen; a zone that a script entered stays among it."""
        self.region.choices = [*((each.key, each.name) for each in regions), NEW_REGION]
        self.country.choices = [("", "No country"), *_countries()]
        self.time_zone.choices = zone_choices(self.time_zone.data)

    @property
    def days(self) -> list[Any]:
        """The fields of the weekdays."""
        return [self[day.value] for day in Weekday]

    @property
    def entry(self) -> LocationEntry:
        """What was entered, as the services take it."""
        return LocationEntry(
            name=self.name.data or "",
            region=self.region.data or "",
            new_region=self.new_region.data or "",
            address=self.address.data or "",
            time_zone=self.time_zone.data or "",
            hours=HoursEntry(
                weekly={day.value: self[day.value].data or "" for day in Weekday},
                country=self.country.data or "",
                part=self.part.data or "",
                open_on=self.open_on.data or "",
                closed_on=self.closed_on.data or "",
            ),
        )


class RegionForm(OpenedForm):
    """What a region is called."""

    name = StringField("Name")


def entered_about(location: Location) -> dict[str, str]:
    """What the form shows before anything is changed."""
    hours = entered_as(stored_hours(location))
    return {
        "name": location.name,
        "address": location.address,
        "region": location.region.key,
        "time_zone": location.time_zone,
        "country": hours.country,
        "part": hours.part,
        "open_on": hours.open_on,
        "closed_on": hours.closed_on,
        **hours.weekly,
    }


def likely(newest: Location | None) -> dict[str, str]:
    """What the form of a new location shows: what it is likely to have in common with the one entered last."""
    shared = ("region", "time_zone", "country", "part")
    about = entered_about(newest) if newest else {}
    return {name: about[name] for name in shared if name in about}


def country_name(code: str) -> str:
    """The English name of a country."""
    return str(COUNTRY_NAMES.get(code, code))


def zone_choices(chosen: str | None) -> list[tuple[str, str]]:
    """The time zones by their cities, with the one that is chosen, as pairs of value and words."""
    known = sorted({*zones(), *([chosen] if chosen else [])}, key=_city)
    return [("", "Choose a time zone"), *((name, _zone_words(name)) for name in known)]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _zone_words(zone: str) -> str:
    """By the city, because that is what people type into a list: `Stockholm (Europe)`."""
    area = zone.rpartition("/")[0].replace("_", " ")
    return f"{_city(zone)} ({area})" if area else zone


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in countries()), key=lambda pair: pair[1])
