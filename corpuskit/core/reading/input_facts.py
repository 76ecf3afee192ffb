"""What `--verbose` says of an input: its name, its kind, how it is compressed, and its size."""

from corpuskit.core.errors import CorpuskitError
from corpuskit.core.reading.codecs import codec_of
from corpuskit.core.reading.input_kinds import first_block, kind_of, kind_of_content
from corpuskit.core.reading.inputs import Input
from corpuskit.core.wording import quantity

HEAD = 1024
"""Stored bytes that show a compression."""


def input_facts(input_: Input) -> str:
    """Return one line about an input. Of files the first bytes are looked at, of pipes and addresses only the name.

    >>> input_facts(Input("a.csv", content=b"id,text"))
    'a.csv (CSV, 7 bytes)'
    """
    if input_.name == "-":
        return "standard input"
    facts = [kind.label.partition(";")[0]] if (kind := kind_of(input_.name)) else []
    if input_.is_stream:
        facts = ["a stream"]
    elif input_.content is not None:
        facts.append(quantity(len(input_.content), "byte"))
    elif input_.local_path is not None:
        facts = _facts_of_file(input_) or facts
    elif input_.copy_path is not None:
        facts.append(f"copy in {str(input_.copy_path)!r}")
    if input_.dataset is not None:
        facts.append(f"of the dataset {str(input_.dataset)!r}")
    return f"{input_.name} ({', '.join(facts)})" if facts else input_.name


def _facts_of_file(input_: Input) -> list[str]:
    """Return kind, compression and size of a local file; nothing if it cannot be read, which reading it will report."""
    assert input_.local_path is not None
    try:
        with input_.unread_copy().open() as stored:
            head = stored.read(HEAD)
        kind = kind_of_content(first_block(input_)) or kind_of(input_.name)
        size = input_.local_path.stat().st_size
    except (CorpuskitError, OSError):
        return []
    codec = codec_of(head)
    labels = [kind.label.partition(";")[0]] if kind else []
    return [*labels, *([codec.name] if codec else []), quantity(size, "byte")]
