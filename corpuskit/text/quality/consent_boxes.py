"""What stands in one box with a notice on cookies: its buttons, and the kinds of cookies that it lists.

`Reject` or `Settings` may be a heading anywhere else, so only lines right beside a notice are read.
"""

import re
from collections.abc import Iterable
from functools import cache

from corpuskit.text.quality.arrays import Booleans
from corpuskit.text.quality.banner_words import goes_on_with_notice
from corpuskit.text.quality.cookie_notices import names_cookies
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.told_of_others import tells_of_others

__all__ = ["is_part_of_box", "rows_beside_notices"]

LONGEST_BUTTON = 40
"""Characters."""
LONGEST_PART = 500
"""Characters of what a box says of one kind of cookies."""
LONGEST_SECOND = 200
"""Characters of a second line that says where there is more on cookies."""
LONGEST_BOX = 40
"""Lines on each side of a notice."""

_ALL = "all|alle|alles|tout|toutes?|tous|todas?|todos|tutti?|wszystkie|vše|все|всі|tümünü|tất cả|cookies?"
_BUTTONS = rf"""
(?:(?:yes|no|i|ok|okay|only|{_ALL}|&|and|or|the|selected|necessary|essential|required\
|optional|non-essential|my|more),? ?)*\
(?:ok|okay|accept|allow|agree|reject|decline|refuse|deny|dismiss|got it|i understand)\
(?:,? (?:{_ALL}|&|and|close|continue|selected|selection|necessary|essential|only|optional|non-essential|thanks|it))*
(?:manage|customi[sz]e|change|adjust|edit|save|view|show|more|cookie|privacy|consent|your|my|and|&|/| )*\
(?:preferences|settings|options|choices|consent|vendors|partners|purposes|accept|close)
(?:more info(?:rmation)?|learn more|read more|find out more|show details|close|always (?:enabled|active)|save)
(?:alle |alles |cookies |nur |auswahl |notwendige |essenzielle |ich )*\
(?:akzeptieren|zulassen|ablehnen|annehmen|zustimmen|erlauben|stimme zu|ablehnung|verstanden|einverstanden)
(?:cookie-)?einstellungen(?: (?:verwalten|anpassen|öffnen|speichern))?|mehr (?:erfahren|informationen|optionen)
speichern(?: (?:und|&) schließen)?|individuelle (?:datenschutz-?)?einstellungen
anpassen|auswahl (?:speichern|erlauben|bestätigen)|(?:nur )?(?:notwendige|erforderliche)(?: cookies)?
(?:(?:tout|tous|je|les|cookies|continuer sans) ?)*\
(?:accepter?|refuser?|autoriser|j'accepte)(?: (?:tout|tous|les|cookies))*
personnaliser|paramétrer|gérer (?:les|mes|vos) (?:cookies|préférences|choix)|paramètres|en savoir plus|d'accord
(?:aceptar|rechazar|permitir)(?: (?:todas?|todos?|las|los|cookies|y|cerrar|continuar))*|configurar(?: cookies)?
más información
personalizar|preferencias|ajustes|(?:aceitar|rejeitar|recusar|permitir)(?: (?:todos?|tudo|os|cookies))*|preferências
configurações|saiba mais|(?:accetta|rifiuta|consenti)(?: (?:tutti|tutto|i|cookie))*|personalizza|preferenze
impostazioni
(?:alles?|alle|cookies|ik) ?(?:accepteren|weigeren|toestaan|afwijzen)|accepteren|weigeren|afwijzen|instellingen
voorkeuren
(?:acceptera|avvisa|neka|tillåt|godkänn)(?: (?:alla|cookies))*|inställningar|(?:accepter|afvis|tillad)(?: alle)?
(?:godta|avvis|tillat)(?: alle)?|indstillinger|innstillinger|(?:hyväksy|hylkää)(?: kaikki)?|asetukset
(?:akceptuj|zaakceptuj|akceptuję|odrzuć|(?:nie )?zgadzam się|zezwól)(?: (?:wszystkie|wszystko|na))*|ustawienia(?: \w+)?
dostosuj
(?:přijmout|odmítnout|povolit|souhlasím)(?: (?:vše|všechny))?|nastavení|(?:prijať|odmietnuť)(?: všetky)?|nastavenia
(?:принять|отклонить|разрешить|запретить)(?: вс[её])?|согласен|соглас(?:на|иться)|отказаться|настройки(?: \w+)?
подробнее
(?:прийняти|відхилити|дозволити)(?: вс[еі])?|погоджуюсь|відмовитися|налаштування|докладніше|детальніше
(?:tümünü|hepsini)? ?(?:kabul et|kabul ediyorum|reddet|onayla|izin ver)|ayarlar|tercihler|(?:çerez )?ayarları
(?:chấp nhận|từ chối|cho phép|đồng ý)(?: tất cả)?|cài đặt|tùy chỉnh|tìm hiểu thêm
(?:terima|tolak|izinkan)(?: semua)?|pengaturan|(?:قبول|رفض|موافقة|السماح)(?: (?:الكل|الجميع|بالكل))?|أوافق|موافق
الإعدادات|إدارة التفضيلات
(?:सभी )?(?:स्वीकार|अस्वीकार)(?: करें)?|सेटिंग्स|ठीक है|(?:ยอมรับ|ปฏิเสธ|อนุญาต)(?:ทั้งหมด)?
(?:การ)?ตั้งค่า(?:คุกกี้)?|ตกลง
(?:すべて|全て|全部)?(?:を)?(?:同意|許可|拒否|承諾|受け入れ)(?:する|る)?|(?:クッキー)?(?:の)?設定|設定を変更(?:する)?|詳細(?:はこちら)?
閉じる
(?:모두 |모든 쿠키 |전체 )?(?:동의|허용|거부|수락)(?:하기|함|합니다)?|(?:쿠키 )?설정|자세히 보기|닫기|확인
(?:全部|全部都|我)?(?:接受|同意|拒绝|拒絕|允许|允許)(?:全部|所有|所有cookie)?|(?:cookie)?(?:设置|設置|設定)
管理(?:偏好|选项|設定)
了解更多|确定|確定|关闭|關閉
"""
_KINDS = re.compile(
    r"(?:strictly |non[- ])?(?:necessary|functional|performance|analytics?|analytical|advertisements?|advertising"
    r"|marketing|preferences?|targeting|statistics?|social media|others?|uncategori[sz]ed)(?: cookies)?"
    r"|cookie|duration|description|[\w-]*cookie[\w-]*|\d+ (?:minutes?|hours?|days?|months?|years?)|session|persistent"
)
_SAID_OF_KINDS = re.compile(
    r"\b(?:necessary|functional|performance|analytics|analytical|advertisement|marketing|targeting|uncategori[sz]ed|these"
    r"|some|such) cookies (?:are|help|will|do|does|may|also|have|enable|allow|collect|track|cannot|can|ensure)\b"
    r"|\b(?:einige von ihnen|manche davon) sind (?:essen[tz]iell|technisch notwendig|unerlässlich)"
    r"|\b(?:the|this) cookies? (?:is|are) (?:set|used|installed|provided)|\bcookies that (?:may|are|help)\b"
    r"|\bopt[- ]out of (?:some of )?these cookies"
)


@cache
def _button() -> re.Pattern[str]:
    return re.compile("|".join(_BUTTONS.replace("\\\n", "").strip().splitlines()))


def is_part_of_box(line: str) -> bool:
    """Whether a line in small letters is a button of a notice on cookies, or says what one of their kinds does.

    >>> is_part_of_box("accept all"), is_part_of_box("these cookies are stored on your device for a year.")
    (True, True)
    >>> is_part_of_box("accept the parcel"), is_part_of_box("the harbour takes all boats.")
    (False, False)
    """
    line = line.strip(" \t\r\n.!›»>×✓[]")
    if len(line) <= LONGEST_BUTTON and (_button().fullmatch(line) or _KINDS.fullmatch(line)):
        return True
    if len(line) > LONGEST_PART or tells_of_others(line):
        return False
    if _SAID_OF_KINDS.search(line):
        return True
    return len(line) <= LONGEST_SECOND and names_cookies(line) and goes_on_with_notice(line)


def rows_beside_notices(layout: TextLayout, notices: Iterable[int], stays: Booleans) -> list[int]:
    """Return the rows that are in one box with the rows of notices: those between them and a line of something else."""
    texts = layout.lines.text_indices
    parts: set[int] = set()
    for notice in notices:
        for step in (-1, 1):
            for row in range(notice + step, notice + step * (LONGEST_BOX + 1), step):
                if not 0 <= row < len(texts) or texts[row] != texts[notice]:
                    break
                if stays[row] and not is_part_of_box(layout.line_of(row).lower().replace("’", "'")):
                    break
                parts.add(row)
    return sorted(parts)
