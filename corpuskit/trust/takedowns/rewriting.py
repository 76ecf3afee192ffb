"""Datasets without what is taken out of them: all or nothing, as any dataset is published.

Shards without such documents keep their names and bytes. Those of formats that cannot be read are written anew from the
documents of the shard of the same number.
"""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.disk.durable import publishing
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.format import Format, ShardWriter, TokenOptions
from corpuskit.core.outcome import Drop
from corpuskit.core.provenance.chain import Chain, StepDescription
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.provenance.manifest import chain_of, shard_format
from corpuskit.core.provenance.verdicts import Verdict, VerdictLog
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.file_output import FileOutput
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.publish.report_file import REPORT_NAME, is_report_of
from corpuskit.core.publish.shard_files import measured_files
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.registry import format_names, format_of_file, format_of_shard, is_token_format
from corpuskit.core.settings import SHARD_DOCUMENTS
from corpuskit.core.tokens import TOKENIZERS, counter, token_version
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.entries import origin_of
from corpuskit.text.takedown.matching import TakedownFinding
from corpuskit.text.takedown.on_record import hidden
from corpuskit.trust.takedowns.hidden_ids import hidden_killed, hides, without_ids
from corpuskit.trust.takedowns.sought import Sought

Findings = dict[str, dict[int, TakedownFinding]]
"""By the path of a shard: what takes out the documents at these positions."""

NAME = "takedown"
_TOKENIZER = "tokenizer:"
_NUMBER = re.compile(r"part-([0-9]{5,})-")


class Rewriting:
    """One dataset, on its way to be published without what is taken out."""

    def __init__(
        self, dataset: Dataset, findings: Findings, sought: Sought, options: dict[str, Any], tokenizer: Path | None
    ) -> None:
        """`options` are what the step's are on record. Raises UsageError if a tokenizer is needed, and not this one."""
        self.dataset, self.path, self.manifest = dataset, dataset.location, dataset.manifest
        self.findings, self.sought, self.options = findings, sought, options
        self.tokenizer = tokenizer
        self.totals = Totals(_token_counter(self.manifest, tokenizer), self.manifest["tokenizer"])
        self.count = StepCount()
        self.readable = {shard["path"] for shard in dataset.shards()}
        self.formats = self._formats() if self.path.is_dir() else []

    def publish(self) -> list[str]:
        """Publish the dataset; return remarks. Raises PublishError if it is in use, DamagedError if it is damaged."""
        return self._publish_folder() if self.path.is_dir() else self._publish_file()

    def _publish_file(self) -> list[str]:
        path = self.path
        format_ = format_of_file(path.name)
        if format_ is None:
            raise DamagedError(f"{path.name}: no output format has such files")
        output = FileOutput(path, format_, self.totals)
        try:
            self._demand_unchanged()
            (shard,) = self.manifest["shards"]
            for document in self._kept_documents(shard, VerdictLog()):
                output.write(document)
            output.publish(self._chain(format_.versions()))
        finally:
            output.abandon()
        return []

    def _publish_folder(self) -> list[str]:
        output = self._folder_output()
        try:
            self._demand_unchanged()
            log = VerdictLog(decisions=output.decisions_path())
            with publishing(self.path):
                for number, files in sorted(_by_number(self.manifest).items()):
                    self._adopt(output, number, self.formats, files, log)
                log.close()
                chain = self._chain_with_decisions(output)
            output.publish(chain, self.manifest.get("quotas"))
        finally:
            output.abandon()
        return output.remarks()

    def _folder_output(self) -> FolderOutput:
        """Return the folder, locked, with the card and the report that it has."""
        has_report = is_report_of(self.path / REPORT_NAME, self.manifest)
        card = self.manifest.get("card")
        return FolderOutput(self.path, self.formats, self.totals, SHARD_DOCUMENTS, card, report=has_report)

    def _chain_with_decisions(self, output: FolderOutput) -> Chain:
        """Return the chain with this step, and the decisions of all: ids in the earlier ones are hidden."""
        chain = self._chain({name: value for format_ in self.formats for name, value in format_.versions().items()})
        for order, file in enumerate(chain.decisions):
            rewritten = output.run / f"{order}-decisions.jsonl.zst"
            file["path"] = str(self._without_ids(Path(file["path"]), rewritten))
        if self.count.dropped:
            chain.decisions.append({"path": str(output.decisions_path()), "ids": {NAME: chain.heads[0]}})
        return chain

    def _adopt(
        self, output: FolderOutput, number: int, formats: list[Format], files: list[ShardEntry], log: VerdictLog
    ) -> None:
        """Hand the shard of one number over, in all formats: as it is, or written anew."""
        of_format = {format_.name: _files_of(format_, files) for format_ in formats}
        if len({entry["documents"] for entry in files}) != 1:
            raise DamagedError(f"the shards of number {number} do not hold the same documents{VERIFY}")
        first = next(entry for entry in files if entry["path"] in self.readable)
        affected = bool(self.findings[first["path"]])
        folder = output.run / "rewritten"
        writers: list[tuple[Format, Path, ShardWriter]] = []
        for format_ in formats if affected else ():
            filesystem.make_folder(folder / format_.folder, parents=True, exist_ok=True)
            path = folder / format_.folder / f"part-{number:05d}{format_.suffix}"
            writers.append((format_, path, format_.open(path)))
        documents, tokens = self.totals.documents, self.totals.tokens
        for document in self._kept_documents(first, log):
            for _, _, writer in writers:
                writer.write(document)
        documents, tokens = self.totals.documents - documents, self.totals.tokens - tokens
        for format_, path, writer in writers:
            writer.close()
            if documents:
                output.adopt(format_, number, path.parent, measured_files(format_, path, documents, tokens))
        for format_ in formats if not affected else ():
            named = [_with_name_alone(entry) for entry in of_format[format_.name]]
            output.adopt(format_, number, self.path / format_.folder, named)

    def _kept_documents(self, shard: ShardEntry, log: VerdictLog) -> Iterator[Document]:
        """Yield the documents of a shard that stay; count all, and note the others."""
        findings = self.findings[shard["path"]]
        for position, document in enumerate(self.dataset.documents(shard)):
            line = encode(document)
            self.count.received.add(line)
            finding = findings.get(position)
            if finding is None:
                self.count.sent.add(line)
                if self.path.is_dir():
                    self.totals.add(document)
                yield document
            else:
                self.count.dropped[finding.reason] += 1
                values = {"entry": origin_of(self.sought.entries[finding.number])}
                log.take(Verdict.of_drop(NAME, Drop(hidden(document), finding.reason, values), ("", 0)))

    def _chain(self, versions: Mapping[str, str]) -> Chain:
        """Return the dataset's chain with this step. Raises DamagedError unless it holds what the last one sent."""
        chain = chain_of(self.manifest, self.dataset.folder)
        chain.steps = [
            {**entry, "killed": hidden_killed(entry["killed"], self.sought)} if "killed" in entry else entry
            for entry in chain.steps
        ]
        heads = [entry for entry in chain.steps if entry["id"] in chain.heads]
        is_counted = all("out" in entry for entry in heads)
        if is_counted and chain.sent().as_json() != self.count.received.as_json():
            raise DamagedError(f"{self.path.name} does not hold what its last step sent{VERIFY}")
        # Shards that are written anew are made with the libraries of today, whatever the others were made with.
        chain.versions.update(versions)
        chain.add(StepDescription(NAME, self.options, {}), "verified" if is_counted else "unverified", self.count)
        return chain

    def _without_ids(self, path: Path, target: Path) -> Path:
        """Return a file of decisions without the ids of what is taken out: the file itself if it has none."""
        import orjson

        from corpuskit.core.publish.dataset import decisions_in

        if not any(hides(decision, self.sought) for decision in decisions_in(path)):
            return path
        with compressing_writer(filesystem.open_new(target), target.name) as lines:
            for decision in decisions_in(path):
                lines.write(orjson.dumps(without_ids(decision, self.sought)) + b"\n")
        return target

    def _formats(self) -> list[Format]:
        """Return the formats of the dataset. Raises UsageError if one needs a tokenizer, and none is named."""
        by_name = {format_.name: format_ for format_ in map(format_of_shard, map(_path, self.manifest["shards"]))}
        formats = [by_name[name] for name in format_names() if name in by_name]
        return [self._with_tokenizer(format_) if is_token_format(format_) else format_ for format_ in formats]

    def _with_tokenizer(self, format_: Any) -> Format:
        """Return a format of token ids with the tokenizer and end token that the dataset was made with."""
        made_with = self.manifest["versions"]
        key = next((name for name in made_with if name.startswith(_TOKENIZER)), _TOKENIZER)
        path = _demand_tokenizer(f"format {format_.name} has the ids of", self.manifest, key, self.tokenizer)
        end_token = made_with.get("end-token", "").rpartition(" (")[0] or None
        built: Format = format_.for_tokens(TokenOptions(path, end_token))
        return built

    def _demand_unchanged(self) -> None:
        """Raise PublishError if the dataset is no longer the one that was searched."""
        if Dataset(self.path).manifest["digest"] != self.manifest["digest"]:
            raise PublishError(f"{str(self.path)!r} was published anew meanwhile; run it again")


def sweep_staging(path: Path) -> None:
    """Remove what failed runs have left in a folder for a dataset: it may hold texts. Raises PublishError if in use."""
    FolderOutput(path, [], Totals(len), SHARD_DOCUMENTS).abandon()


def _path(entry: ShardEntry) -> str:
    return entry["path"]


def _by_number(manifest: Manifest) -> dict[int, list[ShardEntry]]:
    """Return the files of the shards by number. Raises DamagedError for one without."""
    files: dict[int, list[ShardEntry]] = defaultdict(list)
    for entry in manifest["shards"]:
        number = _NUMBER.match(entry["path"].rpartition("/")[2])
        if number is None:
            raise DamagedError(f"{entry['path']} has no number; publish the dataset anew")
        files[int(number[1])].append(entry)
    return files


def _files_of(format_: Format, files: Iterable[ShardEntry]) -> list[ShardEntry]:
    """Return the files of a shard that are of one format, the shard's own first."""
    suffixes = (format_.suffix, *format_.companion_suffixes)
    of_format = [entry for entry in files if shard_format(entry["path"])[0] == format_.folder]
    by_suffix = {shard_format(entry["path"])[1]: entry for entry in of_format}
    return [by_suffix[suffix] for suffix in suffixes if suffix in by_suffix]


def _with_name_alone(entry: ShardEntry) -> ShardEntry:
    return {**entry, "path": entry["path"].rpartition("/")[2]}


def _token_counter(manifest: Manifest, tokenizer: Path | None) -> Any:
    """Return what counts tokens as the manifest does. Raises UsageError unless that can be done."""
    name = manifest["tokenizer"]
    if name in TOKENIZERS:
        return counter(name)
    return counter(_demand_tokenizer("tokens are counted with", manifest, f"tokens:{name}", tokenizer))


def _demand_tokenizer(what_for: str, manifest: Manifest, key: str, tokenizer: Path | None) -> str:
    """Return the path of the tokenizer that a manifest has under this key. Raises UsageError for another, or none."""
    name = key.partition(":")[2]
    advice = f"name that very file: `--tokenizer {printable_name(shlex.quote(name))}`"
    if tokenizer is None:
        raise UsageError(f"{what_for} the tokenizer {printable_name(name)}; {advice}")
    named_one = printable_name(str(tokenizer))
    (digest, *_) = token_version(str(tokenizer)).values()
    if digest != manifest["versions"].get(key):
        problem = f"{named_one} is another one: its sha256 differs"
        raise UsageError(f"{what_for} the tokenizer {printable_name(name)}, and {problem}; {advice}")
    if printable_name(tokenizer.name) != printable_name(name):
        raise UsageError(f"{what_for} the tokenizer {printable_name(name)}, as {named_one} is to be called; rename it")
    return str(tokenizer)
