"""E-mail addresses that touch other scripts, and those that people hide."""

import pytest

from corpuskit.text.pii.reserved import is_reserved
from corpuskit.text.pii.scanner import normalised, scanner


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("邮箱al@example.net。", "al@example.net"),
        ("メールはal@example.netまで", "al@example.net"),
        ("邮箱：ａｌ＠example.net", "ａｌ＠example.net"),
        ("E-mail: al @ example . net", "al @ example . net"),
        ("al @ example . net", "al @ example . net"),
        ("mail: al @example.net", "al @example.net"),
        ("al (at) example (dot) net", "al (at) example (dot) net"),
        ("al.bo [at] mail [dot] example [dot] net", "al.bo [at] mail [dot] example [dot] net"),
        ("al[at]example.net, or not", "al[at]example.net"),
        ("al {at} example {dot} net", "al {at} example {dot} net"),
        ("write al(a)example.fi", "al(a)example.fi"),
        ("E-Mail: al (ät) example punkt de", "al (ät) example punkt de"),
        ("Al Bo <al @ example.net>", "al @ example.net"),
        ("Al Bo <al AT mail DOT example DOT net>, Cy", "al AT mail DOT example DOT net"),
        ("Al Bo <al.bo at mail.example.net> wrote", "al.bo at mail.example.net"),
        ("Al Bo <al at example dot net>", "al at example dot net"),
        ("al&#64;example&#46;net", "al&#64;example&#46;net"),
        ("al [bei] example [punkt] net", "al [bei] example [punkt] net"),
        ("E<lt>al@example.netE<gt>", "al@example.net"),
        ("al.bo AT example POINT net", "al.bo AT example POINT net"),
        ("ask al_bo @ example.net, please", "al_bo @ example.net"),
        ("ask albo77 @ mail.example.de.", "albo77 @ mail.example.de"),
        ("al @ gmail.com", "al @ gmail.com"),
        ("E-Mail: di @example.de", "di @example.de"),
        ("mail An @example.net", "An @example.net"),
        ("al.bo (a) example.de", "al.bo (a) example.de"),
        ("bo (a) web.de", "bo (a) web.de"),
        ("E-Mail: al (a) example.de", "al (a) example.de"),
        ("(al at example dot net)", "al at example dot net"),
        ("[al.bo at mail dot example dot net]", "al.bo at mail dot example dot net"),
        ("Al Bo (al at example dot net, or call)", "al at example dot net"),
        ("email (to al at example dot net)", "al at example dot net"),
        ("e-mail: al at example dot net", "al at example dot net"),
        ("write an email to help at example dot net", "help at example dot net"),
        ("https://example.net/leave/al.bo@example.net?x", "al.bo@example.net"),
        ("https://social.example.net/@al@example.net", "al@example.net"),
        ("www.example.net/mail/al@example.net", "al@example.net"),
        ("arn:x:1:identity/al@example.net", "al@example.net"),
        ("al@tienda.com.py", "al@tienda.com.py"),
        ("ssh://al@code.example.net/x", "al@code.example.net"),
        ("git@example.net", "git@example.net"),
        ("写信给 al.bo（at）example.edu.cn 即可", "al.bo（at）example.edu.cn"),
        ("al［at］example.net", "al［at］example.net"),
        ("al（ａｔ）example.net", "al（ａｔ）example.net"),
        ("пишите: albo собака example точка ru", "albo собака example точка ru"),
        ("albo собака example.ru", "albo собака example.ru"),
        ("al kropka bo małpa example kropka pl", "al kropka bo małpa example kropka pl"),
        ("albo chiocciola example punto it", "albo chiocciola example punto it"),
        ("al.bo★example.co.jp（★を@に変えてください）", "al.bo★example.co.jp"),
        ("al☆example.jp　※☆を＠に", "al☆example.jp"),
        ("al#example.edu.cn（请将#替换为@）", "al#example.edu.cn"),
        ("E-Mail: al~example.de", "al~example.de"),
        ("al.bo[at] example.net", "al.bo[at] example.net"),
        ("Mail: al[at] example.net", "al[at] example.net"),
        ("al [at]example.net", "al [at]example.net"),
    ],
)
def test_an_address_is_taken_whole_however_it_is_written(text: str, address: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("email",)).find(text)] == [address]
    compared = normalised("email", address)
    assert compared.count("@") == 1 and compared.isascii() and " " not in compared


@pytest.mark.parametrize(
    "text",
    [
        "look at example dot com",
        "lunch @ example.net",
        "email me at example dot com, or look at example dot net",
        "(available at example dot com), (look at example dot com)",
        "she spoke at example dot com",
        "he mailed from a desk at example dot net",
        "as under (a) applies.In other cases (a) foo.de",
        "array[at]obj.attr and f(a).org, x[a] y.is",
        "5 @ 3.50 EUR",
        "MEET ME AT NOON AND DOT THE LINE",
        "look at example DOT com",
        "al at example.net, they say",
        "<b>look at example.net</b>",
        "if (a < b at example.net)",
        "we met @ home . It was",
        "brunch @ bar.example.net",
        "y = model.head @ feats.it(0)",
        "out = self.weight @ other.T",
        "systemctl restart user@1001.service session@7.scope backup@home.timer dbus@1.socket",
        "https://blog.example.net/@al.bo/a-post",
        "follow blog.example.net/@al.bo",
        "https://cdn.example.net/npm/widget@next.min/x and tool@latest.tgz",
        "git+ssh://git@code.example.net/team/tool.git, svn+ssh://svn@code.example.net/x",
        "@old.example.com @example.org\n@older.example.com @example.org",
        "se ricevono e-mail di @example.org, and a mail from @example.org",
        "your email address @example.org, correo de @example.es, Ihre E-Mail-Adresse @example.de",
        "hg clone ssh://hg@code.example.net/tool && ssh -T git@gitlab.com",
        "git@codeberg.org holds it",
        "see /etc/unit/sleep@home.conf and po/nn@quot.header",
        "array[at] index.com is odd, and so is list(at) item.org",
        "al★example.jp, three ★ of five for al☆example.jp",
        "al#example.cn and 请将#替换为*",
        "al~example.de, version: 2.11~dfsg-7.4, email 2~rc.1",
        "одна собака бежит точка на карте; big собака mail was",
    ],
)
def test_signs_of_every_day_make_no_address(text: str) -> None:
    assert scanner(("email",)).find(text) == []


def test_hidden_addresses_are_equal_to_plain_ones() -> None:
    assert normalised("email", "Al (at) Example [dot] net") == normalised("email", "al@example.net")
    assert is_reserved("documentation", "email", "al (at) example (dot) net")
    assert normalised("phone", "٠١١-٢٣٤") == normalised("phone", "011234")
