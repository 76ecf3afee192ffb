"""What the sentences of a banner speak of that say nothing of cookies or scripts, by language."""

from corpuskit.text.quality.web_words import speaks_of_site
from corpuskit.text.quality.word_table import WordTable

__all__ = ["goes_on_with_notice", "speaks_of_banner"]

_GOES_ON = """
en: (?:you|by) (?:\\w+ ){0,4}?(?:agree|accept|consent)\\b
en: by (?:using|continuing|browsing|visiting|clicking|closing)\\b
en: opt(?:ing)?[- ]out\\b|(?:your|their|cookie|browser|privacy) (?:\\w+ )?(?:settings|preferences|choices|consent)\\b
en: (?:learn|find out|read) more\\b|more info|(?:privacy|cookie) (?:policy|notice|statement)|your privacy
en: continue to (?:use|browse)|your (?:web )?browser|(?:refresh|reload) (?:the|this|your)|enable it\\b|third[- ]party
de: stimm(?:en|st) (?:sie|du)|einverstanden|zustimmung|einwilligung|datenschutz|cookie-einstellungen|mehr erfahren
de: (?:mehr|weitere) informationen|widerrufen|(?:ihrem|deinem|ihres) browser|akzeptieren
fr: en (?:poursuivant|continuant|cliquant)|vous (?:\\w+ )?accept|votre consentement|en savoir plus|confidentialité
fr: votre navigateur|vos préférences
es: si continúa|al continuar|acepta[rs]?\\b|consentimiento|más información|saber más|privacidad|su navegador
es: tu navegador
pt: ao continuar|aceita[rs]?\\b|consentimento|saiba mais|mais informaç|privacidade|seu navegador|concorda com
it: ulteriori informazioni|continuando|accett[iao]\\b|acconsent|il consenso|maggiori informazioni|saperne di più
it: privacy|tuo browser
nl: akkoord|toestemming|meer (?:informatie|weten)|lees meer|door verder|je browser|uw browser
sv: godkänner|samtyck|läs mer|mer information|din webbläsare
da: accepterer|samtykke|læs mere|din browser
no: godtar|samtykke|les mer|nettleseren din
fi: hyväksyt|suostu|lue lisää|selaime
pl: zgadzasz|wyrażasz|zgodę na|akceptuj|dowiedz się więcej|więcej informacji|prywatności|przeglądar
cs: souhlas(?:íte|ím|u)\\b|více informací|prohlížeč
sk: súhlas(?:íte|ím|u)\\b|viac informácií|prehliadač
hu: elfogad|hozzájárul|további információ|böngésző
ro: de acord|află mai mult|mai multe (?:detalii|informații)
ru: соглаша(?:етесь|ешься)|согласие|подробнее|конфиденциальности|продолжая (?:пользов|использ|просм)|оставаясь на
ru: настройках браузера|вашем браузере|вашего браузера
uk: погоджу(?:єтес|єшс)|згоду|детальніше|докладніше|конфіденційності|браузер
tr: kabul e(?:tmiş|der|diyor)|daha fazla bilgi|gizlilik|tarayıcınız|onay vermiş
vi: đồng ý|tìm hiểu thêm|chính sách (?:cookie|bảo mật|quyền)|trình duyệt của
id: menyetujui|setuju|selengkapnya|kebijakan privasi|peramban
ar: توافق|موافقتك|لمزيد من|لمعرفة المزيد|سياسة الخصوصية|متصفحك
fa: موافقت|بیشتر بدانید|حریم خصوصی|مرورگر شما
he: מסכימ|מידע נוסף|מדיניות הפרטיות|הדפדפן שלך
hi: सहमत|अधिक जान|गोपनीयता|अपने ब्राउज़र
th: ยอมรับ|ยินยอม|เพิ่มเติม|นโยบายความเป็นส่วนตัว|นโยบายคุกกี้|เบราว์เซอร์ของ
ja: 同意|詳しくは|詳細は|プライバシー|ポリシー|閲覧を続|ブラウザの設定|ブラウザー?の
ko: 동의|자세히|자세한|개인정보|계속 (?:이용|사용)|브라우저 설정|브라우저에서
zh: 您.{0,20}同意|表示同意|了解更多|更多信息|更多資訊|隐私|隱私|继续(?:浏览|使用|访问)|繼續(?:瀏覽|使用)|浏览器设置
zh: 瀏覽器設定
"""
"""What the second sentence of a notice has, in small letters; right behind the first one, it is no article's."""
_GOES_ON_WITH_IT = WordTable(_GOES_ON)


_OF_BANNERS = """
en: cookie|\\bdata\\b|consent|anonym|statistic|advert|marketing|third[- ]part|partners|\\busers?\\b|technolog
en: preferences
en: copyright|©|rights reserved|message|we (?:may|use|can|share|process|collect|store)\\b|terms\\b|policy|privacy
en: features
de: daten\\b|einwillig|zustimm|zulassen|werbung|dritt(?:e|en|anbieter)\\b|inhalte|nutzer|nutzung|funktion|einstellung
de: kategorie|technologie|auswahl|(?:diese|sie) helfen|(?:dazu|hierzu) zählen|einige von ihnen|newsletter|wir tun dies
de: das hilft uns|wir (?:können|verwenden|nutzen|teilen)\\b|akzept
fr: données|consent|statisti|publicit|tiers\\b|partenaires|utilisateur|contenus?\\b|fonctionnalit|préférences|audience
fr: nous (?:pouvons|utilisons|partageons)|elles? nous permett|ils nous permett|traceurs
es: datos\\b|consent|estadísti|publici|terceros|socios\\b|usuarios?\\b|contenidos?\\b|funcional|preferencias
es: podemos\\b
pt: dados\\b|consent|estatísti|publici|terceiros|parceiros|usuári|utilizador|conteúdos?\\b|funcional|preferências
it: dati\\b|consens|statisti|pubblici|terze parti|terzi\\b|partner|utent[ei]\\b|contenuti|funzional|preferenze
nl: gegevens|toestemming|statisti|advertenti|derden|partners|gebruikers?\\b|inhoud|functies|voorkeuren
sv: uppgifter|samtyck|statisti|annons|tredje part|användar|innehåll|funktion
da: oplysninger|samtykke|statisti|annonce|tredjepart|brugere?\\b|indhold|funktion
no: opplysninger|samtykke|statisti|annonse|tredjepart|brukere?\\b|innhold|funksjon
fi: tieto(?:ja|jen|a)\\b|suostumu|tilasto|mainon|kolmansien|käyttäj|sisäl
pl: dan(?:e|ych)\\b|zgod|statysty|reklam|partner|użytkowni|treści|funkcj|ustawie|serwis|szanowny
cs: údaj|data\\b|souhlas|statisti|reklam|třetích|uživatel|obsah|funkc|nastaven
sk: údaj|súhlas|štatisti|reklam|tretích|používateľ|obsah|funkci|nastaven
hu: adat|hozzájárul|statiszti|hirdet|harmadik|felhasználó|tartal|funkci|beállít
ro: date(?:le)?\\b|acord|consim|statisti|publicit|terț|utilizator|conținut|funcți|preferin
ru: данн(?:ые|ых|ым)|соглас|статисти|реклам|третьи|пользовател|контент|функци|настройк|аналити
uk: дан(?:і|их)\\b|згод|статисти|реклам|треті|користувач|контент|функці|налаштув
tr: veri(?:ler|niz)|onay|istatisti|reklam|üçüncü taraf|kullanıcı|içerik|işlev|ayar|çerez
vi: dữ liệu|đồng ý|thống kê|quảng cáo|bên thứ ba|người dùng|nội dung|tính năng|cài đặt
id: data\\b|persetujuan|statisti|iklan|pihak ketiga|pengguna|konten|fitur|pengaturan
ar: بيانات|موافق|إحصا|إعلان|أطراف ثالثة|المستخدم|محتوى|إعدادات
fa: داده|رضایت|آمار|تبلیغ|کاربر|محتوا|تنظیم
he: נתונים|הסכמ|סטטיסט|פרסו|צד שלישי|משתמש|תוכן|הגדר
hi: डेटा|सहमति|विज्ञापन|उपयोगकर्ता|सामग्री|सेटिंग
th: ข้อมูล|ยินยอม|โฆษณา|ผู้ใช้|เนื้อหา|ตั้งค่า
ja: データ|同意|統計|広告|第三者|ユーザー|利用者|コンテンツ|機能|設定|個人情報
ko: 데이터|동의|통계|광고|제3자|이용자|사용자|콘텐츠|기능|설정|개인정보
zh: 数据|數據|资料|資料|同意|统计|統計|广告|廣告|第三方|用户|用戶|内容|內容|功能|设置|設定|个人信息
"""
"""What the sentences of a banner speak of, in small letters: where all in its paragraph do, none is an article's."""
_SPEAKS_OF_BANNERS = WordTable(_OF_BANNERS)


def goes_on_with_notice(sentence: str) -> bool:
    """Whether a sentence in small letters asks for consent, or leads to more, as the second one of a notice does.

    >>> goes_on_with_notice("by going on, you agree."), goes_on_with_notice("the mill stands by the river.")
    (True, False)
    """
    return _GOES_ON_WITH_IT.occurs_in(sentence)


def speaks_of_banner(sentence: str) -> bool:
    """Whether a sentence in small letters may be one of a banner: on data, consent, statistics or the site.

    >>> speaks_of_banner("they do not store any personal data."), speaks_of_banner("the mill stands by the river.")
    (True, False)
    """
    return speaks_of_site(sentence) or goes_on_with_notice(sentence) or _SPEAKS_OF_BANNERS.occurs_in(sentence)
