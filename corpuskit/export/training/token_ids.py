"""Texts as the ids of a tokenizer, each text with the end token after it, in batches and on one thread."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError
from corpuskit.core.format import TokenOptions
from corpuskit.core.wording import excerpt, or_list, printable_name

if TYPE_CHECKING:
    import numpy as np

END_TOKENS = ("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "[SEP]")
"""What tokenizers call the end of a document, those first that name nothing else."""
LARGEST_OF_16_BITS = 1 << 16


class TokenIds:
    """A tokenizer that adds nothing of its own but the end token."""

    def __init__(self, options: TokenOptions) -> None:
        """Keep the options; the file is read when it is first needed."""
        self.options, self.path = options, Path(options.tokenizer)
        self.name = printable_name(self.path.name)

    @cached_property
    def _data(self) -> bytes:
        try:
            return read_named(self.path)
        except OSError as error:
            why = (error.strerror or "I/O error").lower()
            raise UsageError(f"{self.options.tokenizer}: the tokenizer cannot be read: {why}") from None

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_buffer(self._data)
        except ValueError:
            problem = "not a tokenizer.json that the tokenizers library can read"
            raise UsageError(f"{self.name}: {problem}") from None
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # What a document says is text: neither the end token nor a turn of a chat may be forged by it.
        tokenizer.encode_special_tokens = True
        return tokenizer

    @cached_property
    def end_id(self) -> int:
        """The id of the end token. Raises UsageError if the tokenizer has none of this name."""
        names = [self.options.end_token] if self.options.end_token is not None else END_TOKENS
        for name in names:
            identifier = self._tokenizer.token_to_id(name)
            if identifier is not None:
                self._tokenizer.add_special_tokens([name])  # if it was an added token of another kind
                return int(identifier)
        if self.options.end_token is not None:
            name = excerpt(self.options.end_token)
            raise UsageError(f"{self.name} has no token {name!r}; see its `added_tokens`")
        raise UsageError(f"{self.name} has no {or_list(END_TOKENS)}; name its end token with --end-token")

    @cached_property
    def end_token(self) -> str:
        """The end token with its id, as the manifest names it."""
        return f"{self._tokenizer.id_to_token(self.end_id)} ({self.end_id})"

    @cached_property
    def vocabulary(self) -> int:
        """One more than the largest id."""
        largest = max(self._tokenizer.get_vocab(with_added_tokens=True).values(), default=0)
        return max(int(self._tokenizer.get_vocab_size()), largest + 1)

    @property
    def bytes_per_id(self) -> int:
        """2 if every id fits, else 4."""
        return bytes_per_id(self.vocabulary)

    def encode(self, texts: list[str]) -> "list[np.ndarray[Any, Any]]":
        """Return the ids of each text, little-endian, the end token last."""
        from array import array

        import numpy as np

        from corpuskit.core.environment import variable_set

        kind, end = np.dtype(f"<u{self.bytes_per_id}"), self.end_id
        # Threads of its own would take the cores from the other workers.
        with variable_set("TOKENIZERS_PARALLELISM", "false"):
            encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        # An array takes whole numbers from a list ten times as fast as numpy, and "I" faster than the other types.
        return [np.array(array("I", [*encoding.ids, end])).astype(kind) for encoding in encodings]

    def versions(self) -> dict[str, str]:
        """Return the digest of the tokenizer, and the version of the library that runs it."""
        import hashlib

        from corpuskit.core.startup import installed_version

        digest = hashlib.sha256(self._data).hexdigest()
        return {
            f"tokenizer:{self.name}": f"sha256:{digest}",
            "end-token": self.end_token,
            "vocabulary": str(self.vocabulary),
            "tokenizers": installed_version("tokenizers"),
        }


def bytes_per_id(vocabulary: int) -> int:
    """Return how many bytes an id of a vocabulary of this size has.

    >>> bytes_per_id(65_536), bytes_per_id(65_537)
    (2, 4)
    """
    return 2 if vocabulary <= LARGEST_OF_16_BITS else 4
