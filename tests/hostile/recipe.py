"""Hostile recipes: YAML that makes objects or grows, names that climb, numbers that are none."""

from collections.abc import Callable
from pathlib import Path

from tests.hostile import Attack, Make
from tests.hostile.jsonl import MIB, line

SOURCE = "{from: files, inputs: [in.jsonl], origin: licensed, license: CC0-1.0}"
POLICY = "policy: {licenses: {allow: [MIT]}}\n"
WHOLE = f"sources:\n  a: {SOURCE}\n"


def recipe(text: Callable[[], str | bytes]) -> Make:
    """The recipe beside its input."""

    def make(folder: Path) -> None:
        (folder / "in.jsonl").write_bytes(line("one document") + b"\n")
        found = text()
        (folder / "recipe.yaml").write_bytes(found if isinstance(found, bytes) else found.encode())

    return make


def of(name: str, text: Callable[[], str | bytes] | str, says: str, code: int = 2) -> Attack:
    """A recipe that must be refused before any work, and why."""
    make = recipe((lambda: text) if isinstance(text, str) else text)
    return Attack(f"recipe-{name}", make, "mix recipe.yaml -o out", code, says=says)


def source(**changes: str) -> str:
    """A recipe with one source of which some keys are different."""
    keys = {"from_": "files", "inputs": "[in.jsonl]", "origin": "licensed", "license": "CC0-1.0", **changes}
    return "sources:\n  a: {" + ", ".join(f"{key.rstrip('_')}: {value}" for key, value in keys.items()) + "}\n"


def laughs() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 20)]
    return "\n".join(rows) + "\n" + WHOLE


def tokenizer(folder: Path) -> None:
    recipe(lambda: f"budget: {{tokens: 5, tokenizer: t.json}}\n{WHOLE}")(folder)
    (folder / "t.json").write_text('{"version":"1.0","model":{"type":"BPE","vocab":{},"merges":[["a"]]}}')


ATTACKS = [
    of("object-tag", "sources: !!python/object/apply:os.system [touch owned]\n", "tags"),
    of("name-tag", "sources: !!python/name:os.system\n", "tags"),
    of("local-tag", "sources: !owned {}\n", "tags"),
    of("laughs", laughs, "anchors"),
    of("merge-key", "a: {<<: {b: 1}}\n" + WHOLE, "merge"),
    of("directive", "%TAG ! tag:yaml.org,2002:python/\n---\n" + WHOLE, "directives"),
    of("two-documents", WHOLE + "---\n" + WHOLE, "second document"),
    of("too-deep", lambda: "a: " + "[" * 500_000, "nested deeper"),
    of("too-large", lambda: "# " + "a" * 2 * MIB + "\n" + WHOLE, "larger than"),
    of("nothing", "", "empty"),
    of("nul-bytes", lambda: bytes(1000), "recipe.yaml"),
    of("no-text", lambda: b"\xff\xfe\xfd", "UTF-8"),
    of("terminal-codes", '"\\e[2J\\e]0;owned\\a": 1\n', "unknown"),
    of("repeated-key", WHOLE + WHOLE, "is repeated"),
    of("unknown-key", WHOLE + "hooks: {before: touch owned}\n", "hooks"),
    of("number-that-is-none", source(weight=".nan"), "weight"),
    of("weight-without-end", source(weight=".inf"), "weight"),
    of("weight-below-zero", source(weight="-1"), "weight"),
    of("integer-of-a-million-digits", lambda: "seed: " + "9" * 1_000_000 + "\n" + WHOLE, "64 bits"),
    of("float-of-a-million-digits", lambda: source(weight="9" * 500_000 + "." + "9" * 500_000), "weight"),
    of("budget-beyond-all", f"budget: {{tokens: {2**62}}}\n{WHOLE}", "budget", 6),
    of("step-by-import", source(from_="os.system"), "os.system"),
    of("step-by-path", source(from_="../../files"), "files"),
    of("step-of-another-name", source(steps="[__import__]"), "__import__"),
    of("command-as-step", source(steps="[mix]"), "mix"),
    of("source-that-climbs", f"sources:\n  ../../owned: {SOURCE}\n", "cannot name a source"),
    of("source-of-a-megabyte", lambda: f"sources:\n  {'a' * 900_000}: {SOURCE}\n", "recipe.yaml:2"),
    of("output-that-climbs", WHOLE + "output: {dir: ../../owned}\n", "below the recipe"),
    of("output-from-the-root", WHOLE + "output: {dir: /tmp/owned-by-a-recipe}\n", "below the recipe"),
    of("form-that-climbs", WHOLE + "output: {formats: [../../jsonl]}\n", "formats"),
    of("input-missing", source(inputs="[nothing-here.jsonl]"), "nothing-here"),
    of("input-glob-empty", source(inputs="['*.nothing']"), "*.nothing"),
    of("input-with-nul", source(inputs='["in\\0.jsonl"]'), "recipe.yaml"),
    of("input-of-a-megabyte", lambda: source(inputs=f"[{'a' * 900_000}]"), "recipe.yaml"),
    of("input-standard-input", source(inputs="['-']"), "standard input"),
    of("input-list", source(inputs="[[in.jsonl]]"), "inputs"),
    of("licence-of-brackets", lambda: POLICY + source(license="'" + "(" * 100_000 + "'"), "licen"),
    of("licence-that-is-none", POLICY + source(license="'; rm -rf /'"), "licen"),
    of("key-file-that-is-a-folder", source(steps="[{scrub-pii: {mode: hash, key-file: /}}]"), "key"),
    Attack("recipe-tokenizer-that-breaks", tokenizer, "mix recipe.yaml -o out", 2, says="t.json"),
    of(
        "ten-thousand-sources",
        lambda: "sources:\n" + "".join(f"  a{n}: {{from: nothing}}\n" for n in range(9_000)),
        "nothing",
    ),
]
