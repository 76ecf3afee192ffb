"""Choose the blocks to keep by what the classifier says of them, and of what belongs together."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.blocks import drop_empty_sections, reads_like_content
from corpuskit.text.html.classifier import BlockScores
from corpuskit.text.html.contents import drop_contents
from corpuskit.text.html.rows import PlacedBlock

__all__ = ["Choice", "asks_for_consent", "choose"]

Integers = NDArray[np.int64]

EXCESS_WEIGHT, SHORT_EXCESS_WEIGHT = 11, 9
"""Tenths that a kept word counts in the expected F1: a text too many is worse than one too few, but on a short page."""
SHORT_PAGE = 400
"""Half words below which a page is short: to leave out a sentence costs much of it, and it has little navigation."""
NO_CONTENT = 500
"""Ten-thousandths of probability below which every block of a page must be for it to have no content at all.

The trees have seen no pages of one short line, so they doubt those.
"""
LONG_PAGE = 6_000
"""Half words from which a page poor in links must not lose most of its text."""
FEW_LINKS = 250
"""Thousandths of a page's characters in links up to which it is poor in them."""
LEAST_HEADING = -2_500
"""Score from which a heading is kept before a block that is."""
_ADDED_KINDS = ("preformatted", "row", "item")
LEAST_BETWEEN, LEAST_LINKED, LEAST_CODE = -2_000, -1_600, -4_000
"""Scores from which a block, one of a list or table with many links, and code are added to what is around them."""
LEAST_REPLY = -3_500
"""Score from which a reply is kept if what it replies to is."""
LONGEST_POST = 2
"""How many times as long as the longest reply a post may be that has replies, not comments."""
LINKED_BETWEEN, ALL_LINKED = 500, 850
"""Thousandths of its characters in links from which it is not, and from which a list or table is not either."""
LEAST_RECORDS = (3, 4)
"""Part of the words of such records that must be kept for the rest of them to be kept too."""
FEWEST_RECORDS = 3
"""Elements from which those with the same classes are records of one kind."""
FEWEST_SIGNATURES = 2
"""Headings with a table right after them from which such tables are signatures of what the headings name."""
SURE_HEADING = 1_500
"""Score from which a heading is kept even if nothing that it heads is."""
SURELY_NONE = -2_000
"""Score up to which a block is no content, whatever plain rules say."""
REPEATED_HALF_WORDS = 16
"""Half words from which a text that another element has too is a copy of it."""
LEAST_COPIES = 80
"""Thousandths of the kept words in such copies from which a page has copies, not sentences that recur."""
CONSENT_CHARACTERS = 900
"""Most characters of a paragraph that asks for consent to cookies."""

_CONSENT = re.compile(
    r"\b(?:we|sites?|websites?|pages?|blog|partners)\b.{0,60}\b(?:us(?:es?|ing)|store) .{0,30}cookies"
    r"|\bby (?:continuing|using|browsing|clicking)\b.{0,90}\bcookies"
    r"|(?:seite|website|wir|shop) (?:ver|be)?nutz\w* .{0,30}cookies|(?:seite|website|wir) verwende\w* .{0,30}cookies"
    r"|(?:site|nous) utilis\w+ .{0,30}cookies|(?:sitio|web|p\u00e1gina|utilizamos|usamos) .{0,40}cookies"
    r"|(?:sito|utilizziamo) .{0,40}cookie|(?:strona|serwis|u\u017cywamy|korzystamy) .{0,40}cookie"
    r"|(?:website|wij|we) (?:gebruik\w*|maakt gebruik van) .{0,20}cookies"
    r"|\u0438\u0441\u043f\u043e\u043b\u044c\u0437\u0443\w+ .{0,30}(?:cookie|\u043a\u0443\u043a\u0438)",
    re.IGNORECASE | re.DOTALL,
)
"""What a banner says that asks for consent to cookies."""


class Choice(NamedTuple):
    """What is kept of a page."""

    is_kept: list[bool]
    """Of each block."""
    is_plain: bool = False
    """Whether plain rules chose, because the trees would have lost too much."""


def choose(placed_blocks: list[PlacedBlock], scores: BlockScores) -> Choice:
    """Return which blocks are kept.

    The blocks that are kept are those with which the F1 of their words is likely to be highest (Ye et al., "Optimizing
    F-measure: A tale of two approaches", ICML 2012): where the trees doubt a whole page, less sure blocks are kept too.
    Tables, lists and code are kept or left out whole, a heading goes with what it heads.
    """
    probabilities = scores.probabilities
    atoms = list(_atoms(placed_blocks))
    for start, end in atoms:
        words = scores.half_words[start:end]
        probabilities[start:end] = int((probabilities[start:end] * words).sum()) // max(1, int(words.sum()))
    threshold = _best_threshold(probabilities, scores.half_words)
    if threshold is None:
        return Choice([False] * len(placed_blocks))
    is_kept: list[bool] = (probabilities >= threshold).tolist()
    plainly_kept = _plain_choice_if_too_much_is_lost(placed_blocks, is_kept, scores)
    if plainly_kept:
        for start, end in atoms:
            plainly_kept[start:end] = is_kept[start:end]
        is_kept = plainly_kept
    _complete_records(placed_blocks, is_kept, scores)
    _fill_gaps(placed_blocks, is_kept, scores)
    _keep_signatures(placed_blocks, is_kept, scores)
    _keep_code(placed_blocks, is_kept, scores)
    _keep_headings(placed_blocks, is_kept, scores)
    _drop_consent(placed_blocks, is_kept)
    _drop_copies(placed_blocks, is_kept, scores)
    labels = drop_contents(placed_blocks, is_kept, scores.half_words, scores.linked >= ALL_LINKED)
    with_content = list(is_kept)
    drop_empty_sections([placed.block for placed in placed_blocks], with_content)
    is_kept = [
        keep and (stays or (score >= SURE_HEADING and index not in labels))
        for index, (keep, stays, score) in enumerate(zip(is_kept, with_content, scores.log_odds.tolist(), strict=True))
    ]
    _drop_echoes(placed_blocks, is_kept)
    return Choice(is_kept, plainly_kept is not None)


def _best_threshold(probabilities: Integers, half_words: Integers) -> int | None:
    """Return the probability down to which blocks are kept; None if the page has no content.

    All rows of a table and all items of a list have the same probability, as they are kept or left out together.
    """
    # Blocks by probability; the expected F1 of the first k is 2 * sum(p * w) / (sum(w) + sum of all p * w).
    #
    # probabilities   [9000 6000 500], half_words [10 4 40]
    # hits            [90000 114000 134000]
    # sizes           [90000 126000 486000] the page is short
    # F1              [.80 .88 .43]         the first two are kept
    if int(probabilities.max()) < NO_CONTENT:
        return None
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(probabilities[order] * half_words[order])
    weight = SHORT_EXCESS_WEIGHT if int(half_words.sum()) < SHORT_PAGE else EXCESS_WEIGHT
    sizes = np.cumsum(half_words[order]) * (1_000 * weight)
    best = int(np.argmax(2 * hits / (sizes + hits[-1])))
    return int(probabilities[order[best]])


def _atoms(placed_blocks: list[PlacedBlock]) -> Iterator[tuple[int, int]]:
    """Yield the first block and the block after the last of each table and each list whose items are single texts."""
    start = 0
    while start < len(placed_blocks):
        key = _atom_of(placed_blocks[start])
        end = start + 1
        while key and end < len(placed_blocks) and _atom_of(placed_blocks[end]) == key:
            end += 1
        if end > start + 1:
            yield start, end
        start = end


def _atom_of(placed: PlacedBlock) -> tuple[str, int, int] | None:
    if placed.block.kind == "row" and placed.cell:
        return "table", placed.cell.table, 0
    if placed.block.kind == "item" and not placed.is_link_run:
        return "list", placed.block.list_number, placed.container
    return None


def _complete_records(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Keep short blocks of records if most of their like are kept: short posts of a thread, sections of a manual."""
    groups: dict[tuple[tuple[int, int], bool], list[int]] = {}
    for index, placed in enumerate(placed_blocks):
        groups.setdefault((placed.signature, placed.block.kind == "heading"), []).append(index)
    for indexes in groups.values():
        if len({placed_blocks[index].container for index in indexes}) < FEWEST_RECORDS:
            continue
        words = scores.half_words[indexes]
        is_kept_here = np.array([is_kept[index] for index in indexes])
        kept_words = int(words[is_kept_here].sum())
        if kept_words * LEAST_RECORDS[1] > int(words.sum()) * LEAST_RECORDS[0]:
            linked_words = int((words * scores.linked[indexes])[is_kept_here].sum())
            are_linked = linked_words >= LINKED_BETWEEN * kept_words
            for index in indexes:
                is_kept[index] |= _may_be_added(placed_blocks, scores, index) or (
                    # The names of cards are links, each of them.
                    are_linked and not placed_blocks[index].is_link_run and int(scores.log_odds[index]) >= LEAST_LINKED
                )
        else:
            posts = [index for index in indexes if is_kept[index] and not placed_blocks[index].is_reply]
            replies = [index for index in indexes if _is_reply(placed_blocks[index], scores, index)]
            if _is_thread(placed_blocks, posts, replies, scores):
                for index in replies:
                    is_kept[index] = True


def _is_thread(placed_blocks: list[PlacedBlock], posts: list[int], replies: list[int], scores: BlockScores) -> bool:
    """Whether replies stand in the same kind of element as a post of like length; an article is longer than that."""
    post_words, reply_words = Counter[int](), Counter[int]()
    for indexes, words in ((posts, post_words), (replies, reply_words)):
        for index in indexes:
            words[placed_blocks[index].container] += int(scores.half_words[index])
    if not post_words or len(reply_words) < FEWEST_RECORDS:
        return False
    return max(post_words.values()) <= LONGEST_POST * max(reply_words.values())


def _is_reply(placed: PlacedBlock, scores: BlockScores, index: int) -> bool:
    """Whether a block is a paragraph of a reply, and not mostly links."""
    is_paragraph = placed.is_reply and placed.block.kind == "paragraph"
    return is_paragraph and int(scores.log_odds[index]) >= LEAST_REPLY and int(scores.linked[index]) < LINKED_BETWEEN


def _fill_gaps(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Keep what stands between two kept blocks of one element, or is a list, table or code right after one."""
    kept_indexes = [index for index, keep in enumerate(is_kept) if keep]
    for before, after in pairwise([*kept_indexes, len(placed_blocks)]):
        container = placed_blocks[before].container
        is_gap = after < len(placed_blocks) and placed_blocks[after].container == container
        for index in range(before + 1, after):
            placed = placed_blocks[index]
            if placed.block.kind not in _ADDED_KINDS or not (is_gap or placed.container == container):
                break
            if not _may_be_added(placed_blocks, scores, index):
                break
            is_kept[index] = True


def _keep_signatures(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Keep a table between a heading and its text where a page has several: what a program's members look like."""
    tables = [index for index in range(1, len(placed_blocks)) if _is_table_of_heading(placed_blocks, is_kept, index)]
    if len(tables) < FEWEST_SIGNATURES:
        return
    for start in tables:
        end = start
        while end < len(placed_blocks) and not is_kept[end]:
            end += 1
        gap = range(start, end)
        table = placed_blocks[start].cell
        if end < len(placed_blocks) and all(
            (cell := placed_blocks[index].cell)
            and table
            and cell.table == table.table
            and _may_be_added(placed_blocks, scores, index)
            for index in gap
        ):
            is_kept[start:end] = [True] * len(gap)


def _is_table_of_heading(placed_blocks: list[PlacedBlock], is_kept: list[bool], index: int) -> bool:
    """Whether a table begins right after a kept heading that is not in a table."""
    before = placed_blocks[index - 1]
    is_after_heading = is_kept[index - 1] and before.block.kind == "heading" and before.cell is None
    return is_after_heading and placed_blocks[index].cell is not None


def _keep_code(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Keep code right after kept text, and most of all after text that ends in a colon: a program's output."""
    for before, index in pairwise(range(len(placed_blocks))):
        text = placed_blocks[before].block
        if placed_blocks[index].block.kind == "preformatted" and is_kept[before] and text.kind != "heading":
            least = LEAST_CODE if text.text.endswith((":", "\uff1a")) else LEAST_BETWEEN
            is_kept[index] |= int(scores.log_odds[index]) >= least


def _may_be_added(placed_blocks: list[PlacedBlock], scores: BlockScores, index: int) -> bool:
    """Whether a block can be content if what is around it is: not if it is mostly links, or surely no content."""
    score, linked = int(scores.log_odds[index]), int(scores.linked[index])
    if placed_blocks[index].block.kind == "preformatted":
        return score >= LEAST_CODE
    if linked < LINKED_BETWEEN:
        return score >= LEAST_BETWEEN
    has_own_words = linked < ALL_LINKED and not placed_blocks[index].is_link_run
    return has_own_words and placed_blocks[index].block.kind in _ADDED_KINDS and score >= LEAST_LINKED


def _keep_headings(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Keep each heading right before a kept block, and the page's only heading of the first level before any."""
    for index in range(len(placed_blocks) - 1, 0, -1):
        if placed_blocks[index - 1].block.kind == "heading" and is_kept[index] and not is_kept[index - 1]:
            is_kept[index - 1] = int(scores.log_odds[index - 1]) >= LEAST_HEADING
    titles = [index for index, placed in enumerate(placed_blocks) if _is_title(placed)]
    if len(titles) == 1 and any(is_kept[titles[0] :]):
        is_kept[titles[0]] = is_kept[titles[0]] or int(scores.log_odds[titles[0]]) >= LEAST_HEADING


def _is_title(placed: PlacedBlock) -> bool:
    return placed.block.kind == "heading" and placed.block.level == 1


def _plain_choice_if_too_much_is_lost(
    placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores
) -> list[bool] | None:
    """Return what plain rules choose, if a long page with few links would lose more than half of that; else None."""
    words = scores.half_words
    total = max(1, int(words.sum()))
    if total < LONG_PAGE or int((words * scores.linked).sum()) > FEW_LINKS * total:
        return None
    is_plain = _plain_choice(placed_blocks, scores)
    loses_too_much = int(words[np.array(is_kept)].sum()) * 2 < int(words[np.array(is_plain)].sum())
    return is_plain if loses_too_much else None


def _plain_choice(placed_blocks: list[PlacedBlock], scores: BlockScores) -> list[bool]:
    """Return the blocks that read like content by their words and links, but for what the trees are sure is none."""
    for placed, half_words in zip(placed_blocks, scores.half_words.tolist(), strict=True):
        placed.block.words = half_words / 2
    is_plain = reads_like_content([placed.block for placed in placed_blocks])
    return [plain and score > SURELY_NONE for plain, score in zip(is_plain, scores.log_odds.tolist(), strict=True)]


def _drop_consent(placed_blocks: list[PlacedBlock], is_kept: list[bool]) -> None:
    """Unmark paragraphs that ask for consent to cookies and are alone in their element."""
    asking = {
        index
        for index, placed in enumerate(placed_blocks)
        if is_kept[index]
        and "ook" in placed.block.text
        and len(placed.block.text) <= CONSENT_CHARACTERS
        and asks_for_consent(placed.block.text)
    }
    if not asking:
        return
    containers = {placed_blocks[index].container for index in asking}
    busy_containers = {
        placed.container
        for index, placed in enumerate(placed_blocks)
        if placed.container in containers and index not in asking and len(placed.block.text) > CONSENT_CHARACTERS // 10
    }
    for index in asking:
        is_kept[index] = placed_blocks[index].container in busy_containers


def asks_for_consent(text: str) -> bool:
    """Whether a text asks for consent to cookies."""
    return _CONSENT.search(text) is not None


def _drop_copies(placed_blocks: list[PlacedBlock], is_kept: list[bool], scores: BlockScores) -> None:
    """Unmark long texts that stand in another element before: copies for small screens, or teasers.

    A refrain or a quotation in the same element stays.
    """
    container_of: dict[str, int] = {}
    copies: list[int] = []
    for index, placed in enumerate(placed_blocks):
        if is_kept[index] and placed.block.kind in ("paragraph", "line", "item"):
            first = container_of.setdefault(placed.block.text, placed.container)
            if first != placed.container and int(scores.half_words[index]) >= REPEATED_HALF_WORDS:
                copies.append(index)
    kept_words = int(scores.half_words[np.array(is_kept)].sum())
    if int(scores.half_words[copies].sum()) * 1000 >= LEAST_COPIES * kept_words:
        for index in copies:
            is_kept[index] = False


def _drop_echoes(placed_blocks: list[PlacedBlock], is_kept: list[bool]) -> None:
    """Unmark a text that the heading after it repeats, as the end of a breadcrumb or a running title."""
    before = -1
    for index in [index for index, keep in enumerate(is_kept) if keep]:
        block, last = placed_blocks[index].block, placed_blocks[before].block
        if before >= 0 and block.kind == "heading" and last.text == block.text:
            if last.kind == "heading" and last.level <= block.level:
                is_kept[index] = False
                continue
            is_kept[before] = False
        before = index
