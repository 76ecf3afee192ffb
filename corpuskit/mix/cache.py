"""`cache`: what earlier runs of `mix` have kept for later ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, TypedDict

from corpuskit.core import console
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list

if TYPE_CHECKING:
    from corpuskit.mix.engine.work_cache import WorkCache


class CacheStatus(TypedDict):
    """What is in a cache, as `--json` prints it."""

    folder: str
    tasks: int
    """How many tasks' finished work it holds."""
    bytes: int
    """The size of their files."""
    oldest: str | None
    """The day, in UTC, on which the task that was not used for longest was used; None if there is none."""
    cleared: bool


@dataclass(frozen=True)
class Cache(Command):
    """Show, or clear, the finished work that `mix` keeps for later runs.

    The cache is `$CORPUSKIT_CACHE`, or `corpuskit` in the user's cache folder, unless DIR or `mix --cache DIR` names
    another. What is in it can be removed at any time: a run makes anew what it does not find. It holds texts of inputs,
    so clear it when these must be forgotten.

        corpuskit cache
        corpuskit cache --clear
    """

    inputs: ClassVar[str] = "[DIR]"

    clear: Annotated[bool, "Remove everything in the cache."] = False

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print one line. Raises UsageError for a folder that is no cache."""
        arguments = argument_list(arguments)
        from corpuskit.mix.engine.work_cache import WorkCache, default_cache_folder, is_cache

        if len(arguments) > 1:
            raise UsageError("name at most one folder: `corpuskit cache DIR`")
        folder = Path(arguments[0]) if arguments else default_cache_folder()
        if folder is None:
            raise UsageError("this user has no home folder, so there is no cache unless $CORPUSKIT_CACHE names one")
        if arguments and not folder.is_dir():
            raise UsageError(f"no such folder: {arguments[0]!r}")
        if folder.exists() and not is_cache(folder):
            raise UsageError(f"{str(folder)!r} is not a cache of `corpuskit mix`")
        cache = WorkCache(folder, 0)
        status = cache_status(cache)
        if self.clear:
            from corpuskit.core.wording import quantity

            try:
                cache.clear()
            except OSError as error:
                left = f"{len(list(cache.entries())):,} of {quantity(status['tasks'], 'task')} are left in it"
                raise PublishError(f"cannot clear {str(folder)!r}: {error.strerror or error}; {left}") from None
            status["cleared"] = True
        if settings.json:
            console.write_stdout(console.answer_line("cache", status))
        elif not (self.clear and settings.quiet):
            console.write_report(_render(status))
        return 0


def cache_status(cache: "WorkCache") -> CacheStatus:
    """Return what is in a cache."""
    import time

    entries = list(cache.entries())
    oldest = min((entry.used for entry in entries), default=None)
    return {
        "folder": str(cache.folder),
        "tasks": len(entries),
        "bytes": sum(entry.bytes for entry in entries),
        "oldest": None if oldest is None else time.strftime("%Y-%m-%d", time.gmtime(oldest)),
        "cleared": False,
    }


def _render(status: CacheStatus) -> str:
    from corpuskit.core.wording import quantity

    amount = f"{quantity(status['tasks'], 'task')}, {status['bytes']:,} bytes"
    since = f", all used since {status['oldest']}" if status["oldest"] else ""
    folder = console.escape(status["folder"])
    return f"{folder}: removed {amount}" if status["cleared"] else f"{folder}: {amount}{since}"
