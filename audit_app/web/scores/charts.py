"""Charts, drawn on the server as SVG: one Altair specification each, no script in the browser.

Altair takes only colours that it can check, and the page decides on light and dark. So each colour of the theme has
a stand-in of its own in the specification, which is exchanged in the finished drawing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from audit_app.domain.probes.response_time import InTime
from audit_app.domain.scores.policy import Policy, TargetHours
from audit_app.services.scores.facts import ProbeFact
from audit_app.services.scores.trends import ResponseWeek

THEME = {
    "#010101": "currentColor",
    "#010102": "var(--line)",
    "#010103": "var(--good)",
    "#010104": "var(--late)",
    "#010105": "var(--never)",
    "#010106": "var(--accent)",
    "#010107": "var(--text-soft)",
}
"""Stand-in in the specification → what the page's style sheet colours it with."""

INK, GRID, GOOD, LATE, NEVER, ACCENT, SOFT = THEME

KINDS = ("in_time", "late", "never", "cannot_tell")
"""What a point of the response times says by shape and colour: filled dot, hollow dot, cross, hollow diamond."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a drawing is, in CSS pixels, and how many dates fit below it."""

    name: str
    width: int
    height: int
    labels: int


SIZES = (Size("wide", 860, 240, 8), Size("narrow", 320, 240, 4))
"""One drawing for screens and one for phones; text that shrinks with the drawing could not be read."""


def response_time_chart(
    weeks: Sequence[ResponseWeek], policy: Policy, zone: ZoneInfo, summary: str, *, unfinished: bool = False
) -> Markup:
    """Draw every probe by the day it was sent and the hours until the answer, with the median of four weeks.

    Where the last week is `unfinished` the line to it is dashed.

    Lines stand at the stretch and the target of the probes, those of the policy where there are none. Whoever never
    had an answer is a cross at the longest cut-off. `summary` says in words what there is to see.
    """
    spec = _specification(weeks, policy, zone, unfinished=unfinished)
    drawings = [_drawing(_sized(spec, weeks, size, zone), size, summary) for size in SIZES]
    return Markup("").join(drawings)


def _specification(
    weeks: Sequence[ResponseWeek], policy: Policy, zone: ZoneInfo, *, unfinished: bool
) -> dict[str, Any]:
    targets = {probe.target for week in weeks for probe in week.probes} or {policy.hours}
    cutoff = float(max(target.cutoff for target in targets))
    chart = alt.layer(
        _limits(targets, cutoff),
        _medians(weeks, zone, cutoff, unfinished=unfinished),
        _probes(weeks, zone, cutoff),
    )
    chart = chart.configure(background="transparent", font="inherit", padding=4)
    chart = chart.configure_view(stroke=None).configure_axis(
        labelColor=INK, domainColor=GRID, tickColor=GRID, gridColor=GRID, labelFontSize=12, labelPadding=6
    )
    # Altair has checked each part already as it was made.
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification


def _limits(targets: Collection[TargetHours], cutoff: float) -> alt.Chart:
    hours = {float(each) for target in targets for each in (target.stretch, target.target)}
    limits = [{"hours": each} for each in sorted(hours)]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=limits))
        .mark_rule(strokeDash=[5, 4], color=SOFT, strokeWidth=1.25)
        .encode(y=_hours_axis(hours, cutoff))
    )
    return chart


def _hours_axis(hours: Collection[float], cutoff: float) -> alt.Y:
    ticks = sorted({0.0, cutoff / 5, *hours, cutoff * 3 / 4, cutoff})
    axis = alt.Axis(
        values=ticks, labelExpr=f"datum.value >= {cutoff} ? 'never' : datum.value + ' h'", ticks=False
    )
    return alt.Y("hours:Q", title=None, scale=alt.Scale(domain=[0, cutoff]), axis=axis)


def _medians(weeks: Sequence[ResponseWeek], zone: ZoneInfo, cutoff: float, *, unfinished: bool) -> alt.Chart:
    rows = [
        {
            "at": _local(row.week.start + (row.week.end - row.week.start) / 2, zone),
            "hours": _height(row.median, cutoff),
        }
        for row in weeks
        if row.median_n
    ]
    whole = rows[:-1] if unfinished and rows and weeks[-1].median_n else rows
    parts = [{**row, "part": "whole"} for row in whole]
    if whole is not rows:
        parts += [{**row, "part": "unfinished"} for row in rows[-2:]]
    dashes = alt.Scale(domain=["whole", "unfinished"], range=[[1, 0], [4, 4]])
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=parts))
        .mark_line(color=ACCENT, strokeWidth=2, interpolate="linear", opacity=0.85)
        .encode(x="at:T", y="hours:Q", strokeDash=alt.StrokeDash("part:N", scale=dashes, legend=None))
    )
    return chart


def _probes(weeks: Sequence[ResponseWeek], zone: ZoneInfo, cutoff: float) -> alt.Chart:
    rows = [
        {
            "at": _local(probe.at, zone),
            "hours": _height(probe.hours, cutoff),
            "kind": _kind(probe),
        }
        for row in weeks
        for probe in row.probes
    ]
    # Without any of a kind the legend's order would move; the domain is always all of them.
    colours, shapes = [GOOD, LATE, NEVER, SOFT], ["circle", "circle", "M-1,-1L1,1M1,-1L-1,1", "diamond"]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(size=36, strokeWidth=1.6, opacity=0.9)
        .encode(
            x=alt.X("at:T", title=None, scale=alt.Scale(type="utc")),
            y="hours:Q",
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=KINDS, range=shapes), legend=None),
            stroke=alt.Stroke("kind:N", scale=alt.Scale(domain=KINDS, range=colours), legend=None),
            fill=alt.Fill(
                "kind:N",
                scale=alt.Scale(domain=KINDS, range=[GOOD, "transparent", "transparent", "transparent"]),
                legend=None,
            ),
        )
    )
    return chart


def _kind(probe: ProbeFact) -> str:
    if probe.in_time is None or not probe.answered:
        return "never"
    return {InTime.MET: "in_time", InTime.BREACHED: "late", InTime.CANNOT_TELL: "cannot_tell"}[probe.in_time]


def _height(hours: Fraction | None, cutoff: float) -> float:
    return cutoff if hours is None else min(cutoff, round(float(hours), 3))


def _local(instant: datetime, zone: ZoneInfo) -> str:
    """The local time written as if it were UTC, so that the axis shows local days wherever it is drawn."""
    return instant.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _sized(spec: dict[str, Any], weeks: Sequence[ResponseWeek], size: Size, zone: ZoneInfo) -> dict[str, Any]:
    """The specification for one size: the same drawing, with as many dates as there is room for."""
    step = -(-len(weeks) // size.labels)
    dates = [_local(row.week.start, zone) for row in weeks[::step]]
    ends = [_local(weeks[0].week.start, zone), _local(weeks[-1].week.end - timedelta(seconds=1), zone)]
    axis = {
        "values": [{"expr": f"toDate('{date}')"} for date in dates],
        "format": "%-d %b",
        "grid": False,
        "labelOverlap": False,
    }
    layers = [*spec["layer"]]
    points = layers[-1]
    x = {**points["encoding"]["x"], "axis": axis, "scale": {"type": "utc", "domain": ends}}
    layers[-1] = {**points, "encoding": {**points["encoding"], "x": x}}
    return {
        **spec,
        "layer": layers,
        "width": size.width,
        "height": size.height,
        "autosize": {"type": "fit", "contains": "padding"},
    }


def _drawing(spec: dict[str, Any], size: Size, summary: str) -> Markup:
    svg = vl_convert.vegalite_to_svg(spec)
    for stand_in, colour in THEME.items():
        svg = svg.replace(f'"{stand_in}"', f'"{colour}"')
    # To a screen reader the drawing is one picture with a text; the roles of its parts would contradict that.
    svg = re.sub(r' (?:role|aria-[a-z]+|xmlns:xlink|class)="[^"]*"', "", svg)
    head = f'<svg class="chart-{size.name}" role="img" aria-label="{escape(summary)}" focusable="false" '
    return Markup(svg.replace("<svg ", head, 1))  # noqa: S704 -- Vega escapes the texts, and all are ours
