"""corpuskit's command line with the formats of this folder."""

from corpuskit.cli.main import main
from corpuskit.core import registry
from tests.support.formats import format_modules

if __name__ == "__main__":
    registry.format_modules = format_modules  # type: ignore[assignment]
    main()
