"""Random conditions: those of plain XPath, which libxml can judge, and those of the whole language."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS = st.sampled_from(["''", "'a'", "'b'", "'ab'", "'3'", "'2.5'", "'-1'", "${b}"])
NUMBERS = st.sampled_from(["0", "1", "2", "3.5", "10", "${a}"])
COMPARISONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def plain_conditions() -> st.SearchStrategy[str]:
    """Conditions that XPath 1.0 has too, of the number ``${a}`` and the text ``${b}``; divided by 2 and 4 alone."""
    numbers = st.recursive(
        NUMBERS | st.builds("number({})".format, TEXTS) | st.builds("string-length({})".format, TEXTS),
        lambda inner: (
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner)
            | st.builds("({} {})".format, inner, st.sampled_from(["div 2", "div 4", "mod 3"]))
            | st.builds("-{}".format, inner)
        ),
        max_leaves=5,
    )
    values = numbers | TEXTS | st.builds("concat({}, {})".format, TEXTS, TEXTS)
    facts = (
        st.builds("{} {} {}".format, values, COMPARISONS, values)
        | st.builds("{}({}, {})".format, st.sampled_from(["contains", "starts-with"]), TEXTS, TEXTS)
        | st.sampled_from(["true()", "false()"])
    )
    return _joined(facts)


def conditions() -> st.SearchStrategy[str]:
    """Conditions of the whole language, of ``${a}``, ``${b}``, the date ``${d}`` and the repeated ``${r}``."""
    values = st.recursive(
        NUMBERS
        | TEXTS
        | st.sampled_from(["${d}", "${r}", "today()", "now()", "true()", "'2024-02-29'", "'12:30'"]),
        lambda inner: (
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "div", "mod"]), inner)
            | st.builds("{}({})".format, st.sampled_from(_ONE), inner)
            | st.builds("{}({}, {})".format, st.sampled_from(_TWO), inner, inner)
            | st.builds("if({}, {}, {})".format, inner, inner, inner)
            | st.builds(
                "regex({}, '{}')".format, inner, st.sampled_from(["[0-9]+", "(a|b)*", ".{1,4}", "-?.*5"])
            )
        ),
        max_leaves=8,
    )
    return _joined(values | st.builds("{} {} {}".format, values, COMPARISONS, values))


_ONE = [
    "-",
    "not",
    "count-selected",
    "string-length",
    "int",
    "round",
    "number",
    "string",
    "date",
    "count",
    "sum",
]
_TWO = ["selected", "coalesce", "contains", "starts-with", "concat", "round", "min", "max", "sum"]


def _joined(facts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        facts,
        lambda inner: (
            st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
            | st.builds("not({})".format, inner)
        ),
        max_leaves=4,
    )
