"""What is said about a checklist file, sound or broken, and that the files we ship are sound."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit_app.domain.checklists.checklist import Checklist, Section
from audit_app.domain.checklists.file import QUESTION_TYPES, check_file, load_checklist
from audit_app.domain.checklists.question import Band, Option
from audit_app.domain.errors import InvalidInput

FOLDER = Path(__file__).parents[3] / "checklists"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SHIPPED = ["complaint-handling", "phone-call", "store-visit", "website"]
STORE_VISIT_SECTIONS = [
    "accessibility",
    "signage",
    "greeting",
    "personal_attention",
    "pricing_labels",
    "thanking",
    "premises",
]

SOUND = """\
key: shop
title: Shop
summary: A visit.
language: en
channel: in_person
standards:
  S7: Everyone is greeted.
sections:
  - key: greeting
    title: Greeting
    weight: 10
    questions:
      - key: greeted
        type: yes_no
        text: Were you greeted?
        standard: S7
        points: 2
"""


def said(text: str) -> list[str]:
    """What is said about a file with this text."""
    try:
        load_checklist(text)
    except InvalidInput as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("name", SHIPPED)
def test_each_checklist_that_we_ship_is_sound(name: str) -> None:
    """It loads, is named as its file, and its weights add up to 100."""
    checklist = load_checklist(FOLDER / f"{name}.yaml")
    assert checklist.key == name
    assert sum(section.weight for section in checklist.sections) == 100
    assert any(question.critical for question in checklist.questions)


def test_every_file_in_the_folder_is_one_that_we_know() -> None:
    """A new file belongs into these tests and into the README."""
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == SHIPPED
    assert all(f"`{name}.yaml`" in README for name in SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_question_names_its_standard_and_fits_a_phone(name: str) -> None:
    """One thing a question, short, with the standard's text to unfold."""
    checklist = load_checklist(FOLDER / f"{name}.yaml")
    used = {number for question in checklist.questions for number in question.standard}
    assert all(question.standard for question in checklist.questions)
    assert used == set(checklist.standards)
    assert max(len(question.text) for question in checklist.questions) <= 70


def test_the_store_visit_covers_the_standard() -> None:
    """Its seven sections in the order of a walk, at least 40 questions, several of them critical."""
    checklist = load_checklist(FOLDER / "store-visit.yaml")
    assert [section.key for section in checklist.sections] == STORE_VISIT_SECTIONS
    assert len(checklist.questions) >= 40
    assert sum(question.critical for question in checklist.questions) >= 5


def test_the_checklists_together_cover_all_but_the_probes_own_standards() -> None:
    """Every row of the service standard can be audited by somebody."""
    covered = {number for name in SHIPPED for number in load_checklist(FOLDER / f"{name}.yaml").standards}
    assert covered == {f"S{n}" for n in range(1, 20)}


def test_the_example_in_the_readme_is_sound() -> None:
    """Whoever copies it starts from something that works."""
    example_text = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]
    assert said(example_text) == []
    assert {question.type for question in load_checklist(example_text).questions} == set(QUESTION_TYPES)


def test_the_readme_names_every_field_and_type() -> None:
    """A field that is not described does not exist for the people who write checklists."""
    models = [Checklist, Section, Option, Band, *QUESTION_TYPES.values()]
    fields = {name for model in models for name in model.model_fields} | set(QUESTION_TYPES)
    assert [name for name in sorted(fields) if f"`{name}`" not in README] == []


def test_every_field_says_what_to_give() -> None:
    """The description is the hint of a problem, so it is an instruction."""
    for model in (Checklist, Section, Option, Band, *QUESTION_TYPES.values()):
        for name, info in model.model_fields.items():
            assert (info.description or "").startswith(("Give ", "Say ")), (model.__name__, name)


def test_a_sound_text_has_no_problems() -> None:
    """And loads."""
    assert said(SOUND) == []
    assert load_checklist(SOUND).question("greeted").full_points == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "points: 2",
            "points: -3",
            "checklist:17: sections[0].questions[0].points: must be 0 or more, not -3. "
            "Give the points that a full answer earns.",
        ),
        ("points: 2", "points: many", "points: must be a number such as 2, 1.5 or 1/3, not many."),
        ("points: 2", "points: true", "points: must be a number such as 2, 1.5 or 1/3, not true."),
        (
            "points: 2",
            "points: 1e99999999",
            "points: must be a number such as 2, 1.5 or 1/3, not 1e99999999.",
        ),
        (
            "points: 2",
            "pionts: 2",
            "checklist:17: sections[0].questions[0].pionts: is not a field here. Did you",
        ),
        ("points: 2", "colour: red", "is not a field here. Use one of key, text, help,"),
        (
            "points: 2",
            "points: 2\n        points: 3",
            "checklist:18: sections[0].questions[0].points: is given twice",
        ),
        ("points: 2", "critical: perhaps", "critical: must be true or false, not perhaps. Give true if"),
        (
            "points: 2",
            "points: 0",
            "checklist:11: sections[0].weight: counts, but no question of the section",
        ),
        ("points: 2", "bonus: true\n        critical: true", "questions[0]: is both critical and a bonus."),
        ("weight: 10", "weight: 0", "weight: is 0, but questions of the section earn points."),
        ("type: yes_no", "type: yesno", "questions[0]: has the unknown type yesno. Did you mean yes_no?"),
        ("        type: yes_no\n", "", "questions[0]: has no type. Use one of yes_no, scale,"),
        ("type: yes_no", "type: text", "points: is not a field here."),
        ("type: yes_no", "type: number", "points: is not a field here. Use one of"),
        ("text: Were you greeted?", "text: 12", "text: must be text; put quotes round it."),
        ("text: Were you greeted?", "text: ''", "text: must not be empty."),
        ("text: Were you", "text: Were: you", "checklist:15: has a colon where none can stand."),
        ("standard: S7", "standard: [S7, S8]", "standard: names S8, which is not under standards."),
        ("  S7: Everyone", "  7: Everyone", "checklist:7: standards.7: cannot be 7."),
        ("channel: in_person", "channel: fax", "checklist:5: channel: must be 'in_person', 'phone',"),
        ("title: Shop\n", "", "checklist:1: title: is missing. Give the name that people see."),
        ("key: greeted", "key: Greeted!", "key: cannot be Greeted!. Give a name of small letters"),
        ("        type", "\ttype", "checklist:14: has a tab where a space belongs. Indent with spaces."),
        ("title: Shop", "title: &a Shop\nx: *a", "checklist:3: uses an alias (*)."),
        ("title: Shop", "title: !!python/name:os.system x", "checklist:2: has the tag"),
        ("title: Shop", "title: 'Shop", "is not YAML: found unexpected end of stream."),
        ("key: shop", "--- \na: b\n---\nkey: shop", "holds more than one document."),
    ],
)
def test_a_mistake_is_named_with_its_line_its_place_and_what_to_do(old: str, new: str, problem: str) -> None:
    """One mistake in a sound file gives exactly one problem."""
    found = said(SOUND.replace(old, new, 1))
    assert len(found) == 1, found
    assert problem in found[0]


def test_a_second_question_with_the_same_key_is_found_in_another_section() -> None:
    """Answers are filed under the key, so it is unique in the whole checklist."""
    section = SOUND[SOUND.index("  - key: greeting") :]
    found = said(SOUND + section.replace("key: greeting", "key: farewell"))
    assert found == [
        "checklist:22: sections[1].questions[0].key: is greeted again, which another question has already. "
        "Give each question its own key."
    ]


@pytest.mark.parametrize(
    ("bands", "problem"),
    [
        ("[{up_to: 5, points: 1}, {up_to: 5, points: 2}]", "has bands that do not rise."),
        ("[{points: 1}, {up_to: 5, points: 2}]", "has a band without up_to before the last."),
        ("[{up_to: 5}]", "bands[0].points: is missing. Give the points that a number in this band earns."),
        ("[{up_to: 1/2, points: 1}]", "bands[0].up_to: must be a number such as 2 or 1.5, not 1/2."),
        ("[5]", "bands[0]: must be a mapping of name: value."),
        ("{up_to: 5}", "bands: must be a list."),
    ],
)
def test_bands_must_rise(bands: str, problem: str) -> None:
    """So that each number has one band."""
    (found,) = said(SOUND.replace("type: yes_no", "type: number").replace("points: 2", f"bands: {bands}"))
    assert problem in found


def test_problems_come_in_the_order_of_the_lines(tmp_path: Path) -> None:
    """A person works through the file from top to bottom."""
    broken = (
        SOUND.replace("points: 2", "points: -1").replace("weight: 10", "weight: x").replace("en\n", "EN\n")
    )
    path = tmp_path / "shop.yaml"
    path.write_text(broken)
    assert [problem.line for problem in check_file(path)] == [4, 11, 17]


def test_yes_and_no_are_words() -> None:
    """YAML would make truth values of them, and lose what was meant."""
    checklist = load_checklist(
        SOUND.replace("points: 2", "good: no").replace("text: Were you greeted?", "text: No")
    )
    question = checklist.questions[0]
    assert (question.text, question.earned("no")) == ("No", 1)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "shop.yaml: is empty. Start from the example"),
        (b"# nothing but a remark\n", "shop.yaml: is empty."),
        (b"key: a\ntitle: caf\xe9\n", "shop.yaml:2: is not UTF-8 text. Save the file as UTF-8."),
        (b"\xff\xfek\x00", "shop.yaml:1: is not UTF-8 text."),
        (b"key: a\nb: \x07\n", "shop.yaml:2: has a character that cannot be shown. Delete it."),
        (b"a: b\n" * 60_000, "shop.yaml: is larger than 256 KiB."),
        (b"- a\n" * 60_000, "shop.yaml:50000: is nested too deep or too long."),
        (b"[" * 100_000, "shop.yaml:1: is nested too deep or too long."),
        (b"- a\n", "shop.yaml:1: must be a mapping of name: value. Start from the example"),
        (b'a: "\\UFFFFFFFF"', "shop.yaml: is not YAML."),
        (b'a: "\\ud800"', "shop.yaml:1: has a character that cannot be shown."),
        (b"? [a]\n: b", "shop.yaml:1: has a list or mapping as a key."),
    ],
)
def test_a_file_that_is_no_checklist_at_all_gives_one_problem(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    """Whatever was saved under the name."""
    path = tmp_path / "shop.yaml"
    path.write_bytes(content)
    found = check_file(path)
    assert str(found[0]).replace(f"{tmp_path}/", "").startswith(problem)
    assert len(found) == 1


def test_a_missing_file_a_directory_and_a_pipe_are_each_named(tmp_path: Path) -> None:
    """A pipe would otherwise wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        ("none", "does not exist"),
        ("", "is a directory"),
        ("pipe", "is not an ordinary file"),
    ):
        (problem,) = check_file(tmp_path / name)
        assert (problem.message, problem.line) == (message, None)
    assert check_file("a\0b")[0].message == "cannot be read: embedded null byte"


def test_loading_a_broken_file_raises_all_problems_at_once(tmp_path: Path) -> None:
    """One a line, as the check prints them."""
    path = tmp_path / "shop.yaml"
    path.write_text(
        SOUND.replace("points: 2", "points: -1").replace("weight: 10", "weight: x"), encoding="utf-8"
    )
    with pytest.raises(InvalidInput) as error:
        load_checklist(path)
    assert str(error.value).splitlines() == [str(problem) for problem in check_file(path)]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    """Editors on Windows write both."""
    path = tmp_path / "shop.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert check_file(path) == []


SCRAPS = st.lists(
    st.sampled_from(
        [*SOUND.splitlines(keepends=True), "%YAML 1", "---\n", "*a ", "&a ", "!!int ", "? ", "- ", '"\\']
    )
    | st.sampled_from(
        ["{", "}", "[", "]", ":", ": ", "\n", "\t", "'", "|\n", ">", "<<: ", "bands: [{up_to: 1}]"]
    )
    | st.text(max_size=4)
)


@given(SCRAPS.map("".join))
@example("%YAML 9" + "9" * 5000 + ".1\n---\na")
@example("!%FF a")
def test_no_text_breaks_the_check(text: str) -> None:
    """Every problem can be shown, and there is one unless the checklist is sound."""
    assert said(text) or load_checklist(text)


@given(st.binary())
def test_no_bytes_break_the_check(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Random bytes are never a checklist."""
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    assert check_file(path) != []
