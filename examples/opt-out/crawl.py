"""Write the crawl of one invented site, and what it and its host declare on the use of its pages.

    inputs/pages.warc.gz      pages of garden.example as they were fetched in 2024, with the fields of their responses
    inputs/robots.warc.gz     its robots.txt then, and in 2026
    inputs/sites/             files of the host that were fetched by hand: tdmrep.json and an RSL licence

The same bytes each time; nothing is downloaded. Needs warcio, which is installed with corpuskit.
"""

import io
import json
import shutil
import uuid
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "https://garden.example"
THEN, NOW = "2024-03-01T09:00:00Z", "2026-10-01T09:00:00Z"
FOLDER = Path(__file__).resolve().parent / "inputs"

ROBOTS_THEN = "User-agent: *\nDisallow: /admin/\n"
ROBOTS_NOW = """# We like to be read and found. Ask us before you train on our essays.
User-agent: *
Content-Signal: search=yes, ai-input=yes
Disallow: /admin/

User-agent: GPTBot
User-agent: CCBot
User-agent: Google-Extended
Disallow: /essays/
Content-Signal: search=yes

License: https://garden.example/rsl.xml
"""
TDMREP = [
    {"location": "/photos/", "tdm-reservation": 1, "tdm-policy": f"{SITE}/terms"},
    {"location": "/open/", "tdm-reservation": 0},
]
RSL = """<rsl xmlns="https://rslstandard.org/rsl">
  <content url="/recipes/">
    <license><permits type="usage">ai-train</permits><payment type="training"/></license>
  </content>
</rsl>
"""

TOPICS = {
    "open/soil": "Soil is a mixture of minerals, water, air and what plants and animals leave behind.",
    "open/frost": "Late frost kills blossoms that opened early, so cover them on clear and windless nights.",
    "open/paths": "A path that is as wide as two people can be walked in company and cleared with one broom.",
    "essays/winter": "In winter a garden shows its bones, and you see which shrubs you planted too close.",
    "photos/roses": "The roses by the wall were taken in June, shortly before the rain broke the stems.",
    "recipes/jam": "Boil the berries with half their weight of sugar until a drop stays where it falls.",
    "blog/no-training": "This diary is for my friends, who may laugh about the beans that the pigeons ate.",
    "blog/reserved": "The apple tree came back after the storm, but only one half of it will bear fruit again.",
    "blog/plain": "Nobody told me that mint travels under the fence and comes up in the neighbour's lawn.",
    "notes/licensed": "Water in the morning, when the leaves can dry, and water the soil instead of the leaves.",
}
HEADERS = {"blog/no-training": [("X-Robots-Tag", "noai, noimageai")], "open/frost": [("Content-Usage", "train-ai=y")]}
HEADS = {
    "blog/reserved": '<meta name="tdm-reservation" content="1">',
    "notes/licensed": '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">',
}


def page(path: str) -> str:
    """Return a page with its text in three paragraphs, so that extraction has something to find."""
    title = path.partition("/")[2].replace("-", " ").title()
    advice = f"This page is number {list(TOPICS).index(path) + 1} of our collection, and it was written by hand."
    sentences = (TOPICS[path], advice, f"More on {title.lower()} will follow in spring.")
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    head = f"<title>{title} | The garden</title>{HEADS.get(path, '')}"
    body = f"<article><h1>{title}</h1>{text}</article>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"


def write(writer: WARCWriter, path: str, body: str, date: str, kind: str, fields: list[tuple[str, str]]) -> None:
    """Write one response."""
    url = f"{SITE}/{path}"
    response = StatusAndHeaders("200 OK", [("Content-Type", kind), *fields], protocol="HTTP/1.1")
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, url + date)
    headers = {"WARC-Date": date, "WARC-Record-ID": f"<urn:uuid:{identifier}>"}
    payload = io.BytesIO(body.encode())
    writer.write_record(
        writer.create_warc_record(url, "response", payload, http_headers=response, warc_headers_dict=headers)
    )


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    host = FOLDER / "sites" / "garden.example"
    (host / ".well-known").mkdir(parents=True)
    with open(FOLDER / "pages.warc.gz", "wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for path in TOPICS:
            write(writer, path, page(path), THEN, "text/html; charset=utf-8", HEADERS.get(path, []))
    with open(FOLDER / "robots.warc.gz", "wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for date, text in ((THEN, ROBOTS_THEN), (NOW, ROBOTS_NOW)):
            write(writer, "robots.txt", text, date, "text/plain", [])
    (host / ".well-known" / "tdmrep.json").write_text(json.dumps(TDMREP, indent=2))
    (host / "rsl.xml").write_text(RSL)


if __name__ == "__main__":
    main()
