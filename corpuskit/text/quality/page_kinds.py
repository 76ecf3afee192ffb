"""Pages that stand in for another: errors, parked names, walls to log in or to prove to be human.

They are whole sentences, so no rule on lines finds them. A page is one of them if it is short and one of its first
lines says so: an article on such pages is longer, or speaks of them later.
"""

from collections.abc import Sequence

__all__ = ["access_walls", "placeholders"]

LONGEST_PAGE = 2000
"""Characters of a page that only stands in for another."""
LONGEST_LINE = 160
"""Characters of the line that says so."""
HEAD = 600
"""Characters in which the first lines are looked for."""
FIRST_LINES = 4

_PLACEHOLDERS = (
    # Errors.
    "page not found",
    "page cannot be found",
    "page can't be found",
    "page could not be found",
    "page couldn't be found",
    "page was not found",
    "page you are looking for",
    "page you were looking for",
    "page you're looking for",
    "page you requested",
    "requested url was not found",
    "requested url /",
    "requested page could not",
    "404 not found",
    "404 error",
    "error 404",
    "403 forbidden",
    "500 internal server error",
    "503 service unavailable",
    "service temporarily unavailable",
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite konnte nicht gefunden",
    "page introuvable",
    "page non trouvée",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "nie znaleziono strony",
    "strona nie została znaleziona",
    "страница не найдена",
    "сторінку не знайдено",
    "sayfa bulunamadı",
    "页面不存在",
    "页面未找到",
    "找不到页面",
    "找不到網頁",
    "頁面不存在",
    "ページが見つかりません",
    "페이지를 찾을 수 없",
    # Names without a site.
    "domain is for sale",
    "domain may be for sale",
    "domain name is for sale",
    "buy this domain",
    "domain has expired",
    "domain is parked",
    "parked free, courtesy",
    "domain steht zum verkauf",
    "dieses domain ist zu verkaufen",
    "домен продается",
    "домен продаётся",
    "account has been suspended",
    "site is under construction",
    "website is under construction",
    "page is under construction",
    "website coming soon",
    "welcome to nginx",
    "apache2 ubuntu default page",
    "apache2 debian default page",
    "index of /",
)
_WALLS = (
    "verify you are human",
    "verify that you are human",
    "verify you are not a robot",
    "checking your browser before",
    "checking if the site connection is secure",
    "complete the captcha",
    "unusual traffic from your computer network",
    "enable javascript and cookies to continue",
    "enable cookies to continue",
    "you need to log in",
    "you must log in",
    "you must be logged in",
    "you need to be logged in",
    "please log in to continue",
    "please sign in to continue",
    "log in to continue",
    "sign in to continue",
    "subscribe to continue reading",
    "subscribe to read the full",
    "you don't have permission to access",
    "you do not have permission to access",
    "access denied",
    "before you continue to",
    "bitte melden sie sich an, um",
    "войдите, чтобы",
)


def placeholders(texts: Sequence[str]) -> list[bool]:
    """Return for each text whether it is the page of an error, or of a name or server without a site.

    >>> placeholders(["Sorry, page not found\\n\\nIt may have moved.", "No sale."])
    [True, False]
    """
    return _begin_with(texts, _PLACEHOLDERS)


def access_walls(texts: Sequence[str]) -> list[bool]:
    """Return for each text whether it only asks to log in, to subscribe, to accept cookies or to prove to be human.

    >>> access_walls(["You must be logged in to see this page.\\n\\nUser name\\n\\nForgot it?"])
    [True]
    """
    return _begin_with(texts, _WALLS)


def _begin_with(texts: Sequence[str], phrases: tuple[str, ...]) -> list[bool]:
    heads = [text[:HEAD] if len(text) <= LONGEST_PAGE else "" for text in texts]
    # Few pages have any of the phrases: all are searched for them at once.
    every = _plain("\0".join(heads))
    said = [phrase for phrase in phrases if phrase in every]
    return [_says(_plain(head), said) for head in heads] if said else [False] * len(heads)


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _says(head: str, phrases: list[str]) -> bool:
    """Whether one of the first lines of a text has one of the phrases."""
    if not any(phrase in head for phrase in phrases):
        return False
    lines = [line for line in head.splitlines() if line.strip()][:FIRST_LINES]
    return any(phrase in line for line in lines if len(line) <= LONGEST_LINE for phrase in phrases)
