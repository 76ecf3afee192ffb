"""What answers have cost, to the token, and where to stop."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.disk.option_file import read_option_json
from corpuskit.core.errors import RemoteError, UsageError
from corpuskit.core.wording import excerpt
from corpuskit.formats.model_server.completion import Usage

__all__ = ["Price", "Prices", "Spending", "read_prices"]

MILLION = 1_000_000


class Price(NamedTuple):
    """What a million tokens cost, in whatever currency."""

    input: Decimal
    output: Decimal


Prices = dict[str, Price]


class Spending:
    """The tokens that were charged for, what they cost, and the most that they may."""

    def __init__(self, most_tokens: int | None, most_cost: float | None, prices: Prices) -> None:
        self.prompt = 0
        self.completion = 0
        self.uncounted = 0
        """Answers of which the server did not say how many tokens they took."""
        self._millionths = Decimal(0)
        self._most_tokens = most_tokens
        self._most_cost = None if most_cost is None else Decimal(str(most_cost))
        self._prices = prices

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._most_tokens is not None or self._most_cost is not None

    @property
    def cost(self) -> Decimal | None:
        """What was spent; None without prices."""
        return self._millionths / MILLION if self._prices else None

    def demand_price(self, model: str) -> None:
        """Raise UsageError if there are prices, but none for a model."""
        if self._prices and model not in self._prices:
            raise UsageError(f"the prices have none for the model {excerpt(model)!r}; add it")

    def add(self, model: str, usage: Usage) -> None:
        """Count an answer to a request for a model; a refused request costs nothing.

        Raises RemoteError if there is a limit, and the server does not say what to count.
        """
        if usage.prompt < 0:
            self.uncounted += 1
            return
        self.prompt += usage.prompt
        self.completion += usage.completion
        if self._prices:
            price = self._prices[model]
            self._millionths += usage.prompt * price.input + usage.completion * price.output

    def demand_counted(self) -> None:
        """Raise RemoteError if an answer came without its number of tokens, and there is a limit."""
        if self.uncounted and self.is_limited:
            raise RemoteError(
                "the server does not say how many tokens an answer took, so no limit can be kept; leave out "
                "--max-tokens-total and --max-cost, or ask another server"
            )

    def limit_reached(self) -> str:
        """Return which limit is reached, in words; empty if none is."""
        tokens = self.prompt + self.completion
        if self._most_tokens is not None and tokens >= self._most_tokens:
            return f"{tokens:,} tokens are spent, of {self._most_tokens:,} that --max-tokens-total allows"
        if self._most_cost is not None and self.cost is not None and self.cost >= self._most_cost:
            return f"{self.cost:f} is spent, of {self._most_cost:f} that --max-cost allows"
        return ""

    def so_far(self) -> str:
        """Return what was spent, in few words."""
        cost = "" if self.cost is None else f" ({self.cost:.4f} by the prices)"
        return f"{self.prompt + self.completion:,} tokens{cost}"

    def in_words(self) -> str:
        """Return what was spent."""
        cost = "" if self.cost is None else f", {self.cost:f} by the prices"
        unsaid = f"; of {self.uncounted:,} answers the server does not say it" if self.uncounted else ""
        return f"{self.prompt:,} tokens of prompts and {self.completion:,} of answers were charged for{cost}{unsaid}"


def read_prices(path: Path) -> Prices:
    """Return the prices in a file, `{"MODEL": {"input": 0.15, "output": 0.6}}`. Raises UsageError."""
    value = read_option_json(path, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    if not isinstance(value, dict) or not value:
        raise UsageError(f'{path.name}: prices are `{{"MODEL": {{"input": 0.15, "output": 0.6}}}}`, per million tokens')
    return {model: _price(f"{path.name}: {excerpt(model)!r}", each) for model, each in value.items()}


def _price(location: str, value: object) -> Price:
    if not isinstance(value, dict) or value.keys() != {"input", "output"}:
        raise UsageError(f"{location} needs `input` and `output`, each per million tokens")
    if not all(isinstance(each, Decimal) and each >= 0 for each in value.values()):
        raise UsageError(f"{location}: a price is a number from 0 on")
    return Price(value["input"], value["output"])
