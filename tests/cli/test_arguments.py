"""Words of a command line that are read without typer mean what typer makes of them."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.cli.arguments import flags_of, option_groups, plain_values
from corpuskit.cli.typer_command import read_words
from corpuskit.core.errors import UsageError
from corpuskit.core.registry import find_step, own_steps
from corpuskit.core.step import Option

NAMES = sorted(own_steps())
VALUES = st.sampled_from(["a", "1", "a,b", "-", "x=y", "ä", "", "-x", "--", "--quiet", "--help"])


def by_typer(name: str, words: list[str]) -> Any:
    """Read words as typer does; `wrong` where it refuses them, `help` where it prints the help."""
    try:
        values = read_words(find_step(name), words)
    except UsageError:
        return "wrong"
    return "help" if values is None else said(values)


def said(values: dict[str, Any]) -> dict[str, Any]:
    """The values that were given."""
    return {name: value for name, value in values.items() if value not in (None, [], ())}


def flag(option: Option) -> st.SearchStrategy[list[str]]:
    """The option in one of its spellings, mostly with a value where it takes one."""
    spellings = [spelling for names in flags_of(option) for spelling in names.split("/")]
    if option.type is bool:
        return st.sampled_from(spellings).map(lambda spelling: [spelling])
    return st.tuples(st.sampled_from(spellings), VALUES).map(list) | st.sampled_from(
        [[spellings[-1]], [f"{spellings[-1]}=a"], [spellings[0] + "1"]]
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_plain_words_are_what_typer_reads(name: str, data: st.DataObject) -> None:
    groups = option_groups(find_step(name))
    options = [option for _, group in groups for option in group]
    word = VALUES.map(lambda value: [value]) | st.sampled_from(options).flatmap(flag)
    words = [part for parts in data.draw(st.lists(word, max_size=5)) for part in parts]
    plain = plain_values(groups, words)
    assert plain is None or said(plain) == by_typer(name, words), words


@pytest.mark.parametrize(
    "words", [["--quiet", "a", "-ob", "-j4"], ["-o", "b"], ["--keep", "en", "--keep", "de", "a"], []]
)
def test_ordinary_words_are_plain(words: list[str]) -> None:
    assert plain_values(option_groups(find_step("filter-language")), words) is not None


def test_a_pipe_starts_without_typer_and_metadata(environment: dict[str, str]) -> None:
    record = b'{"id": "1", "text": "Some words that nobody needs to keep."}\n'
    command = [sys.executable, "-X", "importtime", "-m", "corpuskit", "filter-language", "--keep", "en", "--quiet"]
    done = subprocess.run(command, input=record, capture_output=True, check=True, env=environment)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert not imported & {"typer", "importlib.metadata", "numpy"}
