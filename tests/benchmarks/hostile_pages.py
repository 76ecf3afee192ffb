"""Seconds and memory that `extract` takes for pages made to be slow, at several sizes.

    python -m tests.benchmarks.hostile_pages --megabytes 1 4 16

A page of four times the size must take no more than five times as long. Each page is read in a process of its own.
"""

import argparse
import multiprocessing
import re
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

MEGABYTE = 1024 * 1024

ATTACKS: dict[str, str | Callable[[int], str]] = {
    "<nav> never closed": "<nav>a",
    "<svg> never closed": "<svg>a",
    "<svg> and blocks": "<svg><p>a",
    "<footer> never closed": "<footer>a",
    "<div> never closed": "<div>a",
    "<div> without text": "<div>",
    "<div> of many classes": lambda size: "".join(f'<div class="c{n} d{n}">a' for n in range(size // 26)),
    "<div> with ends": lambda size: "<div>a" * (size // 12) + "</div>" * (size // 12),
    "<td>": lambda size: "<table><tr>" + "<td>a" * (size // 5),
    "<td> of wide spans": lambda size: "<table><tr>" + "<td colspan=99 rowspan=99>a" * (size // 27),
    "<tr>": lambda size: "<table>" + "<tr><td>a<td>b" * (size // 14),
    "<table> nested": "<table><tr><td>a",
    "<table> one after another": "<table><tr><td>a</table>",
    "attributes": lambda size: "<p " + " ".join(f"a{n}=1" for n in range(size // 10)) + ">text",
    "attributes with brackets": lambda size: "<p " + 'a=">"' * (size // 5) + ">text",
    "attribute of names": lambda size: "<div class=" + "id=" * (size // 3) + ">text",
    "attribute in inline tag": lambda size: "<p>a<b hid class=" + "id=" * (size // 3) + ">text",
    "attribute hidden": lambda size: "<div hidden id=x " + "data-target=" * (size // 12) + ">text",
    "tag never closed": "<div ",
    "quotes never closed": "<a x='",
    "<a> never closed": "<a href=x>a",
    "<a> in quotes by a licence": lambda size: "<a rel=license href=x>" + "<a '>" * (size // 5),
    "<a> around text": lambda size: "<a href=x>" + "a<br>" * (size // 5),
    "<a> in a line": "<a href=x>a</a>",
    "<a> in items": "<li><a href=x>a</a></li>",
    "<a> permalinks": "<a href=#x>\u00b6</a>",
    "<select><option>": lambda size: "<select>" + "<option>a" * (size // 9),
    "<option>": "<option>a",
    "<b> never closed": "<b>a",
    "<b> hidden never closed": lambda size: "<p>" + "<b hidden>a" * (size // 11),
    "<b> chains in a paragraph": "<b><i><u>a<p>",
    "<span> in code": lambda size: "<pre>" + "<span>a</span>" * (size // 14),
    "<span> that meet": lambda size: "<p>" + "<span>a</span>" * (size // 14),
    "<!-- never closed": "<!-- a",
    "<!-- a -->": "<!-- a -->",
    "<!-- hyphens": lambda size: "<!--" + "- " * (size // 2) + "-->text",
    "<![CDATA[": "<![CDATA[a",
    "<![CDATA[ in svg": lambda size: "<svg>" + "<![CDATA[a]]>" * (size // 13),
    "&amp;": "&amp;",
    "&amp; and tags": "<p>&amp;",
    "&eacute;": "&eacute;",
    "&#xffffff;": "&#xffffff;",
    "&#n;": lambda size: "".join(f"&#{n};" for n in range(size // 9)),
    "&n;": lambda size: "".join(f"&n{n}" for n in range(size // 9)),
    "<p>": "<p>",
    "<p>a": "<p>a",
    "<p>a</p>": "<p>a</p>",
    "as many blocks as may be": "<div><p>a</div>" + "<p>" * 18,
    "<h2> with buttons": "<h2>a<button>b</button>#</h2>",
    "<h2> never closed": "<h2>a",
    "marks of dates and authors": "<b class=date title=author>",
    "words that name days": lambda size: "<h1>a</h1>" + "updated 1 &amp; " * (size // 16),
    "sections before a heading": lambda size: (
        "<div class=related>" * (size // 38) + "<h1>a</h1>" + "</div>" * (size // 38)
    ),
    "<p> of a sentence": "<p>The boats come in before dusk, and the office counts them all, says Edda.</p>\n",
    "<p> of links": "<p><a href=/x>boats</a></p>",
    "<br>": "a<br>",
    "<br><br>": "a<br><br>",
    "<li> nested": "<ul><li>a",
    "<li> of a sentence": lambda size: "<ul>" + "<li>The boats come in before dusk, says Edda.\n" * (size // 46),
    "<li>": lambda size: "<ul>" + "<li>a" * (size // 5),
    "<ol reversed>": lambda size: "<ol reversed>" + "<li>a" * (size // 5),
    "<h1>": "<h1>a</h1>",
    "<ruby>": lambda size: "<p>" + "<ruby>a<rt>b</ruby>" * (size // 19),
    "<sup>": lambda size: "<p>" + "2<sup>2</sup>" * (size // 13),
    "<sup> never closed": lambda size: "<p>" + "2<sup>" * (size // 6),
    "<math> nested": "<math>",
    "<math><mrow> nested": lambda size: "<p><math>" + "<mrow>a" * (size // 7) + "</math>",
    "<math> one after another": "<math><mi>x</mi></math>",
    "<math> all different": lambda size: "".join(f"<math><mi>{n}</mi></math>" for n in range(size // 29)),
    "<template>": "<template>a",
    "<noscript>": "<noscript>a",
    "<noscript> closed": "<noscript>a</noscript>",
    "<script> in comments": "<script><!--<script></script>",
    "<script> never closed": "<script>",
    "<style>": "<style>a</style>",
    "<button>": "<button>a?",
    "<label>": "<label>a",
    "unknown tags": lambda size: "".join(f"<x{n}>a" for n in range(size // 10)),
    "end tags": "</div></p></x>",
    "<": "<",
    "< a": "< a",
    "<pre> of numbers": lambda size: "<pre>" + "".join(f"{n}\na\n" for n in range(size // 9)),
    "<title>": "<title>a</title>",
    "<meta>": '<meta property="og:title" content="a">',
    "text": "a ",
}


def page(attack: str, size: int) -> str:
    """Return a page of no more than this many bytes."""
    source = ATTACKS[attack]
    markup = source(size) if callable(source) else source * (size // len(source))
    return markup.encode()[:size].decode(errors="ignore")


def measure(attack: str, size: int) -> tuple[float, float, str]:
    """Return the seconds and megabytes that a page takes, and what became of it."""
    from corpuskit.core.document import Document, Reject
    from corpuskit.core.step import Drop
    from corpuskit.stages.extract import Extract

    stage = Extract()
    stage.prepare()
    document = Document("page", page(attack, size), {"content_type": "text/html"})
    start = time.process_time()
    try:
        result = stage.apply(document)
        verdict = "dropped" if isinstance(result, Drop) else f"{len(result.text)} characters"
    except Reject as reject:
        verdict = str(reject)
    seconds = time.process_time() - start
    return seconds, _peak_megabytes(), verdict


def _peak_megabytes() -> float:
    # On Linux `ru_maxrss` starts at what the process had that started this one, so it is not the one to ask.
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_apart(attack: str, size: int) -> tuple[float, float, str]:
    """Measure in a process of its own, whose memory holds nothing else."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, attack, size).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--only", default="", help="attacks whose name has this text")
    options = parser.parse_args()
    print(f"{'page':28}", *(f"{f'{size} MB':>18}" for size in options.megabytes), "  verdict")
    for attack in ATTACKS:
        if options.only in attack:
            results = [measure_apart(attack, size * MEGABYTE) for size in options.megabytes]
            figures = [f"{seconds:8.2f} s {memory:5.0f} MB" for seconds, memory, _ in results]
            print(f"{attack:28}", *figures, f"  {results[-1][2]}", flush=True)


if __name__ == "__main__":
    main()
