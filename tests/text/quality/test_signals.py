"""The kernels against plain restatements of the rules."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.quality import characters, ngram_repeats, vocabulary
from corpuskit.text.quality.hash_table import HashTable
from corpuskit.text.quality.layout import Chunks
from corpuskit.text.quality.ngram_repeats import word_runs
from corpuskit.text.quality.rules import FAMILIES, RULES, SETTINGS
from corpuskit.text.quality.signals import Signals
from corpuskit.text.quality.words import split_words

SETTING = {item.name: item.value for item in SETTINGS}
PIECES = (
    *("the", "cat", "sat.", "and", "(have", "with)", "…", "...", "-", "• item", "#", "12", "\n", "\n\n", " \r\n"),
    *("don't", "[3]", "[edit]", "{", "Lorem ipsum", "use cookies", "JavaScript", "\0", "\u2028", "really?!", "”"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


def signals(text: str, **settings: float) -> dict[str, float]:
    return batch_signals([text], **settings)[0]


def batch_signals(texts: list[str], **settings: float) -> list[dict[str, float]]:
    changed = {name.replace("_", "-"): value for name, value in settings.items()}
    found = Signals(texts, {**SETTING, **changed})
    columns = {name: values.tolist() for family in FAMILIES for name, values in found.family(family)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def edited(text: str) -> tuple[str, int]:
    """What C4's rules leave of a text, and the sentences in it."""
    prose = Signals([text], SETTING).prose_lines
    return prose.text(0), prose.sentences.item()


def plain_runs(words: list[str]) -> dict[str, int]:
    """The same figures by definition: lists of tuples, counters and sets."""
    found = {}
    for n in range(2, 5):
        runs = [tuple(words[place : place + n]) for place in range(len(words) - n + 1)]
        most, times = max(Counter(runs).items(), key=lambda item: item[1], default=((), 0))
        found[f"repetition_top_{n}_gram_characters"] = len(" ".join(most)) * times
    for n in range(5, 11):
        seen, characters, place = set(), 0, 0
        while place + n <= len(words):
            run = tuple(words[place : place + n])
            if run in seen:
                characters += len("".join(run))
                place += n
            else:
                seen.add(run)
                place += 1
        found[f"repetition_duplicate_{n}_gram_characters"] = characters
    return found


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "d"]), max_size=120) | st.lists(st.text("ab", min_size=1))


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_word_runs_are_those_of_the_definition(texts: list[list[str]]) -> None:
    words = [word for text in texts for word in text]
    number = {word: place for place, word in enumerate(dict.fromkeys(words))}
    numbers = np.array([number[word] for word in words], np.int64)
    lengths = np.array([len(word) for word in words], np.int64)
    bounds = np.cumsum([0, *map(len, texts)])
    found = {name: values.tolist() for name, values in word_runs(numbers, lengths, bounds)}
    for place, text in enumerate(texts):
        assert {name: values[place] for name, values in found.items()} == plain_runs(text)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_word_runs_are_told_apart_where_their_hashes_are_not(texts: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngram_repeats, "HASH", np.uint64(0))
        test_word_runs_are_those_of_the_definition.hypothesis.inner_test(texts)


@given(st.text("ab \n", max_size=60))
def test_repeated_lines_and_paragraphs_are_those_met_before(text: str) -> None:
    paragraphs = [part.lstrip("\n") for part in text.strip().split("\n\n")]
    lines = [part for part in text.split("\n") if part]
    lines += [""] * (text.startswith("\n") + text.endswith("\n"))
    found = signals(text)
    for kind, parts in (("paragraph", [part for part in paragraphs if part] or [""]), ("line", lines or [""])):
        again = [part for place, part in enumerate(parts) if part in parts[:place]]
        assert found[f"repetition_duplicate_{kind}s"] == len(again) / len(parts)
        characters = sum(map(len, again)) / len(text) if text else 0
        assert found[f"repetition_duplicate_{kind}_characters"] == characters


@given(st.lists(TEXTS | st.text(), min_size=1, max_size=8))
def test_the_figures_of_a_text_are_its_own_in_any_company(texts: list[str]) -> None:
    assert batch_signals(texts) == [signals(text) for text in texts]


@given(st.text("a bé…。.\r\n\x0b\x1c\x1f\x85\u00a0\u1680\u2003\u2028\u205f\u3000\ud800", max_size=40))
def test_chunks_and_lines_are_those_of_python(text: str) -> None:
    chunks = Chunks([text, text])
    for number in range(2):
        own = slice(*chunks.bounds[number : number + 2])
        bounds = zip(chunks.starts[own].tolist(), chunks.ends[own].tolist(), strict=True)
        found = [chunks.data[start:end].decode("utf-8", "surrogatepass") for start, end in bounds]
        assert found == text.split()
        lines = text.splitlines()
        assert chunks.line_counts[number] == len(lines)
        mine = chunks.lines.text == number
        places = chunks.lines.numbers[mine] - chunks.first_lines[number]
        counts = dict(zip(places.tolist(), chunks.lines.counts[mine].tolist(), strict=True))
        assert counts == {place: len(line.split()) for place, line in enumerate(lines) if line.split()}


@given(st.lists(st.text("abc", min_size=1, max_size=80), max_size=40))
def test_equal_chunks_have_equal_hashes(parts: list[str]) -> None:
    hashes = Chunks([" ".join(parts)]).hashes.tolist()
    assert len(set(hashes)) == len(set(parts))
    assert len(set(zip(parts, hashes, strict=True))) == len(set(parts))


@given(st.lists(st.lists(st.integers(1, 40) | st.integers(1, 2**64 - 1)), max_size=6))
def test_a_hash_table_numbers_keys_as_they_are_met(batches: list[list[int]]) -> None:
    table, known = HashTable(), dict[int, int]()
    for batch in batches:
        expected = [known.setdefault(key, len(known)) for key in batch]
        before = len(table)
        numbers, new = table.numbers(np.array(batch, np.uint64))
        assert numbers.tolist() == expected
        assert [expected[place] for place in new.tolist()] == list(range(before, len(known)))
    assert len(table) == len(known)


def test_a_hash_table_grows() -> None:
    table = HashTable()
    keys = np.random.default_rng(5).integers(1, 2**64 - 1, 300_000, np.uint64)
    # All of these want the last slots and the first ones.
    keys[:500] = 2**64 - 1 - np.arange(500, dtype=np.uint64)
    numbers, _ = table.numbers(keys[:100_000])
    assert table.numbers(keys)[0][:100_000].tolist() == numbers.tolist() == list(range(100_000))
    assert table.numbers(keys)[0].tolist() == list(range(300_000))


@given(TEXTS)
def test_word_figures_are_those_of_the_words(text: str) -> None:
    words, found = split_words(text), signals(text)
    proper = [word for word in words if not characters.SYMBOLS.issuperset(word)]
    assert found["gopher_words"] == len(proper)
    assert found["gopher_mean_word_length"] == (sum(map(len, proper)) / len(proper) if proper else 0)
    assert found["gopher_stop_words"] == len(set(words) & set(vocabulary.STOP_WORDS))
    if words:
        alphabetic = sum(any(map(str.isalpha, word)) for word in words)
        assert found["gopher_alphabetic_words"] == alphabetic / len(words)
        assert found["gopher_hash_ratio"] == text.count("#") / len(words)
    runs = {name: count / len(text) if text else 0 for name, count in plain_runs(words).items()}
    assert runs.items() <= found.items()


@given(TEXTS)
def test_line_figures_are_those_of_the_lines(text: str) -> None:
    lines, found = text.splitlines(), signals(text)
    if lines:
        bullets = sum(line.lstrip().startswith(("•", "-")) for line in lines)
        ellipses = sum(line.rstrip().endswith(("...", "…")) for line in lines)
        assert found["gopher_bullet_lines"] == bullets / len(lines)
        assert found["gopher_ellipsis_lines"] == ellipses / len(lines)


@given(TEXTS)
def test_a_vocabulary_that_forgets_changes_no_figure(text: str) -> None:
    expected = signals(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "LARGEST", -1)
        assert signals(text) == expected
    signals("other words " * 5 + text)
    assert signals(text) == expected


@given(TEXTS.filter(lambda text: "[" not in text))
def test_c4_leaves_nothing_to_edit(text: str) -> None:
    left = edited(text)
    assert edited(left[0]) == left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("This line ends well.", True),
        ('He said "it ends well"', True),
        ("No end to this line", False),
        ("It trails off into dots...", False),
        ("Too short.", False),
        ("Please enable JavaScript to go on.", False),
        ("We use cookies for your comfort.", False),
        (f"One {'x' * 1001} is too long.", False),
        (f"One {'x' * 1000} is long enough.", True),
    ],
)
def test_which_lines_c4_keeps(line: str, left: bool) -> None:
    text = f"Before it comes a line.\n\n  {line}  \nAfter it comes another line."
    kept = [line] if left else []
    expected = "\n".join(["Before it comes a line.", *kept, "After it comes another line."])
    assert edited(text)[0] == expected


def test_c4_takes_citation_marks_out() -> None:
    text = "The moon is far[12][edit] away.[citation needed]\nA year is long. [3] No"
    assert edited(text)[0] == "The moon is far away."


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One is here. Two is here! Is three here?", 3),
        ("Mr. Smith met Dr. No in the U.S. twice.", 1),
        ('He said: "Go now!" Then he left.', 2),
        ("All of it ends here?!", 1),
        ("One line is here.\nAnother line is here.", 2),
        ("no end here", 0),
    ],
)
def test_sentences_are_counted_in_the_lines_that_stay(text: str, sentences: int) -> None:
    assert signals(text)["c4_sentences"] == sentences


def test_switches_of_c4() -> None:
    text = "a title\nWe use cookies in JavaScript here."
    assert signals(text)["c4_sentences"] == 0
    assert signals(text, c4_policy=False, c4_javascript=False)["c4_sentences"] == 1
    assert signals(text, c4_terminal_punctuation=False, c4_min_line_words=0)["c4_sentences"] == 1


def test_fineweb_figures() -> None:
    found = signals("Short one.\nNo end\n\n" + "A long line that ends。\n" * 2)
    assert found["fineweb_lines"] == 4
    assert found["fineweb_terminal_lines"] == 0.75
    assert found["fineweb_short_lines"] == 1
    assert found["fineweb_duplicate_line_characters"] == 22 / 60
    assert signals("Short one.\nNo end", fineweb_short_line_length=6)["fineweb_short_lines"] == 0.5


def test_every_rule_has_a_signal_and_the_signals_come_in_their_order() -> None:
    for family in FAMILIES:
        wanted = list(dict.fromkeys(rule.signal for rule in RULES if rule.family == family))
        assert [name for name, _ in Signals(["Some text."], SETTING).family(family)] == wanted


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", " ", "...", "\0"])
def test_texts_without_words_have_figures(text: str) -> None:
    assert all(value >= 0 for value in signals(text).values())
