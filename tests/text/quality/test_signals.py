"""The kernels give what plain restatements of the rules give."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.text.quality import characters, ngram_repeats, vocabulary
from corpuskit.text.quality.hash_table import HashTable
from corpuskit.text.quality.languages import known_languages, profile_of
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.ngram_repeats import repeated_ngram_characters
from corpuskit.text.quality.rules import FAMILIES, RULES, SETTINGS
from corpuskit.text.quality.signals import TextSignals
from tests.support.properties import examples
from tests.support.words import split_words

SETTING = {item.name: item.value for item in SETTINGS}
EVERY_LINE = {"leave_out_code": False, "prose_share": math.inf, "gopher_repetition_least_count": 1}
"""Judge all lines, and the commonest n-gram however rare it is."""
SAMPLES = (
    *("the", "cat", "sat.", "and", "(have", "with)", "…", "...", "-", "• item", "#", "12", "\n", "\n\n", " \r\n"),
    *("don't", "[3]", "[edit]", "{", "Lorem ipsum", "use cookies", "JavaScript", "\0", "\u2028", "really?!", "”"),
)
TEXTS = st.lists(st.sampled_from(SAMPLES), max_size=60).map(" ".join)


def signals(text: str, language: str = "en", like_peer: bool = False, **settings: float) -> dict[str, float]:
    return batch_signals([text], language, like_peer, **settings)[0]


def batch_signals(
    texts: list[str], language: str = "en", like_peer: bool = False, **settings: float
) -> list[dict[str, float]]:
    changed = {name.replace("_", "-"): value for name, value in settings.items()}
    measured = TextSignals(texts, {**SETTING, **changed}, profile_of(language), like_peer)
    columns = {name: values.tolist() for family in FAMILIES for name, values in measured.family(family)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def edited(text: str, **settings: float) -> tuple[str, int]:
    """Return what C4's rules leave of a text, and the number of sentences in it."""
    changed = {name.replace("_", "-"): value for name, value in settings.items()}
    prose = TextSignals([text], {**SETTING, **changed}).prose_lines
    return prose.text(0), prose.sentences.item()


def ngram_characters_by_definition(words: list[str]) -> dict[str, int]:
    """The figures of `repeated_ngram_characters` for one text, with lists of tuples, counters and sets."""
    figures = {}
    for n in range(2, 5):
        ngrams = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
        commonest, times = max(Counter(ngrams).items(), key=lambda item: item[1], default=((), 0))
        figures[f"repetition_top_{n}_gram_characters"] = len(" ".join(commonest)) * times
    for n in range(5, 11):
        noted, characters, start = set(), 0, 0
        while start + n <= len(words):
            ngram = tuple(words[start : start + n])
            if ngram in noted:
                characters += len("".join(ngram))
                start += n
            else:
                noted.add(ngram)
                start += 1
        figures[f"repetition_duplicate_{n}_gram_characters"] = characters
    return figures


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "d"]), max_size=120) | st.lists(st.text("ab", min_size=1))


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_repeated_ngrams_are_those_of_the_definition(texts: list[list[str]]) -> None:
    words = [word for text in texts for word in text]
    numbering = {word: number for number, word in enumerate(dict.fromkeys(words))}
    numbers = np.array([numbering[word] for word in words], np.int64)
    lengths = np.array([len(word) for word in words], np.int64)
    bounds = np.cumsum([0, *map(len, texts)])
    figures = {name: values.tolist() for name, values in repeated_ngram_characters(numbers, lengths, bounds)}
    for index, text in enumerate(texts):
        assert {name: values[index] for name, values in figures.items()} == ngram_characters_by_definition(text)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_ngrams_with_equal_hashes_are_still_told_apart(texts: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngram_repeats, "HASH", np.uint64(0))
        test_repeated_ngrams_are_those_of_the_definition.hypothesis.inner_test(texts)


@given(st.text("ab \n", max_size=60))
def test_repeated_lines_and_paragraphs_are_those_met_before(text: str) -> None:
    paragraphs = [paragraph.lstrip("\n") for paragraph in text.strip().split("\n\n")]
    lines = [line for line in text.split("\n") if line]
    lines += [""] * (text.startswith("\n") + text.endswith("\n"))
    figures = signals(text, like_peer=True, **EVERY_LINE)
    for kind, spans in (("paragraph", [span for span in paragraphs if span] or [""]), ("line", lines or [""])):
        repeats = [span for index, span in enumerate(spans) if span in spans[:index]]
        assert figures[f"repetition_duplicate_{kind}s"] == len(repeats) / len(spans)
        characters = sum(map(len, repeats)) / len(text) if text else 0
        assert figures[f"repetition_duplicate_{kind}_characters"] == characters


@given(st.text("ab \r\n\u00a0\u2028", max_size=60))
def test_lines_of_white_space_repeat_nothing(text: str) -> None:
    lines = [line.strip() for line in text.splitlines()]
    paragraphs = [" ".join(group) for filled, group in itertools.groupby(lines, bool) if filled]
    figures = signals(text)
    filled = [line for line in lines if line]
    repeats = [line for index, line in enumerate(filled) if line in filled[:index] and len(line.split()) > 2]
    assert figures["repetition_duplicate_lines"] == (len(repeats) / len(filled) if filled else 0)
    if "\r" not in text and "\u2028" not in text and " \n" not in text and "\u00a0\n" not in text:
        again = [span for index, span in enumerate(paragraphs) if span in paragraphs[:index]]
        assert len(paragraphs) < 2 or figures["repetition_duplicate_paragraphs"] <= len(again) / len(paragraphs)
    plain = "\n".join(lines)
    assert figures["repetition_duplicate_lines"] == signals(plain)["repetition_duplicate_lines"]
    assert figures["repetition_duplicate_paragraphs"] == signals(plain)["repetition_duplicate_paragraphs"]


@settings(max_examples=examples(160))
@given(st.lists(TEXTS | st.text(), min_size=1, max_size=8), st.sampled_from(["en", "fr", "zh", "xx"]), st.booleans())
def test_the_figures_of_a_text_are_its_own_in_any_company(texts: list[str], language: str, like_peer: bool) -> None:
    figures = [signals(text, language, like_peer) for text in texts]
    assert batch_signals(texts, language, like_peer) == figures


@given(st.text("a bé…。.\r\n\x0b\x1c\x1f\x85\u00a0\u1680\u2003\u2028\u205f\u3000\ud800", max_size=40))
def test_tokens_and_lines_are_those_of_python(text: str) -> None:
    layout = TextLayout([text, text])
    for index in range(2):
        tokens = slice(*layout.token_bounds[index : index + 2])
        bounds = zip(layout.token_starts[tokens].tolist(), layout.token_ends[tokens].tolist(), strict=True)
        assert [layout.data[start:end].decode("utf-8", "surrogatepass") for start, end in bounds] == text.split()
        lines = text.splitlines()
        assert layout.line_counts[index] == len(lines)
        rows = layout.lines.text_indices == index
        numbers = layout.lines.numbers[rows] - layout.first_lines[index]
        counts = dict(zip(numbers.tolist(), layout.lines.token_counts[rows].tolist(), strict=True))
        assert counts == {number: len(line.split()) for number, line in enumerate(lines) if line.split()}


@given(st.lists(st.text("abc", min_size=1, max_size=80), max_size=40))
def test_equal_tokens_have_equal_hashes(tokens: list[str]) -> None:
    hashes = TextLayout([" ".join(tokens)]).token_hashes.tolist()
    assert len(set(hashes)) == len(set(tokens))
    assert len(set(zip(tokens, hashes, strict=True))) == len(set(tokens))


@given(st.lists(st.lists(st.integers(1, 40) | st.integers(1, 2**64 - 1)), max_size=6))
def test_a_hash_table_numbers_keys_as_they_are_met(batches: list[list[int]]) -> None:
    table, numbering = HashTable(), dict[int, int]()
    for batch in batches:
        expected = [numbering.setdefault(key, len(numbering)) for key in batch]
        before = len(table)
        numbers, new = table.number_keys(np.array(batch, np.uint64))
        assert numbers.tolist() == expected
        assert [expected[index] for index in new.tolist()] == list(range(before, len(numbering)))
    assert len(table) == len(numbering)


def test_a_hash_table_grows() -> None:
    table = HashTable()
    keys = np.random.default_rng(5).integers(1, 2**64 - 1, 700_000, np.uint64)
    # All of these have the last slots, and go on to the first ones.
    keys[:500] = 2**64 - 1 - np.arange(500, dtype=np.uint64)
    numbers, _ = table.number_keys(keys[:100_000])
    assert table.number_keys(keys)[0][:100_000].tolist() == numbers.tolist() == list(range(100_000))
    assert table.number_keys(keys)[0].tolist() == list(range(700_000))


@given(TEXTS)
def test_word_figures_are_those_of_the_words(text: str) -> None:
    words, figures, of_peer = (
        split_words(text),
        signals(text, **EVERY_LINE),
        signals(text, like_peer=True, **EVERY_LINE),
    )
    proper = [word for word in words if not characters.SYMBOLS.issuperset(word)]
    assert figures["gopher_words"] == len(proper)
    assert figures["gopher_mean_word_length"] == (sum(map(len, proper)) / len(proper) if proper else 0)
    assert of_peer["gopher_stop_words"] == len(set(words) & set(vocabulary.STOP_WORDS))
    assert figures["gopher_stop_words"] == of_peer["gopher_stop_words"]
    alphabetic = sum(any(map(str.isalpha, word)) for word in words)
    if words:
        assert of_peer["gopher_hash_ratio"] == text.count("#") / len(words)
    for measured, counted in ((figures, proper), (of_peer, words)):
        if counted:
            assert measured["gopher_alphabetic_words"] == alphabetic / len(counted)
        ngram_characters = ngram_characters_by_definition(counted).items()
        expected = {name: count / len(text) if text else 0 for name, count in ngram_characters}
        assert expected.items() <= measured.items()


@given(TEXTS)
def test_line_figures_are_those_of_the_lines(text: str) -> None:
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()]
    bullets = [line for line in lines if line.lstrip().startswith(("•", "-"))]
    ends = (".", "!", "…", "”", ".[3]")
    ellipses = sum(line.rstrip().endswith(("...", "…")) for line in lines)
    unclosed = [line for line in bullets if not line.rstrip().endswith(ends)]
    peer = signals(text, like_peer=True)
    if filled:
        assert signals(text, **EVERY_LINE)["gopher_bullet_lines"] == len(unclosed) / len(filled)
    if lines:
        assert peer["gopher_bullet_lines"] == len(bullets) / len(lines)
        assert peer["gopher_ellipsis_lines"] == ellipses / len(lines)


@pytest.mark.parametrize(
    ("line", "is_teaser"),
    [
        ("The boats were seen on the shore of the…", True),
        ("The boats were seen. They lay on the shore of...", True),
        ("For a friend…", False),
        ("The boats were seen. They lay on the shore. Nobody was there. It was odd...", False),
    ],
)
def test_teasers_end_in_an_ellipsis_after_some_words(line: str, is_teaser: bool) -> None:
    assert signals(f"{line}\nIt is late.")["gopher_ellipsis_lines"] == is_teaser / 2
    assert signals(f"{line}\nIt is late.", like_peer=True)["gopher_ellipsis_lines"] == 0.5


@pytest.mark.parametrize("mark", ["-", "+", "*", "•"])
def test_items_of_lists_need_no_closing_mark_and_may_come_again(mark: str) -> None:
    items = "\n".join([f"{mark} Run for an hour", f"{mark} Rest for a day"] * 4)
    figures = signals(f"This is the plan of the week.\n{items}", **EVERY_LINE)
    assert figures["fineweb_terminal_lines"] == 1
    assert figures["repetition_duplicate_lines"] == 0
    assert figures["repetition_duplicate_line_characters"] > 0.5
    assert signals(items, **EVERY_LINE)["fineweb_terminal_lines"] == 0
    peer = signals(f"This is the plan of the week.\n{items}", like_peer=True)
    assert (peer["fineweb_terminal_lines"], peer["repetition_duplicate_lines"]) == (1 / 9, 6 / 9)


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "TO BE: that is The question, and the answer", 5),
        ("de", "Der Hund UND die Katze, der Hund", 3),
        ("tr", "The kedi ve bir köpek", 3),
        ("tr", "ve dosya is one of the files that have been closed", 5),
        ("ru", "Он был в доме.", 3),
        ("zh", "他在家里，是的。", 4),
        ("ko", "나는 학교에서 공부를 했다.", 6),
        ("th", "มีปลาในน้ำและมีข้าวในนา", 3),
        ("xx", "the be to of", 0),
    ],
)
def test_stop_words_are_those_of_the_language_in_any_letter_case(language: str, text: str, count: int) -> None:
    assert signals(text, language)["gopher_stop_words"] == count


def test_every_language_has_its_rules() -> None:
    names = {item.name for item in (*RULES, *SETTINGS)}
    for code in known_languages():
        profile = profile_of(code)
        assert profile.code == code and profile.bounds.keys() <= names
        assert len(profile.stop_words) > 6
        assert profile_of(code, of_its_own=False).bounds == {}
    assert profile_of("zh_Hant-TW") is profile_of("cmn")
    assert profile_of("xx").code == "other" and not profile_of("xx").stop_words


@given(TEXTS)
def test_a_vocabulary_that_forgets_changes_no_figure(text: str) -> None:
    expected = signals(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "MAX_KEYS", -1)
        assert signals(text) == expected
    signals("other words " * 5 + text)
    assert signals(text) == expected


@given(TEXTS.filter(lambda text: "[" not in text))
def test_c4_leaves_nothing_to_edit(text: str) -> None:
    once = edited(text)[0]
    assert edited(once)[0] == once


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("This line ends well.", True),
        ('He said "it ends well"', True),
        ("No end to this line", False),
        ("It trails off into dots...", True),
        ("Too short", False),
        ("Please enable JavaScript to go on.", False),
        ("We use cookies for your comfort.", False),
        (f"One {'x' * 1001} is too long.", False),
        (f"One {'x' * 1000} is long enough.", True),
        ("“It ends in a typographic quote.”", True),
        ("»Er kam nach Hause und schlief ein.«", True),
        ("„Er kam nach Hause und schlief ein.“", True),
        ("Είναι εδώ ο άνθρωπος;", False),
        ("What follows is a list:", True),
        ("It ends well. This does not", True),
        ("(It ends in a bracket.)", True),
        ("It ends in a note.[12]", True),
        ("It ends in a note.³", True),
        ("The mark is after the number (3)", False),
        ("「ここで終わります。」（終わり。）", True),
        ("ይህ ዓረፍተ ነገር ያበቃል።", True),
        ("Այս նախադասությունը վերջանում է։", True),
        ("He writes JavaScript and sells it.", True),
        ("Its privacy policy was read in court.", True),
        ("هل هذا هو البيت الكبير؟", True),
        ("यह घर बहुत बड़ा है।", True),
        ("She waited and waited…", True),
        ("“She waited and waited…”", True),
    ],
)
def test_which_lines_c4_keeps(line: str, stays: bool) -> None:
    text = f"Before it comes a line.\n\n  {line}\nAfter it comes another line."
    between = f"\n\n  {line}" if stays else "\n"
    expected = f"Before it comes a line.{between}\nAfter it comes another line."
    assert edited(text, c4_terminal_punctuation=True, c4_citations=False)[0] == expected


def test_c4_knows_lines_of_languages_without_spaces() -> None:
    text = "菜单\n今天的天气很好。\n“我们去公园散步吧。”\n好。\n我们明天再去公园散步。"
    kept = ["今天的天气很好。", "“我们去公园散步吧。”", "好。", "我们明天再去公园散步。"]
    strict = {**SETTING, "c4-terminal-punctuation": True}
    assert TextSignals([text], strict, profile_of("zh")).prose_lines.text(0).split("\n") == kept
    assert TextSignals([text], strict, profile_of("zh"), like_peer=True).prose_lines.text(0) == ""


def test_c4_takes_citation_marks_out() -> None:
    text = "The moon is far[12][edit] away.[citation needed]\nA year is long.[13] No"
    assert edited(text)[0] == "The moon is far away.\nA year is long. No"
    fenced = "The moon is far[1] away from all.\nA year is long[2] for all.\n\n```\nx = y[1]\n```"
    assert edited(fenced)[0] == fenced.replace("far[1]", "far").replace("long[2]", "long")


@pytest.mark.parametrize(
    "text", ["See git-add[1] and gitignore[5] for more of it.", "Then x = [] and l[2] = options[0].value here."]
)
def test_indexes_and_pages_of_manuals_are_no_citation_marks(text: str) -> None:
    assert edited(text)[0] == text


def test_short_lines_between_sentences_stay() -> None:
    options = "The harbour opens at six on all days.\n\n--all\n\nOpens all of the gates there are."
    assert edited(f"Home\n\nAbout\n\nShop\n\n{options}\n\nMore")[0] == options


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One is here. Two is here! Is three here?", 3),
        ("Mr. Smith met Dr. No in the U.S. twice.", 1),
        ('He said: "Go now!" Then he left.', 2),
        ("All of it ends here?!", 1),
        ("One line is here.\nAnother line is here.", 2),
        ("no end here", 0),
        ("የመጀመሪያው ነው። ሁለተኛው ነው። ሦስተኛው ነው።", 3),
        ("यह एक है। यह दो है॥ यह तीन है।", 3),
        ("Առաջինն է։ Երկրորդն է։", 2),
        ("A wrapped line goes on\nto here. And on it\ngoes to the end.)", 2),
    ],
)
def test_sentences_are_counted_in_the_lines_that_stay(text: str, sentences: int) -> None:
    assert signals(text)["c4_sentences"] == sentences


def test_a_long_sentence_is_worth_two() -> None:
    long = "The mill, which two brothers built when the road came, and which burned down in the year of the flood,"
    assert signals(f"{long} stood here.")["c4_sentences"] == 1
    rest = "stood where the school is now, although nobody in town remembers in which of these years it was that"
    twice = f"{long} {rest} the last of its bells was sold to the church of the next valley."
    assert signals(twice)["c4_sentences"] == signals(twice.replace(", and", ",\nand"))["c4_sentences"] == 2
    assert signals(twice, like_peer=True)["c4_sentences"] == 1
    assert signals("\n".join(["Home and garden"] * 40 + ["It is open now."]))["c4_sentences"] == 1


def test_switches_of_c4() -> None:
    text = "a label\n\nWe use cookies and your browser needs JavaScript here."
    assert signals(text)["c4_sentences"] == 0
    assert signals(text, c4_policy=False, c4_javascript=False)["c4_sentences"] == 1
    text = "home\n\nshop\n\nhelp\n\na few words of it"
    assert edited(text)[0] == "a few words of it"
    assert edited(text, c4_min_line_words=0)[0] == text


TITLED = "The moles rowed out at six."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Boats\n\n{TITLED}", None),
        (f"Boats\n\nBill Mole\n\n{TITLED}", None),
        (f"# Boats\n\n## Rowing\n\n### Early\n\n{TITLED}", None),
        (f"{TITLED}\n\n## Needed\n\n- two oars of ash", None),
        (f"Home\n\nShop\n\nHelp\n\n{TITLED}", TITLED),
        (f"Home\n\nShop\n\n# Boats\n\n{TITLED}", f"# Boats\n\n{TITLED}"),
        (f"$9.99\n\n{TITLED}", TITLED),
        (f"{TITLED}\n\n## Links\n\nHome", TITLED),
        (f"{TITLED}\n\nTags\n\nBoats", TITLED),
        ("Home\n\nShop\n\nall the boats we have", "all the boats we have"),
        (f"Boats\n\nWe use cookies on this site.\n\n{TITLED}", TITLED),
    ],
)
def test_headings_stay_above_what_stays(text: str, left: str | None) -> None:
    expected = text if left is None else left
    assert edited(text)[0] == expected
    assert edited(expected)[0] == expected
    assert "Boats" not in edited(text, c4_headings=False)[0]


def test_a_menu_is_none_of_the_next_text() -> None:
    batch = TextSignals(["The boats are here.\n\nHome", TITLED, "Boats", "Shop\nHelp", TITLED], SETTING)
    left = ["The boats are here.", TITLED, "Boats", "", TITLED]
    assert [batch.prose_lines.text(row) for row in range(5)] == left


def test_fineweb_figures() -> None:
    figures = signals("Short one.\nNo end\n\n" + "A long line that ends。\n" * 2, **EVERY_LINE)
    assert figures["fineweb_lines"] == 4
    assert figures["fineweb_terminal_lines"] == 0.75
    assert figures["fineweb_short_lines"] == 1
    assert figures["fineweb_duplicate_line_characters"] == 22 / 60
    assert signals("Short one.\nNo end", fineweb_short_line_length=6, **EVERY_LINE)["fineweb_short_lines"] == 0.5


def test_every_rule_has_a_signal_and_the_signals_come_in_their_order() -> None:
    for family in FAMILIES:
        expected = list(dict.fromkeys(rule.signal for rule in RULES if rule.family == family))
        assert [name for name, _ in TextSignals(["Some text."], SETTING).family(family)] == expected


CODE_BLOCK = """def turn(wheel, angle=90):
    wheel.angle = wheel.angle + angle
    return wheel_state(wheel)"""
COMMANDS = "$ make all\n$ make install --prefix=/usr"
SENTENCES = [
    "The two wheels of that mill turn whenever it rains a lot.",
    "A miller who lived beyond the brook ground barley for all of us.",
    "Since then nobody has mended what storms took off its roof.",
]


@pytest.mark.parametrize("code", [f"```\n{CODE_BLOCK}\n```", CODE_BLOCK, COMMANDS, "    wheel = Wheel(size=9);"])
def test_code_is_left_out(code: str) -> None:
    prose = "\n\n".join(SENTENCES)
    text = f"{SENTENCES[0]}\n\n{code}\n\n{SENTENCES[1]}\n\n{code}\n\n{SENTENCES[2]}\n\n{code}"
    without, figures = signals(prose), signals(text)
    for name in ("gopher_alphabetic_words", "gopher_hash_ratio", "gopher_bullet_lines", "fineweb_lines"):
        assert figures[name] == without[name]
    for name in ("repetition_duplicate_lines", "repetition_duplicate_5_gram_characters", "fineweb_short_lines"):
        assert figures[name] == without[name] == 0
    assert figures["gopher_words"] > without["gopher_words"]
    assert edited(text)[0] == text
    assert signals(text, **EVERY_LINE)["fineweb_lines"] > without["fineweb_lines"]


@pytest.mark.parametrize(
    "lines",
    [
        ["(a) the tenant shall keep the roof;", "(b) the owner shall keep the walls;"],
        ["Aa (Meuse), a river in the Netherlands", "Aa (Nethe), a river in North Rhine-Westphalia"],
        ["Name: Anna", "Phone: +1 202 555 0143", "Room: 12/4"],
        ["* bread and butter", "* milk & honey", "* a dozen eggs"],
        ["“Home is where one starts from.” - Anon.", "“To be is to do.” - Anon."],
    ],
)
def test_lists_are_no_code(lines: list[str]) -> None:
    assert signals("\n".join([*SENTENCES, "", *lines]), prose_share=math.inf)["fineweb_lines"] == 3 + len(lines)


def test_of_a_text_of_sentences_only_these_are_judged() -> None:
    cells = "\n".join(f"{number}\nred" for number in range(20))
    text = f"Mills\n\n{' '.join(SENTENCES)}\n\n{cells}\n\n" + "\n\n".join(SENTENCES)
    figures, strict = signals(text), signals(text, **EVERY_LINE)
    assert figures["fineweb_lines"] == 4 and strict["fineweb_lines"] == 45
    assert figures["gopher_alphabetic_words"] == 1 > strict["gopher_alphabetic_words"]
    table = f"{SENTENCES[0]}\n\n{cells * 3}"
    assert signals(table) == signals(table, prose_share=math.inf)
    wrapped = "\n\n".join(sentence[:30].rstrip() + "\n" + sentence[30:].lstrip() for sentence in SENTENCES)
    assert signals(f"{wrapped}\n\n{cells}")["fineweb_lines"] == 6


def test_hashes_of_headings_and_numbers_are_ordinary() -> None:
    text = "# Changes\n\n## New\n\n- Mend the mill (#12, #13)\n"
    assert signals(text)["gopher_hash_ratio"] == 0 < signals(text, like_peer=True)["gopher_hash_ratio"]
    assert signals("buy #mills #now")["gopher_hash_ratio"] == 2 / 3


def test_what_occurs_rarely_is_no_repetition() -> None:
    text = "the old mill, the old mill, the old mill, the old mill, the old mill, so"
    assert signals(text)["repetition_top_3_gram_characters"] == 0
    assert signals(f"{text} the old mill")["repetition_top_3_gram_characters"] > 0.5


@pytest.mark.parametrize("section", [3, 7, 40])
@given(st.lists(WORDS, min_size=1, max_size=3))
def test_texts_beyond_all_bounds_are_measured_by_sections(section: int, texts: list[list[str]]) -> None:
    words = [word for text in texts for word in text]
    numbering = {word: number for number, word in enumerate(dict.fromkeys(words))}
    numbers = np.array([numbering[word] for word in words], np.int64)
    lengths = np.array([len(word) for word in words], np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngram_repeats, "LONGEST_SECTION", section)
        bounds = np.cumsum([0, *map(len, texts)])
        figures = {name: values.tolist() for name, values in repeated_ngram_characters(numbers, lengths, bounds)}
    if len(words) <= section:
        return
    for index, text in enumerate(texts):
        count = max(-(-len(text) // section), 1)
        edges = [part * len(text) // count for part in range(count + 1)]
        parts = [ngram_characters_by_definition(text[start:end]) for start, end in itertools.pairwise(edges)]
        expected = {name: sum(part[name] for part in parts) for name in parts[0]}
        assert {name: values[index] for name, values in figures.items()} == expected


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", " ", "...", "\0"])
def test_texts_without_words_have_figures(text: str) -> None:
    assert all(value >= 0 for value in signals(text).values())


@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(1, 30))
def test_ngrams_of_long_texts_repeat_within_windows(texts: list[list[str]], window: int) -> None:
    words = [word for text in texts for word in text]
    numbering = {word: number for number, word in enumerate(dict.fromkeys(words))}
    numbers = np.array([numbering[word] for word in words], np.int64)
    lengths = np.array([len(word) for word in words], np.int64)
    bounds = np.cumsum([0, *map(len, texts)])
    figures = {name: values.tolist() for name, values in repeated_ngram_characters(numbers, lengths, bounds, window)}
    for index, text in enumerate(texts):
        count = -(-len(text) // window)
        edges = [part * len(text) // count for part in range(count + 1)] if text else [0, 0]
        parts = [ngram_characters_by_definition(text[start:end]) for start, end in itertools.pairwise(edges)]
        expected = {name: sum(part[name] for part in parts) for name in parts[0]}
        whole = ngram_characters_by_definition(text)
        expected.update({name: value for name, value in whole.items() if "_top_" in name})
        assert {name: values[index] for name, values in figures.items()} == expected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("One line is here.\n\n\nAnother is here.", "One line is here.\n\n\nAnother is here."),
        ("One line is here.\n\nMenu\n\nShop\n\nHelp\n\nAnother is here.", "One line is here.\n\nAnother is here."),
        ("Menu\n\nShop\n\nAt\n\n  One line is here.\n    So it goes on.\n", "  One line is here.\n    So it goes on."),
        ("Menu\n\nShop\n\nHelp\n\n```\nx = {\n}\n\ny\n```", "```\nx = {\n}\n\ny\n```"),
        ("Menu\n\nShop\n\nHelp\n\n\\[\nx^{2}\n\\]", "\\[\nx^{2}\n\\]"),
        ("Menu\n\nShop\n\nHelp\n\n```\nno end", ""),
    ],
)
def test_what_c4_leaves_keeps_its_layout(text: str, left: str) -> None:
    assert edited(text)[0] == left


@pytest.mark.parametrize("line", ["reply", "ANNA", "}", "好。"])
def test_names_and_brackets_may_come_again(line: str) -> None:
    text = "\n".join(f"{line}\nThe {number} boats are in the harbour now." for number in range(9))
    for language in ("en", "zh"):
        assert signals(text, language)["repetition_duplicate_lines"] == 0
    assert signals(text, like_peer=True)["repetition_duplicate_lines"] > 0.4
    assert signals("今天的天气很好。\n" * 9, "zh")["repetition_duplicate_lines"] > 0.8


@pytest.mark.parametrize("like_peer", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_what_c4_leaves_has_the_figures_of_a_text_of_its_own(texts: list[str], language: str, like_peer: bool) -> None:
    # A paragraph that lost a line may have another share of code.
    setting = {**SETTING, "leave-out-code": False}
    measured = TextSignals(texts, setting, profile_of(language), like_peer)
    left = [measured.prose_lines.text(index) for index in range(len(texts))]
    measured.take_edits({index: text for index, text in enumerate(left) if text != texts[index]})
    figures = {name: values.tolist() for name, values in measured.family("fineweb")}
    anew = TextSignals(left, setting, profile_of(language), like_peer)
    assert figures == {name: values.tolist() for name, values in anew.family("fineweb")}


GLOSSARY = "\n".join(
    f"{name}: a word of the template language, written as `{{{{ {name} }}}}` or {{{name}}}, for what is {name}."
    for name in ("tide", "berth", "crane", "buoy", "lock")
)
PROGRAM = "\n".join(f"if (berth{number} > 0) {{ open(gate{number}); }} else {{ wait(); }}" for number in range(9))


def test_a_glossary_with_brackets_is_no_program() -> None:
    assert signals(GLOSSARY)["c4_curly_bracket_characters"] < 0.2
    assert signals(PROGRAM, leave_out_code=False)["c4_curly_bracket_characters"] > 0.2
