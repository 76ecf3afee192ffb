"""Lines in which a site tells its reader to log in or to get another browser, and labels of its comment form.

Each has to be all of its line, so what an article tells of such things stays: patterns are of whole sentences, without
a clause that goes on with a story.
"""

import re
from functools import cache

from corpuskit.text.quality.told_of_others import sentences_of, tells_of_others

__all__ = ["CLUES", "WIDE_CLUES", "is_site_notice"]

LONGEST_NOTICE = 250
"""Characters of the line."""

CLUES = tuple(
    word.encode()
    for word in (
        *(
            "wser",
            "og in",
            "gged in",
            "ogin",
            "gn in",
            "nmeld",
            "lden sie s",
            "ldet sein",
            "nnectez",
            "gateur",
            "gador",
        ),
        *("oguj", "-mail", "-pos"),
    )
)
"""Pieces of words of which such a line in Latin letters has one; they begin with letters that are seldom a pair."""
WIDE_CLUES = tuple(
    word.encode()
    for word in (
        *("자바스크립트", "جافا سكريبت", "йдите", "браузер", "登录", "登入", "浏览器", "会員限定"),
        *("続きを読", "使いのブ", "次回のコメ", "로그인", "브라우저", "جيل الدخول", "เข้าสู่ระบบ"),
    )
)
"""Words of such lines in other letters, and of those on JavaScript."""

_CLUES = tuple(clue.decode() for clue in (*CLUES, *WIDE_CLUES))
_REST = r"[^,;:—–，；：]{0,60}"
_BROWSERS = rf"""
en: (?:you are|you're|it (?:looks|seems) like you(?:'re| are)) using an? (?:out[- ]of[- ]date|outdated|old\
|unsupported) browser{_REST}
en: your (?:web )?browser is (?:out[- ]of[- ]date|outdated|too old|not supported|no longer supported|unsupported)
en: it may not display (?:this|our)(?: or other)? (?:web ?)?(?:sites?|pages?)(?: correctly| properly)?
en: (?:you should |please )(?:upgrade|update|switch)(?: your browser)?(?: to)?(?: or use)? (?:an?|your)\
 {_REST}browser{_REST}
en: please (?:upgrade|update) your browser{_REST}
de: (?:sie verwenden|du verwendest|sie benutzen|du benutzt|sie nutzen|du nutzt) einen (?:veralteten|alten|nicht\
 unterstützten) browser[^;:]{{0,110}}
de: ihr browser ist (?:veraltet|nicht mehr aktuell)|bitte aktualisieren sie ihren browser{_REST}
de: hier erfahren sie, wie (?:einfach )?sie ihren browser aktualisieren können
fr: votre navigateur (?:est obsolète|n'est (?:plus à jour|pas à jour|pas supporté|plus supporté|pas pris en\
 charge)){_REST}
fr: veuillez (?:mettre à jour|changer de) (?:votre )?navigateur{_REST}
es: (?:tu|su) navegador (?:está (?:desactualizado|obsoleto)|no es compatible){_REST}
es: para ver correctamente esta página, actuali[zc]\w+ (?:tu|su) navegador{_REST}|por favor,? actuali[zc]\w+ (?:tu\
|su) navegador{_REST}
pt: (?:o )?seu navegador (?:está (?:desatualizado|obsoleto)|não é (?:suportado|compatível)){_REST}
it: il tuo browser (?:non è (?:aggiornato|supportato)|è obsoleto){_REST}
nl: (?:je|uw) browser (?:is verouderd|wordt niet (?:meer )?ondersteund){_REST}
pl: (?:twoja|państwa) przeglądarka (?:jest (?:nieaktualna|przestarzała)|nie jest obsługiwana){_REST}
ru: ваш браузер (?:устарел|не поддерживается){_REST}|(?:пожалуйста, )?обновите (?:его|(?:ваш )?браузер)(?:, чтобы\
 сайт {_REST}|{_REST})
zh: (?:您|你)的?(?:浏览器|瀏覽器)(?:版本)?(?:过低|過低|过旧|過舊|太旧)(?:[，,](?:请|請|建议|建議)[^；：]{{0,40}})?
zh: 请(?:升级|更新)(?:您的)?浏览器[^；：]{{0,30}}
ja: (?:お使い|ご利用)の(?:ブラウザ|ブラウザー)(?:は|のバージョンは)(?:古い|サポートされて|対応して|推奨)[^；：]{{0,40}}
ko: (?:사용|이용) ?(?:중인|하시는) 브라우저(?:는|가|의 버전이) [^;:]{{0,30}}(?:오래|지원|낮)[^;:]{{0,20}}
"""
_TO = (
    r"(?:reply|post|comment|vote|continue reading|read (?:on|more|the (?:rest|full|whole))|leave a|write a|add a"
    r"|join (?:the|this)|see (?:the rest|more)|view (?:this|the (?:full|rest|content|attach)))"
)
_LOGINS = rf"""
en: (?:sorry, )?(?:please |you (?:must|need to|have to) )(?:be )?(?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in\
|register(?:ed)?)(?:,? (?:or|and|/) (?:log ?in|sign ?in|sign ?up|register|registered|subscribe))? (?:to|in order to\
|before you can) {_TO}\b{_REST}
en: (?:log|sign) ?in(?: or (?:register|subscribe|sign up|join))? to (?:{_TO}|continue reading)\b{_REST}
en: (?:sign in|log in|register) or subscribe to continue(?: reading)?|subscribe (?:now )?to continue reading{_REST}
en: you(?:'ve| have) reached (?:your|the) (?:\w+ )?limit of (?:free )?(?:articles|stories){_REST}
de: (?:du musst|sie müssen|bitte) (?:dich |sich )?(?:angemeldet|eingeloggt|registriert|anmelden|einloggen)(?: oder\
 registrieren)?(?: sein)?,? um [^;:]{{0,20}}(?:antworten|kommentieren|schreiben|verfassen|weiterzulesen|abzugeben\
|sehen|posten)
de: (?:bitte )?(?:melden sie sich|melde dich|loggen sie sich|logge dich)(?: bitte)? (?:an|ein)[^;:]{{0,40}},? um\
 (?:weiterzulesen|zu (?:antworten|kommentieren)|{_REST}(?:schreiben|verfassen|lesen))
de: dieser artikel ist nur für abonnenten
fr: (?:vous devez|veuillez) (?:être |vous )?(?:connect(?:er|é|ée)|identifi(?:er|é)|inscri(?:re|t)|abonn(?:er\
|é)){_REST} pour (?:répondre|commenter|publier|poster|lire la suite|lire cet|laisser){_REST}
fr: (?:cet article|ce contenu) est réservé aux abonnés
fr: pour lire la suite, (?:identifiez|connectez|abonnez)-vous[^;:]{{0,60}}|connectez-vous (?:ou \w+-vous )?pour\
 (?:lire la suite|commenter|répondre|publier|laisser){_REST}
es: (?:debes?|tienes que|necesitas) (?:estar )?(?:iniciar sesión|registrarte|conectado|registrado|identificarte\
|conectarte)(?: o \w+)? para (?:comentar|publicar|responder|seguir leyendo|dejar){_REST}
es: para (?:seguir|continuar) leyendo(?: este (?:contenido|artículo))?,? (?:necesitas|inicia|regístrate\
|suscríbete){_REST}|regístrate (?:gratis )?o inicia sesión|inicia sesión o regístrate{_REST}
pt: (?:você )?(?:precisa|deve|tem de|tem que) (?:estar|fazer|iniciar) (?:o )?(?:login|logado|sessão|conectado\
|autenticado) para (?:comentar|publicar|responder|continuar lendo|deixar|enviar){_REST}
pt: faça (?:o )?login(?: ou (?:assine|cadastre-se))? para (?:comentar|responder|continuar lendo|continuar a\
 ler){_REST}|conteúdo exclusivo para assinantes
it: (?:devi|è necessario) (?:accedere|effettuare (?:il login|l'accesso)|essere (?:connesso|registrato\
|loggato)){_REST} per (?:commentare|rispondere|pubblicare|inviare|lasciare|continuare a leggere){_REST}
it: (?:accedi|effettua il login)(?: o (?:registrati|abbonati))? per (?:commentare|rispondere|continuare a leggere\
|leggere tutto){_REST}
nl: (?:je|u) moet (?:ingelogd|aangemeld|geregistreerd) zijn(?: op)? om {_REST}(?:reageren|reactie|plaatsen\
|antwoorden|lezen){_REST}|log in om (?:te reageren|een reactie|verder te lezen){_REST}
pl: (?:musisz (?:się zalogować|być zalogowan\w+)|zaloguj się)(?: lub [^,;:]{{2,30}})?,? (?:aby|by|żeby)\
 (?:odpowiedzieć|komentować|skomentować|dodać|dodawać|czytać dalej|móc komentować|opublikować){_REST}
pl: pozostało \d+ ?% artykułu
ru: (?:чтобы|для того чтобы) (?:оставлять|оставить|написать|добавить|читать|прочитать|отвечать|ответить\
|комментировать)[^;:]{{0,60}}, (?:войдите|авторизуйтесь|зарегистрируйтесь){_REST}
ru: (?:пожалуйста, )?(?:войдите|авторизуйтесь)(?: или зарегистрируйтесь)?,? чтобы (?:оставить|оставлять|написать\
|добавить|комментировать|ответить|читать){_REST}
ru: (?:вы должны|необходимо) (?:войти|авторизоваться|зарегистрироваться|быть авторизованы){_REST}(?:комментари\
|ответ|сообщени){_REST}
tr: (?:yorum|cevap|yanıt|mesaj) (?:yap|yaz|gönder|ver){_REST}(?:giriş yap|üye ol|oturum aç){_REST}
vi: (?:bạn (?:phải|cần)|vui lòng|hãy) đăng nhập{_REST}để (?:bình luận|trả lời|gửi|đọc tiếp|viết){_REST}
id: (?:anda harus|silakan|harap) (?:login|log in|masuk){_REST}untuk (?:berkomentar|membalas|mengomentari|mengirim\
|melanjutkan membaca){_REST}
zh: (?:您|你)?(?:需要|必须|必須|请|請)先?(?:登录|登入|登錄)(?:或注册|或註冊|后|後|之后)*(?:，)?(?:才能?)?(?:可以\
|可)?(?:再|进行|進行)?(?:发表|回复|回帖|评论|留言\
|發表|回覆|評論|(?:查看|阅读|閱讀)(?:完整|全文|内容|內容|本帖|附件|更多))[^；：]{{0,20}}
ja: (?:続きを読む|コメントする|コメントを投稿する|返信する|返信|投稿する)に?は、?(?:ログイン\
|会員登録)[^；：]{{0,30}}(?:必要|ください|下さい)[^；：]{{0,6}}
ja: (?:この|本)(?:記事|コンテンツ|ページ)は(?:有料)?会員(?:限定|専用)(?:の記事)?です
ko: 로그인(?: ?후|하셔야|하시면|해야|이 필요)[^;:]{{0,24}}(?:서비스입니다|댓글|글쓰기|작성|이용하실 수\
 있습니다)[^;:]{{0,16}}|로그인하시겠습니까
ar: (?:يجب|يرجى|عليك|الرجاء)(?: عليك| أن تقوم بـ?| أن)? ?تسجيل (?:الدخول|دخول)[^؛:]{{0,20}}(?:للرد|للتعليق|لإضافة\
|لكتابة|لمتابعة القراءة|لقراءة)[^؛:]{{0,30}}
th: (?:กรุณา|โปรด|คุณต้อง)(?:ลงชื่อ)?(?:เข้าสู่ระบบ|ล็อกอิน)(?:ก่อน|เพื่อ)(?:อ่าน|แสดงความ|ตอบ|โพสต์\
|คอมเมนต์)[^;:]{{0,40}}
"""
_FORM_LABELS = r"""
en: save my|remember my&browser&mail|name|details&comment
de: speicher&browser&mail|name&komment
fr: enregistre&navigateur&mail|nom&comment
es: guarda|recordar&navegador&correo|nombre&coment
pt: guardar|salvar&navegador&dados|nome&coment
it: salva&browser&mail|nome&comment
nl: opslaan|bewaren|bewaar&browser&mail|naam&reactie|reageer
sv: spara&webbläsare&mail|namn|e-post&komment
da: gem &browser&mail|navn&komment
no: lagre&nettleser&post|navn&komment
fi: tallenna&selaime&nimeni|sähköposti&komment
pl: zapisz|zapamiętaj&przegląd&dane|adres|imię&koment
cs: uložit&prohlížeč&jméno|mail&koment
sk: uložiť&prehliadač&meno|mail&koment
hu: mentése|mentsd&böngésző&nevem|mail&hozzászól
ro: salvea&navigator|browser&nume|mail&coment
hr: spremi&preglednik&ime|poštu&koment
sl: shrani&brskalnik&ime|pošto&koment
el: αποθήκευσ&πλοηγ|browser|περιηγη&όνομα|email&σχολι
bg: запаз&браузър&име|имейл&комент
ru: сохрани&браузер&имя|mail|почт&коммент
uk: зберегти&браузер&ім|mail|пошт&комент
sr: сачувај&прегледач&име|пошт&комент
tr: kaydedilsin|kaydet&tarayıcı&adım|posta&yorum
vi: lưu&trình duyệt&tên|mail&bình luận
id: simpan&peramban|browser&nama|mail&komentar
ar: احفظ|حفظ&متصفح&اسمي|البريد|بريدي&تعليق
fa: ذخیره&مرورگر&نام|ایمیل&دیدگاه
he: שמור|לשמור&דפדפן&השם|מייל&אגיב|תגובה
hi: सहेज&ब्राउज़र&नाम|ईमेल&टिप्पणी
th: บันทึก&เบราว์เซอร์&ชื่อ|อีเมล&ความเห็น
ja: 保存&ブラウザ&名前|メール&コメント
ko: 저장&브라우저&이름|이메일&댓글
zh: 保存|儲存&浏览器|瀏覽器&名称|姓名|名稱|邮箱|郵件&评论|留言
"""
"""What the label of a comment form's box has, each part of it in any order."""


def _rows(table: str) -> list[str]:
    """Return the rows of a table, of which long ones go on behind a backslash."""
    return table.replace("\\\n", "").strip().splitlines()


_BESIDE = re.compile(
    r"already (?:a subscriber|a member|subscribed|registered)|(?:log|sign) ?in(?: here)?|don't have an account"
    r"|(?:register|subscribe)(?: now)?|.{0,12}没有(?:账号|帐号)|立即(?:注册|登录)"
)
"""What stands beside such a sentence; alone it may be a heading."""
_LABELS = [[part.split("|") for part in row.partition(": ")[2].split("&")] for row in _rows(_FORM_LABELS)]
_ENDS = " \t\r\n.!?。！？…»>›"


@cache
def _says() -> re.Pattern[str]:
    """Return what tells to log in or to get another browser; few runs read a line that may."""
    return re.compile("|".join(row.partition(": ")[2] for table in (_BROWSERS, _LOGINS) for row in _rows(table)))


def is_site_notice(line: str) -> bool:
    """Whether a line in small letters tells to log in or to get another browser, or labels a box of a comment form.

    >>> is_site_notice("please sign in to post a comment."), is_site_notice("he had to sign in before he could speak.")
    (True, False)
    >>> is_site_notice("your browser is out of date. please upgrade your browser.")
    True
    >>> is_site_notice("save my e-mail in this browser until i comment again.")
    True
    """
    line = line.strip().replace("’", "'")
    if len(line) > LONGEST_NOTICE or not any(clue in line for clue in _CLUES):
        return False
    if any(all(any(word in line for word in part) for part in parts) for parts in _LABELS):
        return not tells_of_others(line)
    parts = [part for sentence in sentences_of(line) if (part := sentence.strip(_ENDS))]
    rest = [part for part in parts if not _says().fullmatch(part)]
    return len(rest) < len(parts) and all(map(_BESIDE.fullmatch, rest)) and not tells_of_others(line)
