"""`hub`: datasets of the Hugging Face Hub, and folders laid out as such, become documents."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from corpuskit.core.errors import UsageError
from corpuskit.core.outcome import with_stated_metadata
from corpuskit.core.step import Item
from corpuskit.sources.files import Files

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input


@dataclass(frozen=True)
class Hub(Files):
    """Read datasets of the Hugging Face Hub, or folders laid out as such, as documents.

    An input is the name of a dataset (`owner/name`), or a folder: one that was downloaded, one with a card or with
    files called after their splits, or one that `save_to_disk` left. Its files are streamed and read as `files` reads
    them, so the options for keys, columns and turns are the same. The library `datasets` says which files are a
    split's; code of a dataset is never run. The revision is looked up once; the manifest names its commit with every
    file.

    The licence in the dataset's card becomes that of each document that states none; the card is the evidence.

    Private and gated datasets need HF_TOKEN, or `hf auth login`. With HF_HUB_OFFLINE=1 the Hub's cache is read, where
    `hf download --repo-type dataset owner/name` puts a dataset. HF_ENDPOINT names a mirror.

    Rejects are those of `files`.

        corpuskit hub owner/name --split train --text-key content --source web --origin public_dataset
    """

    config: Annotated[str | None, "Configuration of the dataset, such as a language; by default its own."] = None
    split: Annotated[str | None, "Split to read; by default `train`, or the only one."] = None
    revision: Annotated[str | None, "Branch, tag or commit on the Hub; by default the newest commit."] = None

    def locate(self, name: str, folder: Path) -> str:
        """Return the folder that a recipe names, or the name of a dataset as it is."""
        return str(folder / name) if os.path.isdir(folder / name) else name

    def resolve(self, arguments: Sequence[str | Path], *, allow_private: bool = False) -> "list[Input]":
        """Return the files of the datasets' splits. Raises UsageError and RemoteError."""
        if not arguments:
            raise UsageError("name a dataset, such as owner/name, or a folder")
        inputs = [input_ for argument in arguments for input_ in self._inputs_of(str(argument))]
        for input_ in inputs:
            input_.allow_private = allow_private
        return self.checked_inputs(inputs)

    def _inputs_of(self, name: str) -> "list[Input]":
        from corpuskit.core.reading.inputs import Input
        from corpuskit.formats.hub.card_license import card_license
        from corpuskit.formats.hub.dataset_files import dataset_files

        dataset = dataset_files(name, self.config, self.split, self.revision)
        card_metadata = {}
        if license_ := card_license(dataset.card):
            card_metadata = {"license": license_, "license_evidence": dataset.card_address}
        inputs = []
        for file in dataset.files:
            below = file.removeprefix(dataset.base).lstrip("/")
            is_remote = "://" in file
            inputs.append(
                Input(
                    f"{dataset.name}/{below}",
                    local_path=None if is_remote else Path(file),
                    url=file if is_remote else None,
                    stated_metadata=card_metadata,
                )
            )
        return inputs

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents of one file, with the licence of the dataset's card if they state none."""
        for item in super().read(input_):
            yield with_stated_metadata(item, input_.stated_metadata)
