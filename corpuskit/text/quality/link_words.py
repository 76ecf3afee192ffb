"""What the links of a site say, in many languages: the words of menus, which are no part of a page's text."""

import re
from functools import cache, lru_cache
from itertools import chain

__all__ = [
    "first_words_of_links",
    "is_link",
    "is_row_of_links",
    "leads_to_others",
    "leads_to_page",
    "may_turn_page",
    "turns_page",
]

LONGEST_LINK = 60
"""Characters of a line that holds a link, or several beside each other."""
LONGEST_ROW, LONGEST_OF_ROW = 200, 30
"""Characters of a line of links, and of each of them."""
LEAST_IN_ROW, LEAST_KNOWN_IN_ROW = 3, 2
"""Links of a line that is a menu by itself, and how many of them are known."""
MOST_SPACED_WORDS, WORDS_OF_LINK = 20, 5
"""Words of a line of links with spaces between, and of each of them."""

_BY_LANGUAGE = """
home|homepage|start page|main page|main menu|menu|navigation|contents|table of contents|index|site index|sitemap
site map|module|modules|previous|prev|previous page|next|next page|up|top|back|back to top|go to top|return to top
skip to content|skip to main content|search|site search|quick search|login|log in|log out|sign in|sign up|register
my account|cart|basket|checkout|wishlist|about|about us|contact|contact us|help|faq|faqs|news|blog|shop|store|forum
forums|events|careers|jobs|press|privacy|terms|terms of use|terms of service|privacy policy|cookie policy|imprint
legal notice|copyright|accessibility|feedback|support|products|services|subscribe|newsletter|rss|share|share this
tweet|print|email|facebook|twitter|instagram|youtube|linkedin|pinterest|tags|categories|archives|archive|comments
leave a comment|reply|read more|learn more|view all|see all|show more|load more|more|related|related posts
related articles|related topics|related links|recent posts|popular posts|you may also like|advertisement
advertisements|sponsored|previous topic|next topic|online|language|languages|english|close|donate|gallery|photos
videos|links|members|feed|download|downloads|startseite|inhalt|inhalte|inhaltsverzeichnis|zurück|weiter|nach oben
zum anfang|suche|suchen|anmelden|abmelden|registrieren|impressum|datenschutz|kontakt|über uns|hilfe|neuigkeiten
aktuelles|anzeige|anzeigen|mehr|teilen|drucken|kommentare|kategorien|schlagwörter|ähnliche beiträge|verwandte themen
warenkorb|mein konto|agb|newsletter abonnieren|accueil|sommaire|table des matières|précédent|suivant|haut de page
rechercher|recherche|connexion|se connecter|s'inscrire|contactez-nous|à propos|aide|actualités|mentions légales
plan du site|partager|imprimer|commentaires|catégories|lire la suite|en savoir plus|voir aussi|niveau supérieur
retour|panier|mon compte|publicité|haut|inicio|contenido|contenidos|índice|módulo|módulos|anterior|siguiente|arriba
subir|volver|buscar|iniciar sesión|registrarse|contacto|acerca de|ayuda|noticias|aviso legal|compartir|imprimir
comentarios|categorías|etiquetas|leer más|temas relacionados|publicidad|mi cuenta|carrito|sobre nosotros
quiénes somos|home page|indice|sommario|moduli|modulo|precedente|successivo|avanti|indietro|su|cerca|accedi
registrati|contatti|chi siamo|aiuto|notizie|condividi|stampa|commenti|categorie|leggi tutto|argomenti correlati
pubblicità|inizio|início|conteúdo|conteúdos|sumário|próximo|próxima|acima|voltar|pesquisar|busca|entrar|cadastre-se
contato|sobre|ajuda|notícias|compartilhar|comentários|categorias|leia mais|tópicos relacionados|publicidade|topo
inici|contingut|continguts|següent|pujar|amunt|inhoud|inhoudsopgave|vorige|volgende|omhoog|zoeken|inloggen|aanmelden
over ons|nieuws|delen|afdrukken|reacties|lees meer|startpagina|verwante onderwerpen|terug|forrige|næste|op|hjem
indhold|indeks|søg|log ind|kontakt os|om os|nyheder|del|udskriv|kommentarer|læs mere|tilbage|neste|opp|innhold|søk
logg inn|om oss|del på|föregående|nästa|upp|hem|innehåll|sök|logga in|kontakta oss|nyheter|dela|edellinen|seuraava
ylös|etusivu|sisällys|hakemisto|haku|kirjaudu|yhteystiedot|uutiset|moduuli|strona główna|spis treści|poprzedni
poprzednia|następny|następna|dalej|wstecz|w górę|szukaj|zaloguj|zaloguj się|zarejestruj się|o nas|pomoc|aktualności
udostępnij|drukuj|komentarze|kategorie|czytaj więcej|moduł|reklama|úvod|domů|obsah|rejstřík|modul|předchozí|další
nahoru|hledat|přihlásit|kontakty|o nás|nápověda|novinky|související témata|domov|predchádzajúce|ďalej|nasledujúce
hore|hľadať|kezdőlap|tartalom|tartalomjegyzék|tárgymutató|előző|következő|fel|keresés|bejelentkezés|kapcsolat|rólunk
súgó|hírek|acasă|cuprins|înapoi|înainte|sus|căutare|autentificare|despre noi|știri|următor|kazalo|nazaj|naprej
početna|sadržaj|prethodno|sljedeće|pretraga|traži|anasayfa|ana sayfa|içindekiler|dizin|önceki|sonraki|yukarı|ara
giriş|iletişim|hakkımızda|yardım|haberler|modül|главная|содержание|оглавление|указатель|модуль|назад|вперёд|вперед
далее|наверх|вверх|поиск|войти|вход|регистрация|контакты|о нас|помощь|новости|поделиться|печать|комментарии
категории|читать далее|подробнее|реклама|карта сайта|предыдущая|следующая|см. также|головна|зміст|покажчик|далі
вгору|пошук|увійти|контакти|про нас|допомога|новини|попередня|наступна|начало|съдържание|напред|търсене|за нас
почетна|садржај|αρχική|αρχική σελίδα|δείκτης|περιεχόμενα|ευρετήριο|άρθρωμα|προηγούμενο|επόμενο|επάνω|πάνω|αναζήτηση
σύνδεση|επικοινωνία|σχετικά|βοήθεια|νέα|الرئيسية|المحتويات|المحتوى|الفهرس|فهرس|السابق|التالي|أعلى|البداية|بحث
تسجيل الدخول|اتصل بنا|من نحن|مساعدة|أخبار|وحدة|خانه|فهرست|قبلی|بعدی|بالا|جستجو|ورود|تماس با ما|درباره ما|דף הבית
תוכן|אינדקס|הקודם|הבא|חיפוש|התחברות|צור קשר|אודות|होम|मुख्य पृष्ठ|सामग्री|विषय सूची|अनुक्रमणिका|पिछला|अगला|ऊपर|खोज
लॉगिन|संपर्क करें|हमारे बारे में|सहायता|समाचार|मॉड्यूल|หน้าแรก|สารบัญ|ดัชนี|ก่อนหน้า|ถัดไป|ค้นหา|เข้าสู่ระบบ
ติดต่อเรา|เกี่ยวกับเรา|ช่วยเหลือ|ข่าว|trang chủ|mục lục|nội dung|chỉ mục|trước|tiếp|tiếp theo|lên|tìm kiếm|đăng nhập
đăng ký|liên hệ|giới thiệu|trợ giúp|tin tức|beranda|daftar isi|isi|sebelumnya|berikutnya|selanjutnya|cari|masuk
daftar|kontak|tentang kami|bantuan|berita|首页|首頁|主页|主頁|目录|目錄|目次|内容|內容|索引|模块|模組|上一页|上一頁
下一页|下一頁|上一篇|下一篇|上一章|下一章|返回|返回顶部|返回頂部|顶部|向上|起始页|搜索|搜尋|登录|登錄|登入|注册|註冊
联系我们|聯絡我們|聯繫我們|关于我们|關於我們|帮助|幫助|新闻|新聞|分享|打印|评论|評論|分类|分類|标签|標籤|更多
阅读更多|相关文章|相關文章|广告|廣告|网站地图|網站地圖|上一步|下一步|上頁|下頁|相关主题|ホーム|トップ|トップページ
モジュール|前へ|次へ|前のページ|次のページ|戻る|上へ|検索|ログイン|新規登録|会員登録|お問い合わせ|会社概要|ヘルプ
ニュース|シェア|印刷|コメント|カテゴリー|カテゴリ|タグ|続きを読む|もっと見る|関連記事|広告|サイトマップ
ページトップへ|関連項目|홈|처음|목차|차례|색인|모듈|이전|다음|위로|검색|로그인|회원가입|문의하기|연락처|회사소개
도움말|뉴스|공유|인쇄|댓글|카테고리|태그|더 보기|관련 글|광고|natrag|naprijed|gore|lanjut|kembali|induk|depan|naik
atas|kezdőoldal|vissza|tovább|címoldal|ankstesnis|kitas|aukštyn|turinys|iepriekšējais|nākamais|tagasi|edasi|sisukord
avaleht|aurrekoa|hurrengoa|hasiera|edukia|наперад|змест|пачатак|zpět|vpřed|späť|dozadu|dopredu|strona poprzednia
strona następna|hemsida|tillbaka|framåt|pääsivu|takaisin|eteenpäin|geri|ileri|お気に入り|上へ戻る|上一級|上層
最新消息|聯絡資訊|网站首页|当前位置|打印本页|关闭窗口|收藏本站|설정|report a bug|report bug|show source|view source
this page|edit this page|edit on github|předcházející|početak|risali|partenza|начало|пред|след|προηγ|αρχή|begin
początek rozdziału|principal|başlangıç|kế tiếp|trước đó|đầu|前一頁|前一页|後一頁|起始頁|上一级|上に戻る|처음으로
navigazione|navegación|navegação|navigatie|nawigacja|navigace|navigácia|navigering|navigaatio|navigasi|gezinti
accept all|reject all|accept all cookies|reject all cookies|cookie settings|manage cookies|like loading
alle akzeptieren|alle ablehnen|tout accepter|tout refuser|aceptar todo|rechazar todo|accetta tutto|rifiuta tutto
навигация|навігація|πλοήγηση|điều hướng|导航|導覽|導航|ナビゲーション|탐색|التنقل|ناوبری|ניווט|contents page|nachrichten
"""
_TO_OTHERS = """
related|related articles|related posts|related stories|related news|related topics|related links|related content
related pages|recent posts|recent articles|popular posts|latest posts|latest news|most read|most popular|recommended
recommended for you|recommended reading|trending|trending now|you may also like|you might also like
you may also be interested in|read also|also read|read next|more stories|more articles|more news
more from this author|other articles|ähnliche beiträge|ähnliche artikel|verwandte themen|verwandte artikel
weitere artikel|weitere beiträge|das könnte sie auch interessieren|das könnte dich auch interessieren
auch interessant|mehr zum thema|meistgelesen|à lire aussi|lire aussi|articles similaires|articles liés
sur le même sujet|vous aimerez aussi|les plus lus|temas relacionados|artículos relacionados|noticias relacionadas
entradas relacionadas|te puede interesar|también te puede interesar|lee también|lo más leído|argomenti correlati
articoli correlati|leggi anche|potrebbe interessarti|potrebbe interessarti anche|tópicos relacionados
artigos relacionados|notícias relacionadas|posts relacionados|leia também|mais lidas|verwante onderwerpen
gerelateerde artikelen|lees ook|meer nieuws|relaterade artiklar|läs också|läs även|les også|læs også|lue myös
powiązane artykuły|podobne artykuły|zobacz także|czytaj także|czytaj też|przeczytaj także
související články|související témata|čtěte také|mohlo by vás zajímat|súvisiace články|kapcsolódó cikkek
ajánlott cikkek|articole similare|citește și|povezani članci|pročitajte još|pročitajte i|ilgili haberler
ilgili yazılar|bunlar da ilginizi çekebilir|похожие статьи|похожие записи|похожие материалы|читайте также|по теме
материалы по теме|схожі статті|читайте також|свързани статии|прочетете още|прочитајте још|σχετικά άρθρα
διαβάστε επίσης|مقالات ذات صلة|مواضيع ذات صلة|اقرأ أيضا|اقرأ أيضًا|مطالب مرتبط|כתבות נוספות
מאמרים נוספים|संबंधित लेख|संबंधित खबरें|यह भी पढ़ें|บทความที่เกี่ยวข้อง|ข่าวที่เกี่ยวข้อง|bài viết liên quan
tin liên quan|artikel terkait|berita terkait|baca juga|相关文章|相關文章|相关阅读|相關閱讀|相关新闻|相關新聞|延伸阅读
延伸閱讀|推荐阅读|推薦閱讀|猜你喜欢|関連記事|関連ニュース|あわせて読みたい|おすすめ記事|관련 기사|관련 글|관련 뉴스
함께 읽으면 좋은 글|추천 기사
"""
"""What stands above the titles of other pages."""
_OTHERS = frozenset(chain.from_iterable(line.split("|") for line in _TO_OTHERS.strip().splitlines()))
_LINKS = _OTHERS.union(chain.from_iterable(line.split("|") for line in _BY_LANGUAGE.strip().splitlines()))
_FIRST_WORDS = frozenset(link.split()[0] for link in _LINKS)
_TURN = """
previous prev next up top zurück weiter précédent suivant anterior siguiente següent precedente
successivo próximo vorige volgende forrige næste neste föregående nästa edellinen seuraava poprzedni
następny předchozí další predchádzajúce nasledujúce előző következő înapoi înainte önceki sonraki
назад вперёд вперед далее попередня наступна προηγούμενο επόμενο السابق التالي قبلی بعدی הקודם הבא
trước tiếp sebelumnya berikutnya 上一页 上一頁 下一页 下一頁 前へ 次へ 이전 다음
natrag naprijed sebelumnya lanjut kembali vissza tovább ankstesnis kitas tillbaka takaisin geri ileri
předcházející indietro avanti terug пред след προηγ 戻る 前一頁 前一页 後一頁
"""
_TURNS_OF_TWO_WORDS = ("trước đó", "kế tiếp")
_TURNING = frozenset((*_TURN.split(), *_TURNS_OF_TWO_WORDS))
_TURNS = tuple(sorted(_TURNING))
_TURN_PREFIX = 2
_BEGIN_TURNS = frozenset(turn[:_TURN_PREFIX] for turn in _TURNING)
_BESIDE = re.compile(r"[|·•»«›‹/>\]\[]+|\s{2,}|\t")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_BAR = re.compile(r"\s[|·•›»/]\s|[|·•›»]")
_NO_LINKS = re.compile(r"[\[\]<>{}()=$\\_:]|(?:^|\s)-")
"""Marks of usage lines, code and labels such as `Keywords:`, which have bars, too."""
_GLUED = re.compile(r"([^\W\d_]+?(?: [^\W\d_]+?)?)\.?(?=\d|(?<![A-ZÀ-ÞΑ-ΩА-Я])[A-ZÀ-ÞΑ-ΩА-Я]|第\s?\d)")
"""A link that is glued to the number or the name of the page that it leads to."""

_TITLED = re.compile(r"[\W_]*([^\W\d_]+(?: [^\W\d_]+)?)\s*[:：›»→—–|](?=.)")
"""A link with a mark before the title of the page that it leads to."""


@cache
def first_words_of_links() -> tuple[str, ...]:
    """Return the first word of each link, in small letters, with a capital and in capitals, Turkish ones too."""
    spellings = {spelling for word in _FIRST_WORDS for spelling in (word, word.title(), word.upper())}
    dotted = {word.replace("i", "İ").upper() for word in _FIRST_WORDS if "i" in word}
    return tuple(sorted(spellings.union(dotted, (f"İ{word[1:]}" for word in _FIRST_WORDS if word[0] == "i"))))


def _in_small_letters(line: str) -> str:
    """Return a line in small letters, of which those of a Turkish `İ` are one character, not two."""
    return line.replace("İ", "i").lower()


@lru_cache(maxsize=1 << 14)
def is_link(line: str) -> bool:
    """Whether a line is a link of a menu, or several of them beside each other.

    >>> [is_link(line) for line in ("Contents", "« previous | up | next »", "Next8.2. Oars", "Contents of a letter")]
    [True, True, True, False]
    >>> is_link("UPDATE"), is_link("NEXT8.2. Oars")
    (False, True)
    """
    line = line.strip()
    if len(line) <= LONGEST_LINK and _are_links(_BESIDE.split(_in_small_letters(line))):
        return True
    if _in_small_letters(line[:_TURN_PREFIX]) not in _BEGIN_TURNS:
        return False
    glued = _GLUED.match(line, 1)
    return glued is not None and _turned_by(line[: glued.end(1)])


def _are_links(parts: list[str]) -> bool:
    """Whether all parts of a line in small letters are links, but for those without a letter or figure."""
    count = 0
    for part in parts:
        bare = _bare(part)
        if bare and bare not in _LINKS:
            return False
        count += bool(bare)
    return count > 0


def _bare(part: str) -> str:
    """Return a part of a line without the marks and blanks at its ends."""
    return part if part[:1].isalnum() and part[-1:].isalnum() else _EDGE.sub("", part)


def is_row_of_links(line: str) -> bool:
    """Whether a line is a menu by itself: three links or more with marks between, of which at least half are known.

    Where there are only spaces between them, all have to be known.

    >>> is_row_of_links("Home | News | Boats | Contact"), is_row_of_links("Boats | Oars | Home")
    (True, False)
    >>> is_row_of_links("[--index | --top | --search]"), is_row_of_links("| Name | Links | Photos |")
    (False, False)
    """
    if not _BAR.search(line):
        return _is_spaced_row(line)
    line = line.strip()
    if len(line) > LONGEST_ROW or line.startswith("|") or _NO_LINKS.search(line):
        return False
    parts = [bare for part in _BAR.split(line) if (bare := _bare(part))]
    known_parts = [part for part in parts if _in_small_letters(part) in _LINKS]
    if len(parts) < LEAST_IN_ROW or len(known_parts) < max(LEAST_KNOWN_IN_ROW, len(parts) / 2):
        return False
    return known_parts == parts or not any(part[0].islower() or len(part) > LONGEST_OF_ROW for part in parts)


def _is_spaced_row(line: str) -> bool:
    """Whether a line is a row of links without marks between, each of them known.

    >>> [_is_spaced_row(line) for line in ("Home News About us", "Home is where news are", "首页 新闻 联系我们")]
    [True, False, True]
    """
    first = line.split(None, 1)[:1]
    # Links of a menu begin with capitals; three small words may be any.
    if not first or first[0][0].islower() or _in_small_letters(first[0]) not in _FIRST_WORDS:
        return False
    words = _in_small_letters(line).split()
    if not LEAST_IN_ROW <= len(words) <= MOST_SPACED_WORDS:
        return False
    count = start = 0
    while start < len(words):
        longest = (end for end in range(min(len(words), start + WORDS_OF_LINK), start, -1))
        end = next((end for end in longest if " ".join(words[start:end]) in _LINKS), 0)
        if not end:
            return False
        count, start = count + 1, end
    return count >= LEAST_IN_ROW


def leads_to_others(line: str) -> bool:
    """Whether a line stands above the titles of other pages, and says nothing else.

    >>> leads_to_others("You may also like:"), leads_to_others("Related boats")
    (True, False)
    """
    return len(line) <= LONGEST_LINK and _EDGE.sub("", _in_small_letters(line)) in _OTHERS


def may_turn_page(line: str) -> bool:
    """Whether a line begins as a link to the page before or after does: a quick look before `leads_to_page`."""
    return _in_small_letters(line[:LONGEST_LINK]).lstrip(" \t[«‹<|→←").startswith(_TURNS)


def leads_to_page(line: str) -> bool:
    """Whether a line is a link to the page before or after, with a mark between it and the title of that page.

    >>> leads_to_page("Next: Why do boats float?"), leads_to_page("Next we rowed."), leads_to_page("Note: Why?")
    (True, False, False)
    """
    link = _TITLED.match(line.strip())
    return link is not None and _turned_by(link[1])


def turns_page(line: str) -> bool:
    """Whether a line is a link to the page before or after, and nothing else.

    >>> turns_page("Next"), turns_page("« Zurück"), turns_page("Home")
    (True, True, False)
    """
    return len(line) <= LONGEST_LINK and _turned_by(_EDGE.sub("", line))


def _turned_by(link: str) -> bool:
    return _in_small_letters(link) in _TURNING
