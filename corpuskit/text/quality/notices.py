"""What a notice leaves of a line: nothing of its own, and the article that stands behind it in the same paragraph.

A page without line breaks has its notice and its article in one line, and so have pages whose blocks were joined. The
sentences of a notice go one by one then, and those that go on with it, as long as they stand side by side.
"""

import re
from collections.abc import Callable

from corpuskit.text.quality.banner_words import goes_on_with_notice, speaks_of_banner
from corpuskit.text.quality.consent_boxes import is_part_of_box
from corpuskit.text.quality.cookie_notices import LONGEST_NOTICE, names_cookies, says_of_cookies
from corpuskit.text.quality.full_sentences import MARKLESS, is_full_sentence
from corpuskit.text.quality.line_kinds import is_policy_notice, is_script_notice, says_of_policies, says_of_scripts
from corpuskit.text.quality.site_notices import is_site_notice
from corpuskit.text.quality.told_of_others import spans_of_sentences, tells_of_others
from corpuskit.text.quality.web_words import speaks_to_reader

__all__ = ["c4_verdicts", "text_besides_notices"]

LEAST_TO_READER = 3
"""Sentences that speak to the reader, from which they are an article behind a notice and no part of it."""
LEAST_OF_ARTICLE = 60
"""Bytes of an article behind a longer notice: a short sentence there is mostly the notice's last."""
LEAST_MARKLESS = 120
"""Characters besides a notice that are an article in a script whose sentences end without a mark."""
LONGEST_FOLLOWER = 160
"""Characters of a sentence that goes on with a notice."""


def text_besides_notices(line: str, javascript: bool, policies: bool) -> str:
    """Return what is left of a line without the notices in it: the line itself if there is none.

    The last two parameters say which notices go: on JavaScript, and on cookies, privacy and terms of use.

    >>> article = "The mill stands by the river. It was built in 1871 by two brothers."
    >>> text_besides_notices(f"This site uses cookies. Learn more. {article}", True, True) == article
    True
    >>> text_besides_notices("This site uses cookies. By continuing, you accept this.", True, True)
    ''
    """
    lower = line.lower()
    if javascript and is_script_notice(lower):
        return _besides(line, says_of_scripts)
    if policies and is_policy_notice(lower):
        return _besides(line, lambda sentence: says_of_cookies(sentence) or says_of_policies(sentence))
    if policies and is_site_notice(lower):
        return ""
    if policies and len(line) > LONGEST_NOTICE:
        return _behind_head(line)
    return line


def c4_verdicts(line: str, javascript: bool, policies: bool) -> tuple[bool, bool]:
    """Return whether a line in small letters stays in C4's code, and whether it is code to it, for a curly bracket.

    >>> c4_verdicts("javascript has { and }.", True, True), c4_verdicts("a set is {a, b}.", True, True)
    ((False, False), (True, True))
    """
    if javascript and "javascript" in line:
        return False, False
    return not (policies and is_policy_notice(line, any_mention=True)), "{" in line


def _besides(line: str, says: Callable[[str], bool]) -> str:
    """Return a line without the sentences that a function says are a notice's; nothing if no article is left."""
    spans = _spans(line)
    sentences = [line[start:end].lower() for start, end in spans]
    of_notice = _with_followers(sentences, [says(sentence) for sentence in sentences])
    rest = [sentence.strip() for sentence, goes in zip(sentences, of_notice, strict=True) if not goes]
    if not any(of_notice) or not _is_article(rest, len(line)):
        return ""
    return _without(line, spans, of_notice)


def _behind_head(line: str) -> str:
    """Return a long paragraph without the notice that it begins with, if an article follows."""
    spans = _spans(line[:LONGEST_NOTICE])[:-1]
    sentences = [line[start:end].lower() for start, end in spans]
    if not sentences or not names_cookies(sentences[0]) or not says_of_cookies(sentences[0]):
        return line
    of_notice = _with_followers(sentences, [True, *[False] * (len(sentences) - 1)])
    rest = [sentence.strip() for sentence, goes in zip(sentences, of_notice, strict=True) if not goes]
    if not rest or speaks_to_reader(rest[0]) or not _is_article(rest, len(line)):
        return line
    return _without(line, spans, of_notice)


def _without(line: str, spans: list[tuple[int, int]], of_notice: list[bool]) -> str:
    between: list[str] = []
    position = 0
    for (start, end), goes in zip(spans, of_notice, strict=True):
        if goes:
            between.append(line[position:start])
            position = end
    return "".join([*between, line[position:]]).strip()


def _spans(line: str) -> list[tuple[int, int]]:
    """Return where the sentences of a line lie; those of a script that has no mark for their ends end at a space."""
    if MARKLESS.search(line):
        return [match.span() for match in re.finditer(r"\S+\s*", line)]
    return spans_of_sentences(line)


def _with_followers(sentences: list[str], of_notice: list[bool]) -> list[bool]:
    """Return which sentences are a notice's: those that say so, and those on each side that go on with them."""
    marked = list(of_notice)
    for order in (range(1, len(marked)), range(len(marked) - 2, -1, -1)):
        step = order.step
        for index in order:
            marked[index] = marked[index] or (marked[index - step] and _goes_on(sentences[index]))
    return marked


def _goes_on(sentence: str) -> bool:
    """Whether a sentence beside one of a notice goes on with it."""
    if len(sentence) > LONGEST_FOLLOWER or tells_of_others(sentence):
        return False
    if is_part_of_box(sentence.replace("’", "'")):
        return True
    return goes_on_with_notice(sentence) or not re.search(r"\w", sentence)


def _is_article(rest: list[str], length: int) -> bool:
    """Whether some of what stands beside the sentences of a notice, in a line of some length, is no part of it."""
    if any(map(MARKLESS.search, rest)):
        return sum(len(part) for part in rest if not goes_on_with_notice(part)) >= LEAST_MARKLESS
    plain = [part for part in rest if is_full_sentence(part) and not speaks_of_banner(part)]
    if 2 * sum(map(len, plain)) < length and len(" ".join(plain).encode("utf-8", "surrogatepass")) < LEAST_OF_ARTICLE:
        return False
    return len(plain) >= LEAST_TO_READER or not all(map(speaks_to_reader, plain))
