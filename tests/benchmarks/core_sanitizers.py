"""Run the compiled code with sanitizers: over the pages of `twins`, or over what libFuzzer makes.

    python -m tests.benchmarks.core_sanitizers [OPTIONS OF TWINS]
    python -m tests.benchmarks.core_sanitizers --fuzz SECONDS [--every N] [--resources DIR]

The code is the core of extraction, the kernels of quality, the reader of lines and the predictor of languages. The
first builds them with `gcc -fsanitize=address,undefined` in a temporary folder and compares the twins with them, those
of the kernels by their tests: a read or write outside of memory, or arithmetic that C leaves undefined, ends the run.
The second builds them with clang and libFuzzer, which changes pages of markup so that they reach ever more of the code;
it begins with parts of each Nth page of the sets, if `--every` says so, and `--resources` is clang's folder of
resources, where its own lacks the library. Neither touches what is built in the checkout.
"""

import argparse
import contextlib
import importlib
import os
import runpy
import subprocess
import sys
import sysconfig
import tempfile
from importlib import util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    "corpuskit.text.html._core": str(ROOT / "corpuskit/text/html/c/core.c"),
    "corpuskit.core._line": str(ROOT / "corpuskit/core/c/line.c"),
    "corpuskit.text.language_id._predictor": str(ROOT / "corpuskit/text/language_id/c/predictor.c"),
    "corpuskit.text.quality._kernels": str(ROOT / "corpuskit/text/quality/c/kernels.c"),
}
"""The source of each compiled module, as in pyproject.toml."""
OPTIONS = ["-g", "-O1", "-fno-omit-frame-pointer", "-fwrapv", "-DPy_LIMITED_API=0x030b0000"]
INCLUDE = f"-I{sysconfig.get_path('include')}"
MOST_FUZZED = 4096
"""Bytes of a page that libFuzzer makes."""
FUZZER = r"""
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__kernels(void);
PyMODINIT_FUNC PyInit__line(void);
PyMODINIT_FUNC PyInit__predictor(void);
static PyObject *try_page;
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count, (void)arguments;
    PyImport_AppendInittab("_core", PyInit__core);
    PyImport_AppendInittab("_kernels", PyInit__kernels);
    PyImport_AppendInittab("_line", PyInit__line);
    PyImport_AppendInittab("_predictor", PyInit__predictor);
    Py_Initialize();
    PyRun_SimpleString("from tests.benchmarks.core_sanitizers import try_page");
    try_page = PyObject_GetAttrString(PyImport_AddModule("__main__"), "try_page");
    return 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    PyObject *result = PyObject_CallFunction(try_page, "y#", (const char *)bytes, (Py_ssize_t)size);
    if (result == NULL) {
        PyErr_Print();
        abort();
    }
    Py_DECREF(result);
    return 0;
}
"""
SEEDS = (
    "<html lang=en><head><title>A &amp; B</title><meta property=og:title content='A'><link rel=canonical href=/a>",
    "<body><h1>A <span class=kicker>b</span></h1><p class=date>Published 4 March 2021<time datetime=2021-03-04>",
    "<ul><li><a href=x>a</a></li><li><a href=x>b</a></li><li><a href=x>c</a></li></ul><table><tr><td>1<td>2</table>",
    "<ol start=3 type=a><li>a<li>b</ol><pre>1\n2</pre><div hidden id=x>c</div><button aria-controls=x>d</button>",
    '<script type="application/ld+json">{"@type":"Article"}</script><math><mi>x</mi></math><svg><p></svg><!-- c -->',
)


def use_module(name: str, module: object) -> None:
    """Put a compiled module in the place of that of the checkout."""
    package, _, short_name = name.rpartition(".")
    sys.modules[name] = module  # type: ignore[assignment]
    setattr(importlib.import_module(package), short_name, module)


def try_page(content: bytes) -> None:
    """Let the compiled code do all that it does to a page, to a line with these bytes in it, and to their text."""
    for name in SOURCES:
        if name not in sys.modules:
            use_module(name, importlib.import_module(name.rpartition(".")[2]))
    from corpuskit.core.document import Document, Reject, decode
    from corpuskit.stages.filter_quality import FilterQuality
    from corpuskit.text.html.extract import clean, fast, open_page
    from corpuskit.text.language_id.model import ALL, predict

    text = content.decode("utf-8", "replace")
    page = open_page(text, is_xml=len(content) % 16 == 0, utf8=text.encode())
    with contextlib.suppress(Reject):
        clean(fast(page, "text").text)
    FilterQuality(annotate=True).apply_many([Document("", text, {"language": language}) for language in ("en", "zh")])
    for line in (content, b'{"id":"' + content, b'{"text":"' + content + b'"}'):
        with contextlib.suppress(Reject):
            decode(line)
    predict(text, ALL)


def write_seeds(corpus: Path, every: int | None) -> None:
    """Write what the fuzzer begins with: its own seeds, and the beginning and the middle of real pages."""
    from tests.benchmarks.twins import real_pages

    seeds = list(SEEDS)
    for _, markup in real_pages(every) if every else ():
        middle = len(markup) // 2
        seeds += [markup[:MOST_FUZZED], markup[middle : middle + MOST_FUZZED]]
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed.encode("utf-8", "replace")[:MOST_FUZZED])


def fuzz(folder: Path, seconds: int, every: int | None, resources: Path | None) -> int:
    """Build the fuzzer and run it; return its exit code."""
    source, program, corpus = folder / "fuzzer.c", folder / "fuzzer", folder / "corpus"
    source.write_text(FUZZER, encoding="utf-8")
    corpus.mkdir()
    write_seeds(corpus, every)
    resource = [f"-resource-dir={resources}"] if resources else []
    libraries = Path(sysconfig.get_config_var("LIBDIR"))
    link = [f"-L{libraries}", f"-Wl,-rpath,{libraries}", f"-lpython{sysconfig.get_config_var('LDVERSION')}"]
    command = ["clang", *resource, *OPTIONS, "-UPy_LIMITED_API", INCLUDE, "-fsanitize=fuzzer,address,undefined"]
    command.append("-fno-sanitize-recover=undefined")
    subprocess.run([*command, str(source), *SOURCES.values(), *link, "-o", str(program)], check=True)
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    environment = {
        **os.environ,
        "PYTHONHOME": sys.base_prefix,
        "PYTHONPATH": paths,
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0",
    }
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={MOST_FUZZED}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    return subprocess.run([str(program), *limits, str(corpus)], env=environment, cwd=folder, check=False).returncode


def run_twins(folder: Path, arguments: list[str]) -> int:
    """Build the core with sanitizers and compare the twins with it in another process; return its exit code."""
    sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    for name, source in SOURCES.items():
        command = ["gcc", *OPTIONS, *sanitize, "-fPIC", "-shared", INCLUDE, source]
        subprocess.run([*command, "-o", str(folder / f"{name}.so")], check=True)
    runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": runtime.stdout.strip(),
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0",
        "SANITIZED": str(folder),
    }
    command = [sys.executable, "-m", "tests.benchmarks.core_sanitizers", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> None:
    folder_of_modules = os.environ.get("SANITIZED")
    if folder_of_modules:
        for name in SOURCES:
            spec = util.spec_from_file_location(name, Path(folder_of_modules) / f"{name}.so")
            assert spec is not None
            assert spec.loader is not None
            module = util.module_from_spec(spec)
            spec.loader.exec_module(module)
            use_module(name, module)
        for seed in SEEDS:
            try_page(seed.encode())
        if pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", str(ROOT / "tests/text/quality/test_twins.py")]):
            sys.exit("the kernels of quality and their twins differ")
        runpy.run_module("tests.benchmarks.twins", run_name="__main__", alter_sys=True)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fuzz", type=int, metavar="SECONDS", help="fuzz for so long")
    parser.add_argument("--resources", type=Path, help="clang's folder of resources")
    parser.add_argument("--every", type=int, metavar="N", help="take each Nth page")
    options, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.fuzz:
            sys.exit(fuzz(Path(folder), options.fuzz, options.every, options.resources))
        every = [f"--every={options.every}"] if options.every else []
        sys.exit(run_twins(Path(folder), [*every, *arguments]))


if __name__ == "__main__":
    main()
