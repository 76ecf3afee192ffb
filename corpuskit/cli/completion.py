"""Scripts that let a shell complete commands and flags: `source <(corpuskit --completion bash)`."""

from collections.abc import Iterator

from corpuskit.cli.arguments import option_groups, spellings
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.registry import find_step, help_line, own_steps

SHELLS = ("bash", "zsh", "fish")


def completion_script(shell: str) -> str:
    """Return the script for a shell; it names each command with its flags, and leaves all else to file names.

    Raises UsageError for a shell that is not known.
    """
    if shell not in SHELLS:
        raise (
            misfit("completion", f"one of {', '.join(SHELLS)}", shell)
            if shell
            else UsageError(f"name a shell: `corpuskit --completion {SHELLS[0]}`")
        )
    if shell == "fish":
        return "\n".join(_fish_lines())
    prefix = ["autoload -U +X bashcompinit && bashcompinit"] if shell == "zsh" else []
    return "\n".join([*prefix, *_bash_lines()])


def _flags_of_commands() -> Iterator[tuple[str, list[tuple[list[str], str]]]]:
    """Yield each command with the spellings and the help of its options."""
    for name in sorted(own_steps()):
        groups = option_groups(find_step(name))
        yield name, [(spellings(option), option.help) for _, options in groups for option in options]


def _bash_lines() -> Iterator[str]:
    yield "_corpuskit() {"
    yield '  local current="${COMP_WORDS[COMP_CWORD]}" words=""'
    yield f'  if [ "$COMP_CWORD" -eq 1 ]; then words="help {" ".join(sorted(own_steps()))} --help --version"'
    yield '  else case "${COMP_WORDS[1]}" in'
    yield f'    help) words="{" ".join(sorted(own_steps()))}" ;;'
    for name, options in _flags_of_commands():
        flags = " ".join(flag for flags, _ in options for flag in flags)
        yield f'    {name}) case "$current" in -*) words="{flags} --help" ;; esac ;;'
    yield "  esac; fi"
    yield '  COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield "}"
    yield "complete -o default -F _corpuskit corpuskit"


def _fish_lines() -> Iterator[str]:
    for name in sorted(own_steps()):
        yield f"complete -c corpuskit -n __fish_use_subcommand -f -a {name} -d {_quoted(help_line(name))}"
    for name, options in _flags_of_commands():
        for flags, text in options:
            names = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in flags)
            yield f"complete -c corpuskit -n '__fish_seen_subcommand_from {name}' {names} -d {_quoted(text)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
