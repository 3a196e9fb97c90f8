"""What answers to a checklist earn, which are refused, and what a visit still lacks."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from audit_app.domain.checklists.checklist import (
    Answer,
    Checklist,
    canonical_json,
    content_hash,
    critical_failures,
    missing,
    parse_answer,
    question_results,
    read_answer,
    stored_answer,
    tally,
    wants_note,
)
from audit_app.domain.checklists.question import Prices, Question
from audit_app.domain.errors import InvalidInput
from audit_app.domain.scores.scoring import visit_score
from tests.small_checklist import small_form

NA = Answer(not_applicable=True)


def question(kind: str, **fields: Any) -> Question:
    """A question of a kind with what every question must have."""
    return TypeAdapter(Question).validate_python({"key": "q", "type": kind, "text": "Is it so?", **fields})


def checklist(*sections: tuple[int, list[dict[str, Any]]]) -> Checklist:
    """A checklist of sections, each a weight and yes/no questions of which the fields are given."""
    return Checklist.model_validate(
        {
            "key": "shop",
            "title": "Shop",
            "summary": "A visit.",
            "language": "en",
            "channel": "in_person",
            "sections": [
                {
                    "key": f"s{i}",
                    "title": f"Section {i}",
                    "weight": weight,
                    "questions": [
                        {"key": f"q{i}{j}", "type": "yes_no", "text": "Is it so?", **fields}
                        for j, fields in enumerate(questions)
                    ],
                }
                for i, (weight, questions) in enumerate(sections)
            ],
        }
    )


def test_the_worked_example_scores_78_625() -> None:
    """Reference numbers, visit 1: 3 of 5; 6.5 of 8 with one N/A left out; 5 of 4 with a bonus, capped."""
    form = checklist(
        (30, [{"points": 3}, {"points": 2}]),
        (50, [{"points": 6.5}, {"points": 1.5}, {"points": 2}]),
        (20, [{"points": 4}, {"points": 1, "bonus": True}]),
    )
    answers = {key: Answer("yes") for key in ("q00", "q10", "q20", "q21")}
    answers |= {"q01": Answer("no"), "q11": Answer("no"), "q12": NA}
    sections = tally(form, answers)
    assert [(s.weight, s.earned, s.possible) for s in sections] == [
        (30, 3, 5),
        (50, Fraction("6.5"), 8),
        (20, 5, 4),
    ]
    score = visit_score(sections)
    assert score is not None
    assert score.value == Fraction("78.625")
    assert [section.points for section in score.sections] == [18, Fraction("40.625"), 20]


@pytest.mark.parametrize(
    ("kind", "fields", "raw", "points"),
    [
        ("yes_no", {"points": 3}, "yes", 3),
        ("yes_no", {"points": 3}, False, 0),
        ("yes_no", {"points": 3, "good": "no"}, "no", 3),
        ("scale", {"points": 2, "labels": ["a", "b", "c", "d"]}, 1, 0),
        ("scale", {"points": 2, "labels": ["a", "b", "c", "d"]}, "2", Fraction(2, 3)),
        ("scale", {"points": 2, "labels": ["a", "b", "c", "d"]}, 4, 2),
        ("number", {"bands": [{"up_to": 3, "points": 4}, {"up_to": 5, "points": 2}]}, 3, 4),
        ("number", {"bands": [{"up_to": 3, "points": 4}, {"up_to": 5, "points": 2}]}, 4, 2),
        ("number", {"bands": [{"up_to": 3, "points": 4}, {"up_to": 5, "points": 2}]}, 6, 0),
        ("number", {"bands": [{"up_to": 3, "points": 0}, {"points": 2}]}, 6, 2),
        ("number", {}, 6, 0),
        ("text", {}, "a remark", 0),
        ("price_pair", {"points": 5}, {"shelf": "12.90", "till": "12.90"}, 5),
        ("price_pair", {"points": 5}, {"shelf": "12.90", "till": "9,90"}, 5),
        ("price_pair", {"points": 5}, ["12.90", "12.91"], 0),
    ],
)
def test_an_answer_earns_its_points(kind: str, fields: dict[str, Any], raw: object, points: Fraction) -> None:
    """Each kind of question, at its best, its worst and between."""
    assert question(kind, **fields).earned(raw) == points


def test_a_choice_earns_the_points_of_its_option() -> None:
    """The best option sets what was possible."""
    asked = question(
        "choice",
        options=[{"key": "no", "text": "No", "points": "1/3"}, {"key": "all", "text": "All", "points": 2}],
    )
    assert (asked.full_points, asked.earned("no")) == (2, Fraction(1, 3))


@pytest.mark.parametrize(
    ("kind", "fields", "raw", "advice"),
    [
        ("yes_no", {}, "perhaps", "choose yes or no"),
        ("yes_no", {}, 1.5, "choose yes or no"),
        ("scale", {"labels": ["a", "b"]}, 3, "choose a step from 1 to 2"),
        ("scale", {"labels": ["a", "b"]}, "1.5", "choose a step from 1 to 2"),
        ("scale", {"labels": ["a", "b"]}, True, "choose a step from 1 to 2"),
        ("number", {"unit": "s", "max": 60}, 61, "a whole number from 0 to 60 s, not 61"),
        ("number", {}, -1, "a whole number of 0 or more, not -1"),
        ("number", {}, "2.5", "enter a whole number of 0 or more"),
        ("number", {"decimals": 1}, "2.55", "a number with at most 1 decimals"),
        ("number", {}, float("nan"), "enter a whole number"),
        ("number", {}, "1" * 5000, "enter a whole number"),
        ("text", {}, "a" * 4001, "shorten it to 4000 characters; it has 4001"),
        ("text", {}, 7, "write a few words"),
        ("price_pair", {}, {"shelf": "1"}, "enter both prices"),
        ("price_pair", {}, ["1", "-1"], "enter both prices"),
        ("price_pair", {}, ["1", "1.001"], "enter both prices"),
    ],
)
def test_an_unusable_answer_is_refused_with_the_question_and_what_to_do(
    kind: str, fields: dict[str, Any], raw: object, advice: str
) -> None:
    """The message names the question by its text and key."""
    with pytest.raises(InvalidInput, match="“Is it so\\?” \\(q\\)") as refusal:
        parse_answer(question(kind, **fields), raw)
    assert advice in str(refusal.value)


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    """So that a client that is out of date can be put right."""
    asked = question("choice", options=[{"key": "a", "text": "A"}, {"key": "b", "text": "B"}])
    with pytest.raises(InvalidInput, match=r"choose one of a, b\."):
        parse_answer(asked, "c")


@pytest.mark.parametrize("raw", [None, "", "  \n"])
def test_a_blank_is_no_answer(raw: object) -> None:
    """An emptied field takes the answer back."""
    assert parse_answer(question("number"), raw) is None


def test_numbers_are_read_as_people_type_them() -> None:
    """With a comma, and with blanks between the thousands."""
    assert parse_answer(question("number", decimals=2), " 1 299,50 ") == Decimal("1299.50")


def test_a_text_keeps_everything_but_what_no_database_stores() -> None:
    """Emoji and line breaks stay; NUL and half characters do not break the storing."""
    assert parse_answer(question("text"), " första raden 🙂\nandra\x00 ") == "första raden 🙂\nandra"


ANSWERS = st.one_of(
    st.tuples(st.just(question("yes_no")), st.sampled_from(["yes", "no"])),
    st.tuples(st.just(question("scale", labels=["a", "b", "c"])), st.integers(1, 3)),
    st.tuples(st.just(question("number", decimals=2)), st.decimals(0, 10**9, places=2)),
    st.tuples(
        st.just(question("text")), st.text(min_size=1).filter(lambda t: "\x00" not in t and t.strip() == t)
    ),
    st.tuples(
        st.just(question("price_pair")),
        st.builds(Prices, st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2)),
    ),
)


@given(ANSWERS, st.sampled_from(["", "a note"]))
def test_an_answer_comes_back_from_json_as_it_went_in(asked: tuple[Question, Any], note: str) -> None:
    """Nothing is lost between the form, the database and the score."""
    answer = Answer(asked[1], note=note)
    assert read_answer(asked[0], json.loads(json.dumps(stored_answer(answer)))) == answer


def test_not_applicable_comes_back_from_json() -> None:
    """It is an answer of its own, with its note."""
    answer = Answer(not_applicable=True, note="No lift here.")
    assert read_answer(question("yes_no"), stored_answer(answer)) == answer


@pytest.mark.parametrize(
    ("stored", "advice"),
    [
        ("yes", "send value or not_applicable"),
        ({"value": "yes", "points": 9}, "send value or not_applicable"),
        ({"value": "yes", "not_applicable": True}, "either answer it or mark it"),
        ({"not_applicable": "x"}, "either answer it or mark it"),
        ({"not_applicable": []}, "either answer it or mark it"),
        ({"value": "yes", "note": 3}, "write a note of at most 2000 characters"),
        ({"value": "yes", "note": "a" * 2001}, "write a note of at most 2000 characters"),
    ],
)
def test_a_tampered_answer_is_refused(stored: object, advice: str) -> None:
    """Whatever a client sends, it is either an answer or a clear message."""
    with pytest.raises(InvalidInput, match=advice):
        read_answer(question("yes_no"), stored)


def test_not_applicable_is_refused_where_the_question_always_applies() -> None:
    """And does not help where it was stored all the same."""
    form = checklist((10, [{"allow_na": False}]))
    with pytest.raises(InvalidInput, match="it always applies, so answer it"):
        read_answer(form.questions[0], {"not_applicable": True})
    assert [q.key for q in missing(form, {"q00": NA})] == ["q00"]
    assert question_results(form, {"q00": NA})[0].state == "missing"


def test_only_required_questions_without_an_answer_are_missing() -> None:
    """N/A is an answer, and so is any value."""
    form = checklist((10, [{}, {}, {"required": False}, {}]))
    assert [q.key for q in missing(form, {"q00": Answer("no"), "q01": NA, "q03": Answer(note="later")})] == [
        "q03"
    ]


def test_a_critical_question_fails_when_it_earns_nothing() -> None:
    """Not when it is N/A, missing or partly met."""
    form = checklist((10, [{"critical": True}, {"critical": True}, {"critical": True}, {}]))
    answers = {"q00": Answer("no"), "q01": NA, "q03": Answer("no")}
    assert [result.key for result in critical_failures(form, answers)] == ["q00"]
    assert [result.failed for result in question_results(form, answers)] == [True, False, False, True]


def test_a_missed_bonus_costs_nothing_and_fails_nothing() -> None:
    """It can only add."""
    form = checklist((10, [{"points": 2}, {"bonus": True}]))
    without = tally(form, {"q00": Answer("yes"), "q01": Answer("no")})[0]
    assert (without.earned, without.possible) == (2, 2)
    assert not question_results(form, {"q01": Answer("no")})[0].failed


def test_an_answer_to_no_question_is_refused() -> None:
    """Answers to another version must not count silently."""
    with pytest.raises(InvalidInput, match="shop has no question q99"):
        tally(checklist((10, [{}])), {"q99": Answer("yes")})


@pytest.mark.parametrize(
    ("note_on", "value", "wanted"),
    [
        ("never", "no", False),
        ("loss", "no", True),
        ("loss", "yes", False),
        ("loss", None, False),
        ("always", "yes", True),
    ],
)
def test_the_form_asks_for_a_note_when_the_checklist_says_so(
    note_on: str, value: str | None, *, wanted: bool
) -> None:
    """Mostly for what was lost, so that the location can see why."""
    assert wants_note(question("yes_no", note_on=note_on), Answer(value)) is wanted


FIELDS = st.fixed_dictionaries(
    {"points": st.fractions(0, 100, max_denominator=12).map(str), "good": st.sampled_from(["yes", "no"])},
    optional={"bonus": st.booleans()},
).map(lambda fields: fields | {"bonus": bool(fields.get("bonus")) and fields["points"] != "0"})
ANY_ANSWER = st.sampled_from([Answer("yes"), Answer("no"), NA, Answer()])


@st.composite
def filled_in(draw: st.DrawFn) -> tuple[Checklist, dict[str, Answer]]:
    """A checklist of two sections and answers to some of its questions."""
    always = {"points": 1}
    sections = [(draw(st.integers(1, 100)), [always, *draw(st.lists(FIELDS, max_size=5))]) for _ in range(2)]
    form = checklist(*sections)
    return form, {q.key: draw(ANY_ANSWER) for q in form.questions if draw(st.booleans())}


@given(filled_in())
def test_nothing_earns_more_than_was_possible_but_by_a_bonus(
    filled: tuple[Checklist, dict[str, Answer]],
) -> None:
    """For each question and each section."""
    form, answers = filled
    for result in question_results(form, answers):
        assert result.bonus or 0 <= result.earned <= result.possible
    for section, points in zip(form.sections, tally(form, answers), strict=True):
        bonus = sum(q.full_points for q in section.questions if q.bonus)
        assert 0 <= points.earned <= points.possible + bonus
        assert points.possible <= section.possible


@given(filled_in(), st.data())
def test_not_applicable_takes_a_question_out_of_both_sums(
    filled: tuple[Checklist, dict[str, Answer]], data: st.DataObject
) -> None:
    """As if it had never been asked."""
    form, answers = filled
    key = data.draw(st.sampled_from([q.key for q in form.questions]))
    left_out = {k: answer for k, answer in answers.items() if k != key}
    assert tally(form, {**answers, key: NA}) == tally(form, left_out)


@given(filled_in())
def test_a_checklist_comes_back_from_json_with_the_same_hash(
    filled: tuple[Checklist, dict[str, Answer]],
) -> None:
    """So that a stored version can be compared with a file."""
    form = filled[0]
    again = Checklist.model_validate_json(canonical_json(form))
    assert again == form
    assert content_hash(again) == content_hash(form)


def test_the_hash_tells_any_change() -> None:
    """Even half a point."""
    assert content_hash(checklist((10, [{"points": 1}]))) != content_hash(checklist((10, [{"points": 1.5}])))


def test_a_checklist_cannot_be_changed() -> None:
    """A version in use never changes."""
    form = checklist((10, [{}]))
    with pytest.raises(ValidationError, match="frozen"):
        form.sections[0].questions[0].points = Fraction(2)


def by_points(*sections: list[dict[str, Any]], **fields: Any) -> Checklist:
    """A checklist of yes/no questions that scores by points."""
    form = checklist(*((0, [{"points": 0}]) for _ in sections)).model_dump(mode="json")
    for i, (section, questions) in enumerate(zip(form["sections"], sections, strict=True)):
        del section["weight"]
        section["questions"] = [
            {"key": f"q{i}{j}", "type": "yes_no", "text": "Is it so?", **given}
            for j, given in enumerate(questions)
        ]
    return Checklist.model_validate(form | {"scoring": "points"} | fields)


def scored(form: Checklist, answers: dict[str, Answer]) -> Fraction:
    found = visit_score(tally(form, answers))
    assert found is not None
    assert sum(section.points for section in found.sections) == found.value
    assert sum(section.shown_points for section in found.sections) == found.shown
    return found.value


def test_by_points_each_point_counts_the_same_in_every_section() -> None:
    parking, rest = [{}] * 10, [{}] * 60
    answers = {f"q0{j}": NA for j in range(1, 10)} | {f"q1{j}": Answer("yes") for j in range(60)}
    answers["q00"] = Answer("no")

    assert scored(by_points(parking, rest), answers) == Fraction(60, 61) * 100
    assert scored(checklist((10, parking), (90, rest)), answers) == 90


def test_a_weight_multiplies_the_points_of_its_question() -> None:
    form = by_points([{"weight": 3}, {"points": 2}])

    assert scored(form, {"q00": Answer("yes"), "q01": Answer("no")}) == 60
    assert [r.possible for r in question_results(form, {"q00": Answer("yes")})] == [3, 0]


@pytest.mark.parametrize(("rule", "score"), [("leave_out", 100), ("lose", 50)])
def test_a_question_that_stays_unanswered_is_left_out_or_loses_as_the_checklist_says(
    rule: str, score: int
) -> None:
    form = by_points([{}, {"required": False}], unanswered_optional=rule)
    answers = {"q00": Answer("yes")}

    assert scored(form, answers) == score
    assert [result.failed for result in question_results(form, answers)] == [False, False]
    assert missing(form, answers) == []


def test_not_applicable_never_loses() -> None:
    form = by_points([{}, {"required": False}], unanswered_optional="lose")

    assert scored(form, {"q00": Answer("yes"), "q01": NA}) == 100


def test_a_weight_where_it_counts_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="is for a checklist that scores by points"):
        checklist((1, [{"weight": 2}]))
    weighted = by_points([{}]).model_dump(mode="json")
    weighted["sections"][0]["weight"] = 5
    with pytest.raises(ValidationError, match="counts for nothing"):
        Checklist.model_validate(weighted)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["yes", "no", "na"])), min_size=1), max_size=4
    )
)
def test_the_score_by_points_is_all_that_was_earned_of_all_that_was_possible(
    sections: list[list[tuple[int, str]]],
) -> None:
    asked = [[{"points": points} for points, _ in section] for section in sections] or [[{}]]
    given_answers = {
        f"q{i}{j}": NA if said == "na" else Answer(said)
        for i, section in enumerate(sections)
        for j, (_, said) in enumerate(section)
    }
    form = by_points(*asked)
    counted = [(points, said) for section in sections for points, said in section if said != "na"]
    possible = sum(points for points, _ in counted)
    found = visit_score(tally(form, given_answers))

    if found is None:
        assert possible == 0
    else:
        assert found.value == Fraction(sum(p for p, said in counted if said == "yes") * 100, possible)


def test_the_new_rules_leave_older_forms_their_hash() -> None:
    stored = canonical_json(checklist((1, [{}])))

    assert not {"scoring", "unanswered_optional"} & set(json.loads(stored))
    assert "weight" not in json.loads(stored)["sections"][0]["questions"][0]


@pytest.mark.parametrize("typed", ["3", "٣", "۳", "３", "३"])
def test_digits_of_every_script_are_read(typed: str) -> None:
    form = small_form()
    assert form.question("queue").parse(typed) == 3
    assert form.question("tidy").parse(typed) == 3


@pytest.mark.parametrize("typed", ["12.5", "12,5", "١٢٫٥", "۱۲٫۵", "１２．５"])
def test_prices_are_read_with_the_decimal_sign_of_their_script(typed: str) -> None:
    prices = small_form().question("price").parse({"shelf": typed, "till": "12"})
    assert prices == Prices(Decimal("12.5"), Decimal(12))


@pytest.mark.parametrize("typed", ["²", "Ⅲ", "三", "3三"])
def test_what_only_looks_like_a_digit_is_no_number(typed: str) -> None:
    with pytest.raises(InvalidInput):
        small_form().question("queue").parse(typed)
