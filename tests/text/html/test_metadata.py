"""What a page states of itself: title, author and date, from its source alone."""

import json
import time

import pytest

from corpuskit.text.html.calendar_days import is_day_first, timestamp_day, url_day, written_days
from corpuskit.text.html.metadata import page_metadata
from corpuskit.text.html.reader import read

TEXT = "The mole keeps the sea from the harbour, and in winter the sea keeps the harbour from the mole."


def page(content: str = "", head: str = "", language: str = "en-GB") -> str:
    return (
        f"<!doctype html><html lang='{language}'><head>{head}</head><body><main><h1>A mole in winter</h1>{content}"
        f"<p>{TEXT}</p></main></body></html>"
    )


def linked(*objects: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(objects[0] if len(objects) == 1 else objects)}</script>'


def article(headline: str, date: str, **more: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": headline, "datePublished": date, **more}


OWN = article("A mole in winter", "2019-02-03T08:00:00Z", author={"@type": "Person", "name": "Ada Quay"})
OTHER = article("Ferries cancelled", "2008-07-06", author={"@type": "Person", "name": "Bo Ferry"})


@pytest.mark.parametrize(
    "head",
    [
        linked(OTHER, OWN),
        linked(OTHER) + linked(OWN),
        linked({"@graph": [{"@type": "WebSite", "name": "Coast"}, OTHER, OWN]}),
        linked({"@type": "WebPage", "mainEntity": OWN, "hasPart": [OTHER]}),
        linked({"@type": "ItemList", "itemListElement": [OTHER]}, OWN),
        linked([OTHER, [OWN]]),
        linked(OTHER, OWN).replace("</script>", "</SCRIPT>").replace("<script", "<SCRIPT"),
        f'<script type="application/ld+json">\n<!--\n{json.dumps([OTHER, OWN])}\n-->\n</script>',
        f"<script type='application/ld+json'>//<![CDATA[\n{json.dumps([OTHER, OWN])}\n//]]></script>",
        f"<script type=application/ld+json>/*<![CDATA[*/{json.dumps([OTHER, OWN])}/*]]>*/</script>",
        f'<script type="application/ld+json; charset=utf-8">{json.dumps([OTHER, OWN])};</script>',
        f"<!-- {linked(OTHER)} -->{linked(OWN)}",
    ],
)
def test_the_object_of_this_page_is_taken_wherever_it_lies(head: str) -> None:
    metadata = page_metadata(page(head=head))
    assert metadata["title"] == "A mole in winter"
    assert metadata["date"] == "2019-02-03"
    assert metadata["author"] == "Ada Quay"


@pytest.mark.parametrize(
    "address",
    [
        {"url": "https://www.coast.example/news/mole/"},
        {"mainEntityOfPage": "http://coast.example/news/mole?utm_source=x"},
        {"mainEntityOfPage": {"@type": "WebPage", "@id": "https://coast.example/news/mole#main"}},
        {"@id": "https://coast.example/news/mole"},
    ],
)
def test_an_object_with_the_address_of_the_page_is_its_own(address: dict[str, object]) -> None:
    own = {**article("Why we build out into the sea", "2019-02-03"), **address}
    other = {**article("Ferries cancelled", "2008-07-06"), "url": "https://coast.example/news/ferry"}
    url = "https://coast.example/news/mole"
    assert page_metadata(page(head=linked(other, own)), url)["date"] == "2019-02-03"
    assert "date" not in page_metadata(page(head=linked(other)), url)


def test_objects_that_nothing_speaks_for_are_left_out_if_there_are_several() -> None:
    assert "date" not in page_metadata(page(head=linked(OTHER, article("Gulls", "2007-01-02"))))
    assert "date" not in page_metadata(page(head="<title>A mole in winter - Coast</title>" + linked(OTHER)))
    nameless = {"@type": "BlogPosting", "datePublished": "2019-02-03"}
    assert page_metadata(page(head=linked(nameless)))["date"] == "2019-02-03"
    assert "date" not in page_metadata(page(head=linked(nameless, nameless | {"datePublished": "2008-07-06"})))


def test_references_in_json_are_characters() -> None:
    own = article(
        "Salt &amp; tar &#8211; a harbour&rsquo;s year", "2019-02-03", author=[{"name": "Q&uuml;ay &amp; Co"}]
    )
    metadata = page_metadata(f"<html><head>{linked(own)}</head><body><h1>Winter</h1></body></html>")
    assert metadata["title"] == "Salt & tar – a harbour’s year"
    assert metadata["author"] == "Qüay & Co"


def test_authors_are_named_by_reference_and_people_come_before_publishers() -> None:
    graph = [
        article("A mole in winter", "2019-02-03", author={"@id": "#ada"}),
        {"@type": "Person", "@id": "#ada", "name": "Ada Quay"},
    ]
    assert page_metadata(page(head=linked({"@graph": graph})))["author"] == "Ada Quay"
    own = article("A mole in winter", "x", author=[{"@type": "Organization", "name": "Coast"}, {"name": "Ada Quay"}])
    assert page_metadata(page(head=linked(own)))["author"] == "Ada Quay"


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("dpa/AP", "dpa/AP"),
        ("Ada Quay / Reuters", "Ada Quay / Reuters"),
        ("von Ada Quay", "Ada Quay"),
        ("https://coast.example/people/ada", None),
        ("//coast.example/ada", None),
        ("/people/ada", None),
        ("@coast", None),
        ("coast.example/people/ada", None),
    ],
)
def test_names_with_a_slash_are_no_addresses(name: str, author: str | None) -> None:
    assert page_metadata(page(head=f"<meta name=author content='{name}'>")).get("author") == author


@pytest.mark.parametrize(
    "byline",
    [
        "<p class='byline'>By <a rel='author' href='/ada'>Ada Quay</a> | 3 February 2019</p>",
        "<span class='entry-author'>Ada Quay</span>",
        "<div itemprop='author' itemscope><span itemprop='name'>Ada Quay</span></div>",
        "<p class='by-author'><span>by</span> <span class='author vcard'><a href='/ada'>Ada Quay</a></span></p>",
        "<p class='byline'>By Ada Quay on Wednesday</p>",
        "<p class='byline'>von Ada Quay am Samstag, 2. Februar</p>",
        "<p class='byline'>By Ada Quay Published on Thursday</p>",
        "<p class='author'>Donnerstag, 3. Februar</p><p class='byline'>Ada Quay</p>",
    ],
)
def test_bylines_by_the_heading_are_read(byline: str) -> None:
    assert page_metadata(page(byline))["author"] == "Ada Quay"


def test_initials_are_an_author_only_where_nobody_is_named() -> None:
    initials = "<meta name=author content=AQ>"
    assert page_metadata(page("<p class='byline'>Ada Quay</p>", initials))["author"] == "Ada Quay"
    assert page_metadata(page(head=initials))["author"] == "AQ"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<meta property=og:title content=Coast><meta property=og:site_name content=Coast>", "<h1>Moles</h1>", "Moles"),
        ("<title>Moles of the north | Coast</title><meta property=og:title content=Coast>", "", "Moles of the north"),
        ("<title>Coast: Moles of the north</title><meta property=og:title content=Coast>",
         "<h1>Moles of the north</h1>", "Moles of the north"),
        ("<title>Moles up north » Coast</title>", "<h1>Coast</h1><h1>Moles up north</h1>", "Moles up north"),
        ("<title>Moles – a survey – Coast</title>", "<h1>Moles – a survey</h1>", "Moles – a survey"),
        ("<title>Moles - Coast</title><meta property=og:site_name content='COAST'>", "", "Moles"),
        ("<title>Moles - Coast</title>", "", "Moles - Coast"),
        ("", "<h1><a href=/><img src=x></a></h1><h1>Moles <em>of</em> the&nbsp;nor&shy;th</h1>", "Moles of the north"),
        ("<title></title>", "<h1 class=x>Moles</H1>", "Moles"),
        ("<svg><title>Logo</title></svg><title>Moles</title>", "", "Moles"),
        ("<script>var t = '<title>Not this</title>'</script><!-- <title>Nor this</title> --><title>Moles</title>", "",
         "Moles"),
        ("<meta property=og:title content='Moles up north'>", "<h1><span>Report</span><span>Moles up north</span></h1>",
         "Moles up north"),
        ("<meta property=og:title content='Moles &amp; men'><title>Else</title>", "", "Moles & men"),
        # A kicker, a subtitle or a hidden name of the site is no part of the heading.
        ("<title>Winter: Moles up north</title>",
         "<h1><span class=head__kicker>Winter</span><span class=x>: </span><span>Moles up north</span></h1>",
         "Moles up north"),
        ("<title>Moles up north – in winter</title>", "<h1>Moles up north<small class=subtitle>in winter</small></h1>",
         "Moles up north"),
        ("<title>Moles up north</title>", "<h1>Moles up north<span class=sr-only> | Coast</span></h1>",
         "Moles up north"),
        ("<title>Moles up north</title>", "<h1><span class=overline>Moles up north</span></h1>", "Moles up north"),
        ("<title>Moles up north</title>", "<H1>Moles up <SPAN CLASS=x>north</SPAN></H1>", "Moles up north"),
        # The only heading of the highest level is the title if it is about the same as another title.
        ("<meta property=og:title content='Winter moles: our advice'><title>Winter moles | Coast</title>",
         "<h1>How moles come through the winter</h1>", "How moles come through the winter"),
        ("<title>A mole</title>", "<h1>A mole in the long winter</h1>", "A mole"),
        ("<meta property=og:title content='Moles: our advice'>", "<h1>Your home by the sea</h1>", "Moles: our advice"),
        ("<meta property=og:title content='Winter moles: our advice'>", "<h1>A new winter</h1><h1>Old winters</h1>",
         "Winter moles: our advice"),
    ],
)  # fmt: skip
def test_the_title_is_the_page_s_and_not_the_site_s(head: str, body: str, title: str) -> None:
    assert page_metadata(f"<html><head>{head}</head><body>{body}<p>{TEXT}</p></body></html>").get("title") == title


def test_the_host_is_a_name_of_the_site() -> None:
    markup = "<html><head><title>Moles | Coast.example</title></head><body></body></html>"
    assert page_metadata(markup, "https://www.coast.example/moles")["title"] == "Moles"


@pytest.mark.parametrize(
    "content",
    [
        "<time datetime='2019-02-03T23:30:00-08:00'>yesterday</time>",
        "<time>3 February 2019</time>",
        "<p>3 February 2019</p>",
        "<p>By Ada Quay | Published: February 3rd, 2019 at 10:15 | 4 min read</p>",
        "<p>Published 3 Feb. 2019, updated 5 March 2020</p>",
        "<p>Updated 5 March 2020. First published 3 February 2019.</p>",
        "<h2>Of ships and storms</h2><p>03/02/2019</p>",
        "<div class=meta><a href='/2019/02/'>3 February 2019</a></div>",
        "<p itemprop='datePublished' content='2019-02-03'>Sunday</p>",
        "<abbr class='published' title='2019-02-03T10:00:00+01:00'>Sunday</abbr>",
        "<p>Port Ellen, 3 February 2019 – The mole was closed on Sunday, the harbour master said.</p>",
        f"<p>{TEXT}</p><p>{TEXT}</p><div><time class='entry-date published' datetime='2019-02-03'>x</time></div>",
        "<div class='lay-sidebar'><div class='sidebar__main'><p>3 February 2019</p></div></div>",
        "<div class='page__teaser-text'><p>Press release of 3 February 2019 | Port Ellen – A storm</p></div>",
        f"<p>{TEXT}</p>" * 20 + "<ul><li><p>Published</p><p>3 February 2019</p></li><li>Sound: 1 Feb 2019</li></ul>",
        f"<p>{TEXT}</p>" * 20 + "<p>This page was last modified on 3 February 2019, at 19:23.</p>",
    ],
)
def test_days_marked_or_written_by_the_heading_are_read(content: str) -> None:
    assert page_metadata(page(content))["date"] == "2019-02-03"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Veröffentlicht am 3. Februar 2019"),
        ("de", "03.02.19, 14:30 Uhr"),
        ("fr", "Publié le 3 février 2019 à 9h30"),
        ("fr", "1er mars 2019"),
        ("es", "3 de febrero de 2019"),
        ("it", "3 febbraio 2019"),
        ("pt", "3 de fevereiro de 2019"),
        ("nl", "3 februari 2019"),
        ("pl", "3 lutego 2019"),
        ("ru", "3 февраля 2019 г."),
        ("el", "Κυριακή 3 Φεβρουαρίου 2019"),
        ("zh", "2019年2月3日 10:15 来源：新华网"),
        ("ja", "2019年02月03日"),
        ("ko", "2019년 2월 3일"),
        ("en-US", "02/03/2019"),
        ("en-IE", "3/2/2019"),
    ],
)
def test_days_are_read_in_many_languages(language: str, text: str) -> None:
    expected = "2019-03-01" if "mars" in text else "2019-02-03"
    assert page_metadata(page(f"<p>{text}</p>", language=language))["date"] == expected


@pytest.mark.parametrize(
    ("language", "url"),
    [("en", "https://coast.example/a"), ("en-US", "https://coast.de/a"), ("zh", "https://coast.example/a")],
)
def test_a_day_that_could_be_two_is_left_out(language: str, url: str) -> None:
    assert "date" not in page_metadata(page("<p>03/02/2019</p>", language=language), url)
    assert page_metadata(page("<p>03/02/2019</p>", language="en"), "https://coast.co.uk/a")["date"] == "2019-02-03"


@pytest.mark.parametrize(
    "content",
    [
        f"<p>{TEXT} It was built on 3 February 2019 and has held since then, whatever the sea has done.</p>",
        f"<p>{TEXT}</p><div id=comments><p>Bo, 3 February 2019</p><time datetime='2019-02-03'>x</time></div>",
        f"<p>{TEXT}</p><aside><ul><li>x<li>y<li><time datetime='2019-02-03'>3 February</time></ul></aside>",
        "<div class='related-posts'><p>3 February 2019</p></div>",
        "<a href='/other'><h3>Ferries cancelled</h3><p>3 February 2019</p></a>",
        f"<p>{TEXT}</p><h2>Read on</h2><h3>Ferries cancelled</h3><p>3 February 2019</p>",
        f"<p>{TEXT}</p><aside><p>Ferries</p><time itemprop='datePublished' datetime='2019-02-03'>x</time></aside>",
        f"<p>{TEXT}</p><div class='related'><div><time class='entry-date' datetime='2019-02-03'>x</time></div></div>",
        f"<p>{TEXT}</p><ol class='comment-list'><li><time pubdate datetime='2019-02-03'>x</time></ol>",
        "<p>From 1 to 3 February 2019</p>",
        "<p>1 February 2019 and 3 February 2019</p>",
        "<p>31 February 2019</p>",
        "<dl><dd>Joined: 3 February 2019</dd></dl>",
        f"<p>{TEXT}</p>" * 20 + "<p>Published 3 February 2019</p><p>Published 4 February 2019</p>",
        f"<p>{TEXT}</p>" * 20 + "<div class=teaser><div class=teaser-text>Published 3 February 2019</div></div>",
        "<p>© 3.2.2019</p>",
        "<!-- <time datetime='2019-02-03'>x</time> -->",
        "<script>document.write(\"<time datetime='2019-02-03'>\")</script>",
    ],
)
def test_days_of_other_events_and_pages_are_not_taken(content: str) -> None:
    assert "date" not in page_metadata(page(content))


def test_published_beats_modified_and_a_change_is_better_than_nothing() -> None:
    modified = "<meta property=article:modified_time content=2020-05-06>"
    assert page_metadata(page("<p>3 February 2019</p>", modified))["date"] == "2019-02-03"
    assert page_metadata(page(head=modified))["date"] == "2020-05-06"
    assert page_metadata(page("<p>Last updated: 6 May 2020</p>"))["date"] == "2020-05-06"


@pytest.mark.parametrize("name", ["layoutRightSidebar", "page related", "teaser big"])
def test_a_section_that_holds_the_heading_is_the_page_s_own_whatever_it_is_called(name: str) -> None:
    markup = f"<div class='{name}'><ul><li>3 February 2019</li></ul><h1>A mole in winter</h1><p>{TEXT}</p></div>"
    assert page_metadata(markup)["date"] == "2019-02-03"
    markup = f"<div class='teaser'><p>3 February 2019</p></div><h1>A mole in winter</h1><p>{TEXT}</p>"
    assert "date" not in page_metadata(markup)


@pytest.mark.parametrize(
    "inner", ["<span class=topline><span>03.02.2019</span></span>", "<time>3 February 2019</time>"]
)
def test_a_heading_may_hold_the_day(inner: str) -> None:
    markup = f"<title>A mole in winter</title><h1>{inner} A mole in winter</h1><p>{TEXT}</p>"
    assert page_metadata(markup)["date"] == "2019-02-03"
    about_a_day = "<title>The storm of 3 February 2019</title><h1>The <em>storm of 3 February 2019</em></h1>"
    assert "date" not in page_metadata(about_a_day)


@pytest.mark.parametrize(
    ("timestamp", "visible_day", "day"),
    [
        ("2019-02-02T23:30:00Z", "3 February 2019", "2019-02-03"),
        ("2019-02-04T01:30:00.000+00:00", "3 February 2019", "2019-02-03"),
        ("Sun, 03 Feb 2019 23:30:00 GMT", "4 February 2019", "2019-02-04"),
        ("2019-02-03T23:30:00Z", "Updated 4 February 2019", "2019-02-03"),
        ("2019-02-03T23:30:00Z", "5 February 2019", "2019-02-03"),
        ("2019-02-03T12:30:00Z", "4 February 2019", "2019-02-03"),
        ("2019-02-03T23:30:00+01:00", "4 February 2019", "2019-02-03"),
        ("2019-02-03", "4 February 2019", "2019-02-03"),
    ],
)
def test_of_a_time_in_utc_the_day_is_that_which_readers_see(timestamp: str, visible_day: str, day: str) -> None:
    head = f"<meta property=article:published_time content='{timestamp}'>"
    assert page_metadata(page(f"<p>{visible_day}</p>", head))["date"] == day


def test_of_days_that_are_shown_that_of_the_month_in_the_address_is_the_page_s() -> None:
    released = "<table><tr><td>Pages: 320</td></tr><tr><td>Published: 14 January 2019</td></tr></table>"
    posted = "<h2>Sunday, 3 February 2019</h2>"
    markup = page(released).replace("<h1>", posted + "<h1>")
    assert page_metadata(markup, "https://coast.example/2019/02/mole.html")["date"] == "2019-02-03"
    assert page_metadata(markup, "https://coast.example/2018/07/mole.html")["date"] == "2019-01-14"
    assert page_metadata(markup, "https://coast.example/mole.html")["date"] == "2019-01-14"


@pytest.mark.parametrize(("name", "date"), [("h6", "2019-02-03"), ("h4", None)])
def test_a_dateline_may_be_marked_as_the_least_heading(name: str, date: str | None) -> None:
    content = f"<h2>What it keeps, and when</h2><{name}>Ada Quay <span>3 February 2019</span></{name}>"
    assert page_metadata(page(content)).get("date") == date


def test_an_address_has_a_day() -> None:
    assert page_metadata(page(), "https://coast.example/2019/02/03/mole")["date"] == "2019-02-03"
    assert (
        page_metadata(page(head="<link rel=canonical href=https://coast.example/2019/02/03/mole>"))["date"]
        == "2019-02-03"
    )
    for url in (
        "https://a.example/2019/2/3/x",
        "https://a.example/2019/feb/03/x",
        "https://a.example/2019-02/03/c_1.htm",
        "https://a.example/2019/0203/c1.html",
        "https://a.example/news-2019-02-03-x",
        "https://a.example/20190203/1.html",
        "https://a.example/content_20190203.htm",
    ):
        assert url_day(url) == "2019-02-03", url
    for url in (
        "https://a.example/2019/02/x",
        "https://a.example/id/20190299",
        "https://a.example/?d=2019-02-03",
        "http://[x",
    ):
        assert url_day(url) == "", url


def test_a_heading_may_be_no_heading_element() -> None:
    markup = (
        "<html><head><title>Moles of the north - Coast</title></head><body><div class=t>Moles of the north</div>"
        f"<div>2019-02-03 10:15</div><div>{TEXT}</div></body></html>"
    )
    assert page_metadata(markup)["date"] == "2019-02-03"


def test_timestamps_of_programs() -> None:
    assert timestamp_day("Sun, 03 Feb 2019 09:00:00 GMT") == "2019-02-03"
    assert timestamp_day("20190203T101500Z") == "2019-02-03"
    assert timestamp_day("2019/2/3") == "2019-02-03"
    for value in ("", None, 7, "03/02/2019", "2019-02", "2019-13-01", "x" * 1000):
        assert timestamp_day(value) == ""


def test_numbers_that_are_no_days() -> None:
    for text in ("192.168.2.19", "1.2.3.2019", "Tel. 03/02/2019-5", "12:03/02/2019", "3 Foo 2019", "2019-02-03-04"):
        assert written_days(text, day_first=True) == [], text


def test_language_and_host_say_how_numbers_are_meant() -> None:
    assert is_day_first("fr", "https://a.example/") is True
    assert is_day_first("en-us", "https://a.example/") is False
    assert is_day_first("", "https://a.pl/") is True
    assert is_day_first("", "http://[") is None


def test_the_language_is_that_of_the_start_tag() -> None:
    assert page_metadata("<!-- <html lang=xx> --><HTML class=a LANG=pt_BR><p>x")["html_language"] == "pt-BR"
    assert page_metadata("<html xml:lang='cy'><p>x")["html_language"] == "cy"
    assert page_metadata("<html lang='{{ lang }}'><meta property=og:locale content=nb_NO>")["html_language"] == "nb-NO"


@pytest.mark.parametrize(
    ("before", "after", "is_heading"),
    [
        ("<!-- ", " -->", False),
        ("<!-- ", "", False),
        ("<!-- -- > ", " -->", False),
        ("<!-- --!> ", " -->", True),
        ("<!-->", "", True),
        ("<!--->", "-->", True),
        ("<!-- a -->", "<!-- b -->", True),
        ("<!coast>", "", True),
        ("<!coast '", "'>", False),
        ("<?php echo '", "' ?>", False),
        ("<?php echo 1 ?>", "", True),
        ("<![CDATA[", "]]>", False),
        ("<![if !IE]>", "<![endif]>", True),
        ("</ ", "", False),
        ("</ >", "", True),
        ("<script>", "</script>", False),
        ("<SCRIPT>'</scripts>'", "</Script >", False),
        ("<script>x</script>", "", True),
        ("<script>x</script y='", "'>", False),
        ("<script><!-- <script> </script>", "--></script>", False),
        ("<script><!-- <script> </script> --></script>", "", True),
        ("<script>", "", False),
        ("<style>", "</style>", False),
        ("<style/>", "</style>", False),
        ("<textarea>", "</textarea>", False),
        ("<iframe>", "</iframe>", False),
        ("<xmp>", "</xmp>", False),
        ("<noembed>", "</noembed>", False),
        ("<noframes>", "</noframes>", False),
        ("<title>A mole in winter ", "</title>", False),
        ("<template>", "</template>", False),
        ("<meta name=a content='", "'>", False),
        ("<meta name=a content='>'>", "", True),
        ("<meta name=a content=coast's>", "", True),
        ("<meta name=a content= '", "'>", False),
        ('<meta name=a "b>', "", True),
    ],
)
def test_both_readers_of_source_follow_the_same_rules(before: str, after: str, is_heading: bool) -> None:
    for start_tag in ("<h1>", "<H1 class='a>b'>", '<h1 title=a"b>', "<h1 'a b>", "<h1\n/>"):
        markup = f"<html><body><p>{TEXT}</p>{before}{start_tag}Moles up north</h1>{after}</body></html>"
        headings = [block.text for placed in read(markup)[1] for block in placed.blocks if block.kind == "heading"]
        assert headings == ["Moles up north"] * is_heading, start_tag
        assert (page_metadata(markup).get("title") == "Moles up north") == is_heading, start_tag


@pytest.mark.parametrize(
    "opener",
    [
        "<time ", "<time datetime='", "<meta ", "<meta name=a content='", "<h1>", "<h1>a b</h1><p>", "<title>", "<svg>",
        "<!--", "<script ", '<script type="application/ld+json">', '<script type="application/ld+json">[', "<a ",
        "<span class=date>", "<p>1/2/2021 ", "<html ", "<aside>", "</a", "<", "date ", " ",
    ],
)  # fmt: skip
def test_a_page_of_openers_takes_time_in_proportion_to_its_length(opener: str) -> None:
    start = time.process_time()
    page_metadata("<h1>A mole in winter</h1>" + opener * (4 * 1024 * 1024 // len(opener)))
    # Some half a second on a slow machine; the square of the length would take minutes and hours.
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("heading", "document_title", "title"),
    [
        ("<h1><small>pier::</small>moor</h1>", "pier::moor - reference", "pier::moor"),
        (
            "<h1>Tide tables<a class=headerlink href='#t'>\u00b6</a></h1>",
            "Tide tables\u00b6 \u2014 Manual",
            "Tide tables",
        ),
        ("<h1>Tide tables<span><a href='#t'>#</a></span></h1>", "Tide tables | Pier", "Tide tables"),
        ("<h1>Songs in C #</h1>", "Songs in C # | Pier", "Songs in C #"),
        (
            "<nav><h2><a href=i>In pier::ropes</a></h2></nav><h1>Function <span>moor</span>&nbsp;"
            "<button id=copy>Copy item path</button></h1>",
            "moor in pier::ropes - Rust",
            "Function moor",
        ),
        ("<h2>7. Ropes and knots</h2>", "knots-7.html", "7. Ropes and knots"),
        ("<h1>News</h1><h1>The mole is mended</h1>", "News | Pier Trust", "The mole is mended"),
        ("<h1><a href='tel:1'>(555) 555-0100</a> Pier Street 5</h1>", "Rope repair | Pier", "Rope repair | Pier"),
    ],
)
def test_a_title_is_in_one_piece_and_the_pages_own(heading: str, document_title: str, title: str) -> None:
    source = f"<html><head><title>{document_title}</title></head><body>{heading}<p>{TEXT}</p></body></html>"
    assert page_metadata(source)["title"] == title


@pytest.mark.parametrize(
    "line",
    ["Version 4.5.19 fits pier 3", "Rope of pier 2. 4.83 metres", "(1f03bb62c 2024-05-06)", "firmware 1.2.2019"],
)
def test_numbers_of_versions_are_no_days(line: str) -> None:
    assert "date" not in page_metadata(page(f"<p>{line}</p>"))
    assert page_metadata(page("<p>4.5.2019</p>"))["date"] == "2019-05-04"


@pytest.mark.parametrize("day", ["1970-01-01T00:00:00Z", "1900-01-01"])
def test_days_that_nobody_set_are_none(day: str) -> None:
    assert "date" not in page_metadata(page(head=f"<meta property='article:published_time' content='{day}'>"))


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("Verfasst von Ada Quay", "Ada Quay"),
        ("Auteure: Ada Quay", "Ada Quay"),
        ("von <a href=/u>Ada Quay</a> am 3. Mai 2020", "Ada Quay"),
        ("<a rel=author href=/a>See all articles by Ada Quay</a>", "Ada Quay"),
        ("By <span>Ada Quay</span><span>Deputy Editor</span>", "Ada Quay"),
        ("<span>Ada Quay</span> <span>PQR Member</span>", "Ada Quay"),
        ("Drucken", None),
        ("Quay Ropes GmbH", None),
        ("Ada Writer", "Ada Writer"),
    ],
)
def test_a_byline_is_a_name_without_words_around_it(byline: str, author: str | None) -> None:
    assert page_metadata(page(f"<div class=author>{byline}</div>")).get("author") == author


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("3.1.10. Which one to choose", None),
        ("4.12.9 Further options", None),
        ("03.01.10", "2010-01-03"),
        ("3.1.2010", "2010-01-03"),
        ("The war that ended on 8 May 1945", None),
        ("It opened on 13 September 1915.", None),
        ("13 September 1995", "1995-09-13"),
    ],
)
def test_numbers_of_sections_and_days_before_the_web_are_no_dates_of_a_page(line: str, day: str | None) -> None:
    body = f"<h1>Harbour lamps</h1><p>{line}</p><p>{'Lamps are lit in the evening. ' * 9}</p>"
    assert page_metadata(f"<html lang=de><title>Lamps</title><body>{body}</body></html>").get("date") == day
