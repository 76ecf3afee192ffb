"""Words of a site that speaks of itself or to its reader, by language: its pages, browsers, accounts and links."""

from corpuskit.text.quality.word_table import WordTable

__all__ = ["speaks_of_site", "speaks_to_reader"]

_OF_SITE = """
en: browser|(?:web ?)?site\\b|(?:web)?pages?\\b|accounts?\\b|password|log(?:ged)? ?in|sign(?:ed)? ?(?:in|up)|cookie
en: javascript|url\\b|404|captcha|robot|homepage|firefox|chrome\\b|links?\\b|click|subscri|server|errors?\\b|e-?mail
en: install(?:ed)?\\b|update|members?\\b|search|administrator|domain|contact us|log in|reload|try again|go back
de: webseite|seiten?\\b|konto|passwort|kennwort|anmeld|einlogg|startseite|suchfunktion|abonn|fehler
fr: navigateur|page|compte\\b|mot de passe|connect(?:er|ez|é)|identifiant|abonn|erreur|accueil|lien|recherche
es: navegador|página|sitio|cuenta|contraseña|sesión|suscri|enlace|buscar|búsqueda|inicio
pt: senha|sessão|conta\\b|assin|início|pesquis
it: pagina|sito\\b|accedi|abbon|collegamento|errore
nl: pagina|wachtwoord|inlogg|abonne|zoek
sv: webbläsare|sidan|lösenord|logga in|konto
pl: przeglądark|stron(?:a|y|ie|ę|ą|om|ach|ami)?\\b|hasł|zalog|kont(?:o|a|u|em|cie)\\b
cs: prohlížeč|stránk|heslo|přihl|účet
ru: браузер|страниц|сайт|аккаунт|учетн|учётн|парол|войти|войдите|авториз|регистр|подпис|ссылк|поиск|ошибк
uk: сторінк|обліков|увійдіть|увійти|реєстр|посилання
tr: tarayıcı|sayfa|site|şifre|giriş|hesap
vi: trình duyệt|trang\\b|đăng nhập|mật khẩu|tài khoản
id: halaman|situs|masuk\\b|akun|sandi
ar: متصفح|الصفحة|الموقع|تسجيل|حساب|كلمة
fa: مرورگر|صفحه|سایت|ورود
he: דפדפן|הדף|האתר|סיסמ
hi: ब्राउज़र|पृष्ठ|पेज|साइट|लॉग|पासवर्ड|खाता
th: เบราว์เซอร์|หน้า(?:นี้|แรก|เว็บ|ที่คุณ)|เว็บ|เข้าสู่ระบบ|รหัสผ่าน|บัญชี
ja: ブラウザ|ページ|サイト|ログイン|パスワード|アカウント|会員|登録|検索|エラー
ko: 브라우저|페이지|사이트|로그인|비밀번호|계정|회원|가입|검색
zh: 浏览器|瀏覽器|网站|網站|页面|頁面|网页|網頁|登录|登入|密码|密碼|账号|帳號|注册|註冊|首页|首頁|链接|搜索
da: siden\\b|websted|adgangskode|logge? ind|forside
no: siden\\b|nettsted|nettleser|passordet|logge? inn|forside
fi: sivu(?:sto|a|n|lle|t)?\\b|selain|salasana|kirjaudu|etusivu
sk: stránk|prehliadač|heslo|prihlá
hu: oldal(?:on|t|ra|unk)?\\b|böngésző|jelszó|bejelentkez
ro: pagin|site(?:-ul|ul)?\\b|parol|autentific
hr: stranic|preglednik|lozink|prijavi
sl: spletn|brskalnik|geslo|prijavi
bg: страниц|сайт|браузър|парола
sr: страниц|сајт|прегледач|лозинк
el: σελίδα|ιστότοπ|ιστοσελίδ|περιηγητ|κωδικ|συνδεθ
bn: পৃষ্ঠা|ওয়েবসাইট|ব্রাউজার|পাসওয়ার্ড
ms: laman|pelayar|kata laluan|log masuk
"""
_TO_READER = """
en: you\\b|your\\b|yours\\b|please\\b|sorry\\b|apologi[sz]e|inconvenience|patience\\b|we'(?:re|ve|ll)\\b
en: we (?:are|were|can|could|have|will|recently|only) |our (?:team|site|front|home|hotline|staff|support|help|brokers)
en: address(?:es)?\\b|permission|maintenance|sessions?\\b|typing|mistyped|this name\\b|make an offer|firewall
en: help ?desk|blocked by|technical team|try again|this process
de: bitte\\b|leider\\b|entschuldig|geduld\\b|verständnis|wenden sie|prüfen sie|geben sie|haben sie|können sie
de: sie waren
de: wurden sie|ihnen fehl|zu ihrer sicherheit|wir (?:sind|arbeiten|prüfen|bitten|haben|konnten)\\b
de: uns(?:er|ere) (?:team|hotline|seite)|adresse|administrator|vertippt
de: wartung|sitzung|rechte\\b|firewall|support\\b|übersicht\\b|menü\\b|nutzen sie|rufen sie|dieser vorgang
fr: vous\\b|votre\\b|vos\\b|merci\\b|veuillez|désolé|excusez|excusons|patient(?:er|ez)\\b|administrateur|adresse
fr: maintenance|notre (?:équipe|site)
fr: pare-feu|assistance\\b|le support\\b|menu\\b|nous (?:sommes|serons|travaillons|vérifions|avons|n'avons)\\b
fr: saisissez|saisie\\b|vérifie[rz]
es: usted|por favor|disculp|lamentamos|lo sentimos|pacienci|administrador|dirección|mantenimiento|permisos?\\b
es: comprueb|puedes? (?:también|volver|usar|intentar|buscar)|póngase|vuelva\\b|sesión\\b|su seguridad|cortafuegos
es: soporte|menú\\b|estado inactivo
pt: você|firewall|suporte\\b|menu\\b|por favor|desculp|lamentamos|paciência|administrador|endereço|manutenção
pt: permissão|confira|verifique|pode (?:voltar|também|usar|tentar)
it: per favore|ci scusiamo|spiacenti|pazienza|amministratore|indirizzo|manutenzione|permess[oi]\\b
it: puoi (?:anche|tornare|usare)
it: firewall|assistenza\\b|menu\\b|controlla (?:l'|che)|contatta\\b|cerchi\\b
nl: u (?:kunt|heeft|hebt|bent|zoekt|moet)|je (?:kunt|zoekt|moet)|uw\\b|excuses|helaas|geduld|beheerder|helpdesk
nl: menu\\b|adres\\b|onderhoud\\b|controleer
sv: du (?:kan|har|letar|söker|behöver|måste)|tyvärr|tålamod|adressen|administratör|behörighet|vänligen
da: du (?:kan|har|leder|skal)|desværre|beklager|tålmodighed|adressen|administrator
no: du (?:kan|har|leter|må)|dessverre|beklager|tålmodighet|adressen|administrator
fi: valitettavasti|pahoittelemme|kärsivällisyy|osoite|osoitteen|ylläpitäj|tarkista
pl: proszę|zapor[aęy]\\b|menu\\b|skorzystaj|przepraszamy|niestety|cierpliwość|administrator|adres\\b|uprawnień
pl: możesz (?:też|także|wrócić)|sprawdź|szukasz|skontaktuj
cs: prosím|omlouváme|bohužel|trpělivost|správc|adresu|oprávnění|můžete|zkontrolujte|hledáte|nemáte
sk: prosím|ospravedlňujeme|bohužiaľ|trpezlivosť|správc|adresu|oprávneni|môžete|skontrolujte|hľadáte
hu: kérjük|sajnos|elnézést|türelm|rendszergazd|ellenőrizze|címet
ro: vă rugăm|ne pare rău|scuze|răbdare|administrator|adres[aă]|verificați|puteți
hr: molimo|nažalost|ispričavamo|strpljenj|administrator|adres[au]|provjerite|možete
bg: моля\\b|съжаляваме|извиняваме|търпение|администратор|адреса|проверете|можете
sr: молимо|жао нам|извињавамо|стрпљењ|администратор|адрес[ау]|проверите|можете
ru: пожалуйста|межсетев|поддержк|меню\\b|воспользуйтесь|извин|к сожалению|терпени|администратор|адрес|проверьте
ru: попробуйте|обратитесь|вы (?:можете|не)|начните|у вас\\b
uk: будь ласка|вибач|перепрош|на жаль|терпін|адміністратор|адрес|перевірте|спробуйте|зверніться|ви (?:можете|також)
uk: у вас\\b
el: παρακαλούμε|λυπούμαστε|συγγνώμη|υπομονή|διαχειριστ|διεύθυνσ|ελέγξτε|μπορείτε
tr: lütfen|güvenlik duvarı|destek ekib|menüyü|özür|üzgünüz|sabrınız|yönetici|adres|yetkiniz|deneyin|emin olun
tr: bilirsiniz|aradığınız
vi: bạn (?:đã|có|không|cần|đang|cũng|phải)|quý khách|vui lòng|xin lỗi|rất tiếc|hãy\\b|địa chỉ|quản trị
id: silakan|maaf\\b|mohon|alamat|administrator
ms: sila\\b|maaf\\b|alamat|pentadbir
ar: يرجى|جدار الحماية|القائمة|الدعم|الرجاء|نعتذر|عذرا|عذرًا|للأسف|المسؤول|العنوان|تأكد|يمكنك|صلاحية|تبحث|لديك
fa: لطفا|متأسف|متاسف|پوزش|نشانی|آدرس|\\bشما\\b
he: אנא|מצטערים|סליחה|לצערנו|כתובת|מנהל
hi: कृपया|क्षमा|खेद|पता जाँच|पता जांच|व्यवस्थापक|आप
bn: দয়া করে|অনুগ্রহ|দুঃখিত|ঠিকানা|আপনি|আপনার
th: กรุณา|โปรด|ขออภัย|เสียใจ|ผู้ดูแล|ที่อยู่|คุณ(?!ภ|ค่า|สม|หญิง)
ja: ください|ファイアウォール|サポート|メニュー|いただけます|下さい|お客様|申し訳|恐れ入り|お手数|管理者|アドレス
ja: 権限|お探し|お問い合わせ|お待ち|トップ
ko: 주세요|방화벽|메뉴|주십시오|바랍니다|죄송|고객|관리자|주소|권한|찾으시는|있습니다만|하실 수|가실 수|처음으로
zh: 请您|防火墙|客服|技术支持|菜单|请使用|请致电|请联系|请检查|请稍|请返回|请重|请输|请确|请致|請您|請聯|請檢|請稍
zh: 請返|請重|請輸|請確|您|抱歉|谅解|諒解|对不起|對不起|管理员|管理員|权限|權限
"""
"""What a site says to its reader: it asks, regrets, and tells what to do. An article seldom does."""
_SPEAKS = WordTable(_OF_SITE)
_SPEAKS_TO = WordTable(_TO_READER)


def speaks_of_site(sentence: str) -> bool:
    """Whether a sentence in small letters has a word that sites use of themselves.

    >>> speaks_of_site("go back to the start page."), speaks_of_site("the boats lay on the shore.")
    (True, False)
    """
    return _SPEAKS.occurs_in(sentence)


def speaks_to_reader(sentence: str) -> bool:
    """Whether a sentence in small letters speaks of the site or to its reader.

    >>> speaks_to_reader("please talk to whoever let you in."), speaks_to_reader("the boats lay on the shore.")
    (True, False)
    """
    return speaks_of_site(sentence) or _SPEAKS_TO.occurs_in(sentence)
