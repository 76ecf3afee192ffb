"""`filter-url`: documents from listed domains, or with listed words in their address, are dropped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import Document, Drop, Stage
from corpuskit.text.urls.addresses import Address, address_of

if TYPE_CHECKING:
    from corpuskit.text.urls.domains import Domains

BUILTIN = "adult"


class UrlList(NamedTuple):
    """One list: the reason of its drops, its name, and what it finds in an address, if anything."""

    reason: str
    list_name: str
    find: Callable[[Address], str | None]


@dataclass(frozen=True)
class FilterUrl(Stage):
    """Drop documents whose `metadata.url` is on a list: domains, patterns, words.

    `--domains` takes lists with one domain a line, or in the format of hosts files; a domain covers its subdomains,
    and an entry with a path covers what is below it. Capitals, ports, a dot at the end, `www.`, Punycode, the ways
    to write a number address, `..` in paths and needless percent signs make no difference. `--patterns` takes
    regular expressions (RE2). `--words` drops an address that has one of the words, `--soft-words` one that has
    `--soft-min` different ones, `--subwords` one that has one of them anywhere in its letters and digits. Lists are
    files on this machine. Names and passwords before an `@` are never looked at.

    `--builtin adult` adds the lists that datatrove's URLFilter uses, with 4.6 million domains of adult pages; they are
    read from the installed datatrove. What `--allow` covers stays, whatever the other lists say.

    Drops: `domain`, `pattern`, `words`, each with the list and its entry; `no-url` with `--require-url`, else documents
    without an address pass. Holds some 12 bytes a domain in memory;
    each process takes two seconds to read `--builtin adult`.

        corpuskit filter-url --domains blocked.txt --builtin adult documents.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    domains: Annotated[tuple[Path, ...], "Lists of domains, or hosts files, compressed or not."] = ()
    patterns: Annotated[tuple[Path, ...], "Lists of regular expressions that are looked for in the address."] = ()
    words: Annotated[tuple[Path, ...], "Lists of words of which one is enough."] = ()
    soft_words: Annotated[tuple[Path, ...], "Lists of words that convict only together."] = ()
    soft_min: Annotated[int, "How many different words of `--soft-words` convict."] = 2
    subwords: Annotated[tuple[Path, ...], "Lists of words that are looked for within words, too."] = ()
    builtin: Annotated[tuple[Literal["adult"], ...], "Lists of the installed datatrove to use."] = ()
    allow: Annotated[tuple[Path, ...], "Lists of domains that stay, whatever other lists say."] = ()
    require_url: Annotated[bool, "Drop documents that have no address."] = False

    def __post_init__(self) -> None:
        """Raise UsageError if there is nothing to look for, or a list cannot be read."""
        lists = (self.domains, self.patterns, self.words, self.soft_words, self.subwords, self.builtin)
        if not any(lists) and not self.require_url:
            domains, builtin = spelled("domains"), spelled("builtin", [BUILTIN])
            raise UsageError(f"there is nothing to look for; name a list with {domains}, or use {builtin}")
        if self.soft_min < 1:
            raise misfit("soft-min", "a number of words from 1 on", self.soft_min)
        if self.builtin:
            _ = self._assets
        _ = self._own_rules, self._allowed

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: each process reads the lists anew, as compiled patterns cannot be pickled."""
        return {option.name: getattr(self, option.name) for option in self.option_list()}

    def versions(self) -> dict[str, str]:
        """Return the version of datatrove, if its lists are used."""
        from corpuskit.core.startup import installed_version

        return {"datatrove": installed_version("datatrove")} if self.builtin else {}

    def prepare(self) -> None:
        """Load the lists that come with datatrove."""
        _ = self._rules

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, or a drop that names the list and its entry."""
        url = document.metadata.get("url")
        if not isinstance(url, str) or not url:
            return Drop(document, "no-url") if self.require_url else document
        address = address_of(url)
        for rule in self._rules:
            if (entry := rule.find(address)) is not None:
                if any(domains.entry_for(address) for domains in self._allowed):
                    return document
                return Drop(document, rule.reason, {"list": rule.list_name, "entry": entry})
        return document

    @cached_property
    def _rules(self) -> list[UrlList]:
        return [*self._own_rules, *self._builtin_rules()]

    @cached_property
    def _own_rules(self) -> list[UrlList]:
        from corpuskit.text.urls.words import list_patterns, list_words

        rules = [_domain_rule(path.name, _domains(path)) for path in self.domains]
        rules += [_pattern_rule(path.name, list_patterns(_text(path))) for path in self.patterns]
        for kind, paths in (("words", self.words), ("soft-words", self.soft_words), ("subwords", self.subwords)):
            rules += [_word_rule(kind, path.name, list_words(_text(path)), self.soft_min) for path in paths]
        return rules

    def _builtin_rules(self) -> Iterator[UrlList]:
        from corpuskit.text.urls.datatrove_lists import WORDS, domain_blocks, word_list
        from corpuskit.text.urls.domains import Domains
        from corpuskit.text.urls.words import list_words

        if self.builtin:
            yield _domain_rule(BUILTIN, Domains(domain_blocks(self._assets)))
            for kind in WORDS:
                yield _word_rule(kind, f"{BUILTIN} {kind}", list_words(word_list(self._assets, kind)), self.soft_min)

    @cached_property
    def _assets(self) -> Path:
        from corpuskit.text.urls.datatrove_lists import assets

        folder = assets()
        if folder is None:
            raise misfit("builtin", "no list, as the installed datatrove comes without any", BUILTIN)
        return folder

    @cached_property
    def _allowed(self) -> "list[Domains]":
        return [_domains(path) for path in self.allow]


def _domain_rule(name: str, domains: "Domains") -> UrlList:
    return UrlList("domain", name, domains.entry_for)


def _pattern_rule(name: str, patterns: dict[str, int]) -> UrlList:
    from corpuskit.text.urls.words import PatternError, Patterns

    try:
        compiled = Patterns(patterns)
    except PatternError as error:
        raise UsageError(f"{name}:{patterns[error.pattern]}: {error}") from None
    _demand_entries(name, len(patterns))
    return UrlList("pattern", name, lambda address: compiled.pattern_in("".join(address).encode("utf-8", "ignore")))


def _word_rule(kind: str, name: str, entries: list[str], soft_min: int) -> UrlList:
    from corpuskit.text.urls.words import ListedWords, Patterns, joined_letters, words_of

    _demand_entries(name, len(entries))
    if kind == "subwords":
        parts = Patterns(entries, literal=True)
        return UrlList("words", name, lambda address: parts.pattern_in(joined_letters(address)))
    words = ListedWords(entries, soft_min if kind == "soft-words" else 1)
    return UrlList("words", name, lambda address: " ".join(words.words_in(words_of(address))) or None)


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a list, decompressed. Raises UsageError for what cannot be read, or is not whole."""
    from corpuskit.core.reading.list_files import reading_list

    with reading_list(path) as input_:
        yield from input_.blocks()


def _domains(path: Path) -> "Domains":
    from corpuskit.text.urls.domains import Domains, ListError

    try:
        domains = Domains(_blocks(path))
    except ListError as error:
        raise UsageError(f"{path.name}:{error}") from None
    _demand_entries(path.name, len(domains))
    return domains


def _demand_entries(name: str, count: int) -> None:
    """Raise UsageError for a list of nothing, which is more likely a mistake than meant."""
    if not count:
        raise UsageError(f"{name} has no entries: there is nothing to look for")


def _text(path: Path) -> str:
    try:
        return b"".join(_blocks(path)).decode()
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is not UTF-8; convert it") from None
