"""Whether a text that nothing calls source code is a program or a file of settings, by the look of its lines.

What looks like code is a guess, good enough to leave a text as it is: a wrong one costs a menu that stays.
"""

import re
from collections.abc import Iterator

from corpuskit.text.quality.compiled import compiled_core

__all__ = ["reads_as_code"]

CHARACTERS_READ = 4000
"""Characters from the start, and as many from the end, that are looked at."""
LONGEST_LINE = 300
"""Characters of a line that are looked at: half of them from its start, half from its end."""
SENTENCE_CHARACTERS = 60
"""Characters of a line that is prose if it is nothing else."""
MOST_PROSE = 0.5
"""Share of characters in lines of prose up to which code is no lesson in programming, with menus of its uncommented."""
LEAST_CODE = 0.3
"""Share of lines that only code has, from which a text is code: comments and blank lines make up most of the rest."""
LINES_AT_A_TIME = 10
"""Lines after which it is asked whether those that were not read can make a program of the text."""
LEAST_LIKELY = 0.6
"""The same, together with lines that lists in prose have now and then; and the share of comments that makes code."""

_FENCES = ("```", "~~~")
_BLOCKS = (
    *(("/*", "*/"), ('"""', '"""'), ("'''", "'''"), ("=head", "=cut"), ("=pod", "=cut")),
    *((fence, fence) for fence in _FENCES),
)
"""What opens and closes a comment or a docstring of several lines, or a block of code in prose."""
_OPENINGS = tuple(opening for opening, _ in _BLOCKS)
_SPECIAL = frozenset(("#", *(opening[0] for opening in _OPENINGS)))
"""What a line begins with that may open one of these, or be a heading of Markdown."""

_LINES_OF_CODE = (
    r"[}\])]+[;,)]*\Z",
    r"#!\s?/|#\s?(?:include|define|ifn?def|endif|pragma)\b|<\?(?:php|xml)|</?[A-Za-z][\w:-]*[^>]*>\Z",
    # Names what it uses.
    r"(?:import|from|use|using|package|require|namespace|module|alias|extern|typedef)"
    r"\s+[\w.:/{*\"'<@-]+(?:\s+(?:import|as|qw)\b.*|.*;)?\Z",
    # Defines or declares.
    r"(?:async\s+)?(?:def|class|fn|func|function|sub|proc|struct|enum|union|interface|impl|trait)\s+[\w.:$<>]+.*[:{(;)]\Z",
    r"(?:public|private|protected|static|const|final|virtual|inline|unsigned|void|int|char|bool|double|float|long)"
    r"\s+[\w*&:<>\[\]]+.*[;{(,)]\Z",
    # Branches, goes round, ends.
    r"(?:if|elif|else\s?if|for|foreach|while|switch|with|unless|until|catch|case|when)\b.*(?:[:{;]|\bthen|\bdo)\Z",
    r"(?:else|try|finally|do|then|fi|done|esac|end|endif|endwhile|endfunction|begin|pass|break|continue|return|BEGIN|END)"
    r"\s*[:;{]?\Z",
    r"(?:return|raise|throw|yield|del|assert|delete|goto|print|echo|export|local|let|var|val|set|setlocal|my|our|syn|hi)"
    r"\b\s.*[\w)\]}\"';,]\Z",
    r"(?:except|catch)\b.*[:{]\Z|@[\w.]+(?:\(.*\))?\Z",
    r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT\s+ON|SET|RETURNS?|LANGUAGE)\b[^.]*\Z|\\echo\s",
    # Calls.
    r"[\w.$>:-]+\(.*\)?\s*[;,{]?\Z(?<![.!?])|\(\w[\w-]*(?:\s[^.]*)?\Z",
    r"\[[\w.:\ -]+\]\Z",
    # Holds a value of a list.
    r"""["'][^"']*["']\s*(?::.*)?,?\Z|[-+]?[\w.]+,\Z""",
)
_CODE = re.compile("|".join(_LINES_OF_CODE))
_ASSIGNMENT = re.compile(
    r"""(?:[-\w.$@*&\[\]>"'()+:]+\s+){0,4}[-\w.$@%*&\[\]>"'():{},]+\s*(?:[-+*/|&^%.?:]|<<|>>)?=(?![=>])\s*\S"""
)
_STATEMENT = re.compile(r"(?!\(?\w{1,4}\)).*[=(){}\[\]$@|\\+&].*;\Z|.*(?:[{\\(\[]|&&|\|\||=>|->)\Z")
"""Ends a statement, which an item of a law does not, or goes on."""
_ENDS_OF_STATEMENTS = tuple(";{\\([&|>")
_HAS_MARK = re.compile(r"[={}()\[\];<>$@\\&|]")
_LAST_MARKS = ('"', "'", ",", ":")
_ALONE = """
import from use using package require namespace module else try finally do then fi done esac end endif begin pass
break continue return goto print echo export set syn hi BEGIN END SELECT INSERT UPDATE DELETE CREATE ALTER DROP
GRANT REVOKE COMMENT SET RETURN RETURNS LANGUAGE
"""
_WORDS_ALONE = frozenset(_ALONE.split())
"""First words of lines that are code without a mark."""
_MARKS = ("=", "{", ";", "[", "<", "$", "\\", "#", "//", "(", ": ", ":\n", ",\n", '"\n')
LEAST_MARKS = 0.3
"""Marks a line, below which a text is no code, and not read."""
_COMMENT = re.compile(r'(?:#|//|/\*|\*/|--\s|;|"\s|%\s|=\w+\b)')
_FIRST_OF_COMMENTS = frozenset('#/*-;"%=')
_SETTING = re.compile(r"""(?:-\s+)?["']?[\w.$/@-]+["']?\s*(?::(?:\s+\S+){0,4}|=.*)\Z|-\s+[\w./:@*$"'-]+\Z""")


def reads_as_code(text: str) -> bool:
    """Whether most of a text is code, its comments or settings; what stands in fences is left out.

    >>> reads_as_code("import os\\n\\n# Where it is.\\nHERE = os.getcwd()\\nprint(HERE)")
    True
    >>> reads_as_code("The boats are on the shore.\\n\\nThe oars are not.\\n\\n    pull(oars)")
    False
    """
    if not _has_marks(text):
        return False
    code = settings = comments = uncommented = prose = 0
    lines = list(_lines(text))
    size = sum(len(line) for line, _ in lines)
    for start in range(0, len(lines), LINES_AT_A_TIME):
        for line, in_comment in lines[start : start + LINES_AT_A_TIME]:
            if in_comment or (line[:1] in _FIRST_OF_COMMENTS and _COMMENT.match(line)):
                comments += 1
                continue
            uncommented += 1
            if _looks_like_code(line):
                code += 1
            elif (":" in line or "=" in line or line[:1] == "-") and _SETTING.match(line):
                settings += 1
            elif len(line) >= SENTENCE_CHARACTERS:
                prose += len(line)
        unread = max(0, len(lines) - start - LINES_AT_A_TIME)
        if not _may_be_program(code, settings, comments, uncommented, unread, prose <= MOST_PROSE * size):
            return False
    return bool(lines)


def _may_be_program(
    code: int, settings: int, comments: int, uncommented: int, unread: int, has_little_prose: bool
) -> bool:
    """Whether a text is a program by the kinds of its lines, or may be one, whatever its `unread` lines are."""
    most = uncommented + unread
    if code + unread >= LEAST_LIKELY * most > 0 or comments + unread - uncommented >= LEAST_LIKELY * uncommented:
        return True
    likely = code + unread >= LEAST_CODE * most or code + settings + unread >= LEAST_LIKELY * most
    return likely and has_little_prose


def _has_marks(text: str) -> bool:
    marks, line_feeds = _marks_and_line_feeds(text)
    return marks >= LEAST_MARKS * line_feeds


def _marks_and_line_feeds(text: str) -> tuple[int, int]:
    core = compiled_core()
    if core is None:
        return sum(map(text.count, _MARKS)), text.count("\n")
    marks, line_feeds = core.marks_and_line_feeds(text.encode("utf-8", "surrogatepass"))
    return marks, line_feeds


def _looks_like_code(line: str) -> bool:
    may_be_code = _HAS_MARK.search(line) or line.endswith(_LAST_MARKS) or line.partition(" ")[0] in _WORDS_ALONE
    if not may_be_code:
        return False
    # The patterns that read a whole line are asked where the mark that they need is.
    return (
        _CODE.match(line) is not None
        or ("=" in line and _ASSIGNMENT.match(line) is not None)
        or (line.endswith(_ENDS_OF_STATEMENTS) and _STATEMENT.match(line) is not None)
    )


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the lines that are not blank and in no fences, and whether a comment or docstring holds each."""
    if len(text) > 2 * CHARACTERS_READ:
        text = f"{text[:CHARACTERS_READ]}\n{text[-CHARACTERS_READ:]}"
    block: tuple[str, str] | None = None
    lines = ["", *map(str.strip, text.splitlines()), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if block is None and line[:1] not in _SPECIAL:
            if line:
                yield _part_read(line), False
            continue
        if block is not None:
            if block[0] not in _FENCES:
                yield line, True
            block = None if block[1] in line else block
            continue
        if line.startswith(_OPENINGS):
            block = next(kind for kind in _BLOCKS if line.startswith(kind[0]))
        if block is not None and block[1] in line[len(block[0]) :]:
            block = None
            yield line, not line.startswith(_FENCES)
        elif block is not None and block[0] not in _FENCES:
            yield line, True
        elif line and block is None:
            # A heading of Markdown stands alone, a comment stands above what it is about.
            yield _part_read(line.lstrip("#") if not before and not after else line), False


def _part_read(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE // 2] + line[-LONGEST_LINE // 2 :]
