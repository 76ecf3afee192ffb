"""`python -m corpuskit` is the command `corpuskit`."""

from corpuskit.cli.main import main

if __name__ == "__main__":
    main()
