"""The seeds that may become prompts, in a temporary file, and what is known of all that were met."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document
from corpuskit.synthetic.planning.seed_rules import SeedRules
from corpuskit.synthetic.planning.template import PromptTemplate, field_names, field_text

__all__ = ["UsableSeed", "UsableSeeds"]


class UsableSeed(NamedTuple):
    """A seed that may be used."""

    class_: str
    """Empty if there are no classes, or it has none."""
    messages: list[dict[str, str]]
    """The prompt."""
    entry: dict[str, Any]
    """What is kept of it for what its answer becomes."""


class UsableSeeds:
    """Judges seeds by the rules, and keeps the prompts of those that may be used; each takes 8 bytes of memory."""

    def __init__(
        self,
        template: PromptTemplate,
        rules: SeedRules,
        class_field: str | None,
        entry_of: Callable[[Document], dict[str, Any]],
    ) -> None:
        """`class_field` tells a seed's class. `entry_of` gives what is kept of a seed for what its answer becomes."""
        self.dropped = Counter[str]()
        self.class_sizes = Counter[str]()
        self.fields_never_met = set(template.fields)
        """Fields of the template that no seed has."""
        self.fields_met: dict[str, None] = {}
        """Fields of the seeds, in the order in which they were met."""
        self.keys_used = set[str]()
        """Keys of the metadata of seeds that may be used."""
        self._template, self._rules, self._class_field, self._entry_of = template, rules, class_field, entry_of
        self._lines = Spool()

    def add_all(self, documents: Iterable[Document]) -> None:
        """Take seeds."""
        for document in documents:
            self._add(document)

    def __len__(self) -> int:
        """Return how many seeds may be used."""
        return len(self._lines)

    def __iter__(self) -> Iterator[UsableSeed]:
        """Yield the seeds that may be used, in their order."""
        return (UsableSeed(*orjson.loads(line)) for line in self._lines)

    def close(self) -> None:
        """Remove the temporary file."""
        self._lines.close()

    def _add(self, document: Document) -> None:
        values = self._template.values(document)
        if self.fields_never_met or not self.fields_met:
            self.fields_never_met -= {field for field, value in values.items() if value is not None}
            self.fields_met |= dict.fromkeys(field_names(document))
        messages = self._template.messages(values)
        if reason := self._rules.objection(document, values, [message["content"] for message in messages]):
            self.dropped[reason] += 1
            return
        self.keys_used |= document.metadata.keys()
        class_ = "" if self._class_field is None else field_text(document, self._class_field) or ""
        self.class_sizes[class_] += 1
        self._lines.append(orjson.dumps([class_, messages, self._entry_of(document)]))
