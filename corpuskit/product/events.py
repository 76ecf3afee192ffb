"""`events`: a product's log becomes one document an event, with people protected from the first step on."""

import hashlib
import hmac
import importlib
import json
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.audience import SCOPES, day
from corpuskit.core.counts import StepCount
from corpuskit.core.disk.key_file import read_key_file
from corpuskit.core.document import TURNS, Document, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import RUNTIME, Drop, Item, Rejected, Source
from corpuskit.core.wording import excerpt
from corpuskit.formats.json_lines import json_lines
from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, as_iso_time, as_name, measured, missing
from corpuskit.formats.product_logs.records import LogRecord, records_of
from corpuskit.text.turns import Turn, render

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.product_logs.mapped import EventMap

LogFormat = Literal["map", "openwebui", "labelstudio", "argilla", "oasst", "zendesk", "copilot"]
Walk = Callable[[Record], Iterator[LoggedEvent | NoEvent]]
LOG_SUFFIXES = tuple(
    f"{kind}{packed}"
    for kind in (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
    for packed in ("", ".gz", ".zst", ".bz2", ".xz")
)
SHORTEST_KEY = 32
LONGEST_WORD = 100
"""Characters of a string in an event's value; what is longer is prose, which belongs into the text."""
EVERYBODY = "*"
PRODUCT_FORMATS = frozenset({"labelstudio", "zendesk"})
"""Formats in which people speak to one another, or of a text; in the others, they speak to a model."""
Consent = dict[str, Any]


@dataclass(frozen=True)
class Events(Source):
    """Read the log of a product as documents, one for each event.

    An event is something that somebody did: rate, choose, edit, accept, reject, label, report, outcome or withdraw.
    What was done stands in `metadata.event` (type, value, item, model, role), when in `date`, whose it is in `tenant`.
    The words that it is about stand in `text` as turns, if the person agreed to that. `actor` is a pseudonym:
    HMAC-SHA-256 of the log's name for the person under the tenant's key, 128 bits. The same person has another one at
    another tenant, and nobody can find out a person's without the key; delete the key to unlink them. A pseudonym is
    still personal data.

    Consent is a record's own `consent` (for `map`, what the map names), else the line of `--consent` for the actor,
    else its line for `*`: JSON Lines such as `{"actor": "*", "scope": ["label", "text", "train"], "until":
    "2027-01-01"}`. Scopes are label, text, train and retrieve. Without `label` an event is dropped as `no-consent`, and
    nothing of it is kept, not even in `--drops`; without `text` its words are left out. Withdrawals need no consent.

    Formats: openwebui (feedback export), labelstudio, argilla, oasst (ranked trees), zendesk (tickets), copilot (shown,
    accepted, rejected), and `map`, which says by `--map` where a log of your own has what an event needs
    (docs/product-data.md). Roles are user, annotator (each one's label is a vote) and moderator (the latest label
    holds). Logs are JSONL, JSON, CSV, TSV or Parquet. Records that are no event are dropped and counted: `shown`,
    `replay`, `no-rating` and so on.

    Rejects: `bad-event` for a record without id, time or item, with the path that is missing, and for a rating that is
    not 1 to 5 stars; `bad-consent` for a scope that is unknown; what is no JSON. Holds one record in memory, or a JSON
    array, and the lines of `--consent`.

        corpuskit events feedback.json --format openwebui --tenant acme --key acme.key --consent consent.jsonl
    """

    suffixes: ClassVar[tuple[str, ...]] = LOG_SUFFIXES

    format: Annotated[LogFormat, "What kind of log it is."]
    tenant: Annotated[str, "Customer whose log it is."]
    key: Annotated[Path, "File with the tenant's key of 32 bytes or more, that nobody else may read.", RUNTIME]
    map: Annotated[Path | None, "YAML file that says where the log has what an event needs."] = None
    consent: Annotated[Path | None, "JSONL file of what people agreed to."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for a tenant without a name, and for a map or consent that is wrong."""
        if not self.tenant.isprintable() or not self.tenant.strip():
            raise misfit("tenant", "a name of printable characters", self.tenant)
        if (self.format == "map") != (self.map is not None):
            raise UsageError(
                f"{spelled('format', 'map')} and {spelled('map', Path('FILE'))} go together: "
                "the file says where the log has what an event needs"
            )
        _ = self._walk, self._consents

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: the key is never pickled."""
        return {option.name: getattr(self, option.name) for option in self.option_list()}

    def versions(self) -> dict[str, str]:
        """Return a short fingerprint of the tenant's key, by which runs under another key can be told."""
        return {f"actor-key {self.tenant}": hmac.digest(self._key, b"corpuskit actor key id", "sha256").hex()[:8]}

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError for a key that is short or that others may read."""
        _ = self._key

    def hint_on(self, count: StepCount) -> str:
        """Return how to name what people agreed to, if no record says it and no file was given."""
        if self.consent is not None or not count.dropped["no-consent"] or count.sent.documents:
            return ""
        return (
            "no record says what its person agreed to; write that to a file and name it with `--consent FILE`, "
            """for all of them as `{"actor": "*", "scope": ["label"]}`"""
        )

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the events of one log in order. Raises Reject for a file that is no log."""
        for record in records_of(input_):
            if isinstance(record, Rejected):
                yield record
                continue
            try:
                yield from self._items(record)
            except Reject as reject:
                yield Rejected(reject.reason, input_.name, record.offset, record.raw, reject.detail)
            except (AttributeError, TypeError, KeyError, ValueError):
                yield Rejected("bad-event", input_.name, record.offset, record.raw, f"not a record of {self.format}")

    def _items(self, record: LogRecord) -> list[Item]:
        if not isinstance(record.value, dict):
            raise Reject("bad-event", "a record is a JSON object")
        return [self._item(event) for event in self._walk(record.value)]

    def _item(self, event: LoggedEvent | NoEvent) -> Item:
        if isinstance(event, NoEvent):
            return Drop(Document("", ""), event.reason)
        identifier, item = as_name(event.id) or missing("id"), as_name(event.item) or missing("item")
        date = as_iso_time(event.time, "time") if event.is_dated else None
        consent = None if event.type == "withdraw" else self._consent(event)
        scope = consent["scope"] if consent else []
        if event.type != "withdraw" and "label" not in scope:
            return Drop(Document("", ""), "no-consent")
        if holds_prose(event.value):
            raise Reject("bad-event", f"`value` holds a string of more than {LONGEST_WORD} characters; map it as text")
        actor = as_name(event.actor)
        turns = [Turn(*turn) for turn in event.turns if turn[1]] if "text" in scope else []
        metadata = {
            "date": date,
            "content_type": TURNS if turns else None,
            "origin": self._origin if event.type != "withdraw" else None,
            "tenant": self.tenant,
            "consent": consent,
            "actor": self._pseudonym(actor) if actor else None,
            "event": {
                key: value
                for key, value in (
                    ("type", event.type),
                    ("value", measured(event.type, event.value)),
                    ("item", item),
                    ("model", event.model),
                    ("role", event.role),
                )
                if value is not None
            },
        }
        return Document(
            f"{self.tenant}/{identifier}",
            render(turns),
            {key: value for key, value in metadata.items() if value is not None},
        )

    def _pseudonym(self, actor: str) -> str:
        return hmac.digest(self._actor_key, actor.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()

    def _consent(self, event: LoggedEvent) -> Consent | None:
        if event.consent is not None:
            return checked_consent(event.consent)
        actor = as_name(event.actor)
        return self._consents.get(actor or EVERYBODY, self._consents.get(EVERYBODY))

    @cached_property
    def _key(self) -> bytes:
        return read_private_key(self.key)

    @cached_property
    def _actor_key(self) -> bytes:
        """The key of this tenant alone, whichever tenants share the file."""
        return hmac.digest(self._key, b"corpuskit actor\0" + self.tenant.encode(), hashlib.sha256)

    @cached_property
    def _event_map(self) -> "EventMap | None":
        if self.map is None:
            return None
        from corpuskit.formats.product_logs.mapped import EventMap

        return EventMap(self.map)

    @cached_property
    def _origin(self) -> str:
        """The origin of all events of the log: one that changed from event to event would not fit a recipe's source."""
        is_product = self.format in PRODUCT_FORMATS if self._event_map is None else not self._event_map.has_answers
        return "user_product" if is_product else "user_model"

    @cached_property
    def _walk(self) -> Walk:
        if self._event_map is not None:
            return self._event_map.events_of
        walk: Walk = importlib.import_module(f"corpuskit.formats.product_logs.{self.format}").events_of
        return walk

    @cached_property
    def _consents(self) -> dict[str, Consent]:
        return {} if self.consent is None else dict(_read_consents(self.consent))


def checked_consent(value: Any) -> Consent:
    """Return what a person agreed to, with its known keys alone. Raises Reject `bad-consent` for any unknown word."""
    if isinstance(value, (str, list)):
        value = {"scope": value}
    scope = value.get("scope") if isinstance(value, dict) else None
    words = [scope] if isinstance(scope, str) else scope
    if not isinstance(words, list) or not all(isinstance(word, str) and word in SCOPES for word in words):
        said = "" if scope is None else f"; `scope` is {as_shown(scope)}"
        raise Reject("bad-consent", f"`consent.scope` is not a list of {', '.join(SCOPES)}{said}")
    consent: Consent = {"scope": [word for word in SCOPES if word in words]}
    if isinstance(value.get("basis"), str):
        consent["basis"] = value["basis"]
    if value.get("until") is not None:
        if day(value["until"]) is None:
            raise Reject("bad-consent", f"`consent.until` is no date such as 2027-12-31: {as_shown(value['until'])}")
        consent["until"] = value["until"]
    return consent


def holds_prose(value: Any) -> bool:
    """Whether there is a long string in an event's value: people's words stand in the text and nowhere else."""
    if isinstance(value, str):
        return len(value) > LONGEST_WORD
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(holds_prose(item) for item in inner)


def read_private_key(path: Path) -> bytes:
    """Return the key in a file. Raises UsageError if it is shorter than 32 bytes, or if others may read the file."""
    key = read_key_file(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"others may read the key file {path.name!r}; make it your own with `chmod 600`")
    if len(key) < SHORTEST_KEY:
        raise UsageError(f"the key in {path.name!r} has {len(key)} bytes; it needs {SHORTEST_KEY} or more")
    return key


def _read_consents(path: Path) -> Iterator[tuple[str, Consent]]:
    """Yield each person's consent. Raises UsageError that names the line."""
    for location, value in json_lines(path):
        try:
            actor = as_name(value.get("actor")) if isinstance(value, dict) else ""
            if not actor:
                raise Reject("bad-consent", "`actor` is missing")
            yield actor, checked_consent(value)
        except Reject as reject:
            raise UsageError(f"{location}: {excerpt(reject.detail, 160)}") from None


def as_shown(value: Any) -> str:
    """Return a wrong value as a message shows it, on one short line."""
    return excerpt(json.dumps(value, default=str))
