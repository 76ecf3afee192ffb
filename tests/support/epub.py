"""E-books for tests."""

import io
import zipfile

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
CHAPTER = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>no</title></head>'
    "<body>{body}</body></html>"
)
METADATA = (
    '<dc:identifier id="uid">urn:uuid:1</dc:identifier><dc:title>The Tide</dc:title><dc:creator>A. Writer</dc:creator>'
    "<dc:language>en-GB</dc:language><dc:date>2020-05-06</dc:date>"
    "<dc:rights>Public domain in the USA.</dc:rights>"
)


def epub(
    *bodies: str,
    metadata: str = METADATA,
    extra: dict[str, str] | None = None,
    hrefs: tuple[str, ...] = (),
    spine: str = "",
) -> bytes:
    """A package with these bodies as chapters; `extra` adds members or stands for them."""
    names = hrefs or tuple(f"c%20{n}.xhtml" for n in range(len(bodies)))
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(names)
    )
    references = spine or "".join(f'<itemref idref="i{n}"/>' for n in range(len(names)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0"'
        f' unique-identifier="uid"><metadata>{metadata}</metadata><manifest>{items}</manifest>'
        f"<spine>{references}</spine></package>"
    )
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "book/package.opf": package}
    members |= {f"book/c {n}.xhtml": CHAPTER.format(body=body) for n, body in enumerate(bodies)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | (extra or {})).items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()
