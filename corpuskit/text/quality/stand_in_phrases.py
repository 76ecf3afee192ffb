"""What pages say that stand in for another, by language: errors, walls, and headings that are one or the other."""

__all__ = ["HEADINGS_OF_ERRORS", "HEADINGS_OF_WALLS", "PLACEHOLDERS", "WALLS", "phrases_of"]

_PLACEHOLDERS = """
en: page not found|page cannot be found|page can't be found|page could not be found|page couldn't be found
en: page was not found|page you are looking for|page you were looking for|page you're looking for|page you requested
en: requested url was not found|requested url /|requested page could not|404 not found|404 error|error 404
en: 403 forbidden|500 internal server error|503 service unavailable|service temporarily unavailable
en: page doesn't exist|page does not exist|page no longer exists|page isn't available|page is not available
en: content isn't available right now|this content is not available in your|not available in your region
en: not available in your country|currently unavailable in your|browser is not supported
en: browser is no longer supported
en: using an unsupported browser|browser is out of date|browser is outdated
de: seite nicht gefunden|seite wurde nicht gefunden|seite konnte nicht gefunden|seite existiert nicht
de: gesuchte seite|seite ist nicht mehr verfügbar|seite ist nicht verfügbar|browser wird nicht unterstützt
de: in ihrem land nicht verfügbar
fr: page introuvable|page non trouvée|page n'existe pas|page n'a pas été trouvée|page que vous cherchez
fr: page que vous recherchez|page demandée n'|navigateur n'est pas pris en charge|pas disponible dans votre pays
es: página no encontrada|página no existe|no se encontró la página|no se ha encontrado la página|página que buscas
es: página que busca |navegador no es compatible|no está disponible en su país|no está disponible en tu país
pt: página não encontrada|página não existe|página não foi encontrada|página que procura|página que você procura
pt: página que está procurando|navegador não é suportado|não está disponível no seu país
it: pagina non trovata|pagina non esiste|pagina non è stata trovata|pagina che cerchi|pagina che stai cercando
it: pagina richiesta non|browser non è supportato|non è disponibile nel tuo paese
nl: pagina niet gevonden|pagina kon niet worden gevonden|pagina bestaat niet|pagina die je zoekt|pagina die u zoekt
nl: browser wordt niet ondersteund|niet beschikbaar in jouw land
sv: sidan kunde inte hittas|sidan hittades inte|sidan finns inte|sidan du söker|webbläsaren stöds inte
da: siden blev ikke fundet|siden findes ikke|siden kunne ikke findes|siden du leder efter
no: siden ble ikke funnet|finner ikke siden|siden finnes ikke|siden eksisterer ikke|siden du leter etter
fi: sivua ei löydy|sivua ei löytynyt|sivua ei ole|etsimääsi sivua|hakemaasi sivua
pl: nie znaleziono strony|strona nie została znaleziona|strona nie istnieje|strony, której szukasz
cs: stránka nenalezena|stránka nebyla nalezena|stránka neexistuje|stránku se nepodařilo najít|stránku jsme nenašli
sk: stránka sa nenašla|stránka nebola nájdená|stránka neexistuje|stránku sa nepodarilo nájsť
hu: az oldal nem található|oldal nem létezik|keresett oldal
ro: pagina nu a fost găsită|pagina nu există|pagina căutată|pagina pe care o cauți
hr: stranica nije pronađena|stranica ne postoji|stranica koju tražite
sl: strani ni mogoče najti|stran ne obstaja|stran ni bila najdena
bg: страницата не е намерена|страницата не съществува|страница не е намерена
sr: страница није пронађена|страница не постоји
el: η σελίδα δεν βρέθηκε|σελίδα δεν βρέθηκε|σελίδα δεν υπάρχει|σελίδα που ζητήσατε|σελίδα που αναζητάτε
ru: страница не найдена|страница не существует|такой страницы не существует|страницы не существует
ru: страница была удалена|запрашиваемая страница|запрошенная страница|браузер не поддерживается
ru: недоступен в вашем регионе|недоступно в вашей стране
uk: сторінку не знайдено|сторінка не знайдена|сторінки не існує|сторінка не існує
tr: sayfa bulunamadı|aradığınız sayfa|böyle bir sayfa yok|tarayıcınız desteklenmiyor
ar: الصفحة غير موجودة|الصفحة غير متوفرة|لم يتم العثور على الصفحة|الصفحة التي تبحث عنها|الصفحة المطلوبة غير
fa: صفحه یافت نشد|صفحه پیدا نشد|صفحه مورد نظر|صفحه‌ای که به دنبال
he: הדף לא נמצא|העמוד לא נמצא|הדף שחיפשת|הדף המבוקש
hi: पृष्ठ नहीं मिला|पेज नहीं मिला|पृष्ठ मौजूद नहीं|पेज मौजूद नहीं
bn: পৃষ্ঠা পাওয়া যায়নি|পাতাটি পাওয়া যায়নি
th: ไม่พบหน้า|หน้าที่คุณค้นหา|หน้าที่คุณต้องการ
vi: không tìm thấy trang|trang không tồn tại|trang bạn tìm|trang bạn đang tìm|trang này không tồn tại
id: halaman tidak ditemukan|halaman yang anda cari|halaman tidak tersedia
ms: halaman tidak dijumpai
ja: ページが見つかりません|ページは見つかりません|ページは存在しません|ページが存在しません|お探しのページ
ja: ページは削除された|ページを表示できません|ご利用の地域では|お使いのブラウザはサポート|ブラウザには対応していません
ko: 페이지를 찾을 수 없|존재하지 않는 페이지|페이지가 존재하지 않|요청하신 페이지
ko: 지원하지 않는 브라우저|지원되지 않는 브라우저
zh: 页面不存在|页面未找到|找不到页面|找不到该页面|您访问的页面|您要访问的页面|您查找的页面|网页不存在
zh: 页面走丢了|页面已被删除
zh: 找不到網頁|頁面不存在|找不到頁面|找不到您要的頁面|您要找的頁面
zh: 您所在的地区|不支持您的浏览器|您的浏览器版本过低|瀏覽器版本過舊
en: domain is for sale|domain may be for sale|domain name is for sale|buy this domain|domain has expired
en: domain is parked|parked free, courtesy|account has been suspended|site is under construction
en: website is under construction|page is under construction|website coming soon|welcome to nginx
en: apache2 ubuntu default page|apache2 debian default page|index of /
de: domain steht zum verkauf|dieses domain ist zu verkaufen|domain ist zu verkaufen
fr: domaine est à vendre
es: dominio está en venta
ru: домен продается|домен продаётся
en: unable to complete your request|experiencing technical difficulties|browser version is not supported
de: browser ist veraltet|browser wird nicht mehr unterstützt|browser ist nicht mehr aktuell|veralteten browser
fr: navigateur est obsolète|navigateur n'est plus pris en charge|navigateur obsolète|version obsolète du navigateur
es: navegador está desactualizado|navegador está obsoleto|navegador obsoleto|navegador no es soportado
pt: navegador está desatualizado|navegador desatualizado|browser está desatualizado|navegador não é compatível
it: browser non è aggiornato|browser è obsoleto|browser obsoleto|browser non è più supportato
nl: browser is verouderd|verouderde browser
sv: webbläsare är föråldrad|webbläsare är för gammal|föråldrad webbläsare
pl: przeglądarka jest nieaktualna|przeglądarka jest przestarzała|przestarzałej przeglądarki
pl: przeglądarka nie jest obsługiwana
cs: prohlížeč je zastaralý|zastaralý prohlížeč|prohlížeč není podporován
ru: браузер устарел|устаревший браузер|устаревшую версию браузера|устаревшим браузером
uk: браузер застарів|застарілий браузер
tr: tarayıcınız güncel değil|tarayıcınızın sürümü eski|eski bir tarayıcı
ar: متصفحك قديم|متصفح قديم|متصفحك غير مدعوم|المتصفح غير مدعوم
hi: ब्राउज़र पुराना|ब्राउज़र समर्थित नहीं
th: เบราว์เซอร์ของคุณล้าสมัย|เบราว์เซอร์ของคุณเก่า|เบราว์เซอร์รุ่นเก่า|ไม่รองรับเบราว์เซอร์
vi: trình duyệt của bạn đã cũ|trình duyệt của bạn đã lỗi thời|trình duyệt không được hỗ trợ
ja: ブラウザのバージョンが古|古いブラウザをお使い|ブラウザは古い
ko: 브라우저 버전이 낮|오래된 브라우저를|구형 브라우저를
en: browser is too old
de: browser ist zu alt
fr: navigateur est trop ancien|navigateur est trop vieux
es: navegador es demasiado antiguo|navegador es muy antiguo
pt: navegador é muito antigo
it: browser è troppo vecchio
nl: browser is te oud
pl: przeglądarka jest zbyt stara
ru: браузер слишком стар
tr: tarayıcınız çok eski
ja: ブラウザーは古い|古いブラウザーをお使い|ブラウザーのバージョンが古|お使いのブラウザーはサポート
zh: 浏览器太旧|浏览器过旧|浏览器版本太
en: browser you are using is too old|browser you're using is too old|browser you are using is not|browser is no longer
en: older browsers cannot|time to update your browser|update your browser to|upgrade your browser to
en: you are using an outdated
en: you're using an outdated|using an older browser|using an old browser|old version of your browser
en: browser cannot display
en: using an out-of-date browser|using an out of date browser
de: browser ist zu alt|browser kann diese seite|veralteten browser|veraltete browser
de: aktualisieren sie ihren browser|browser, den sie verwenden
fr: navigateur ne permet pas|navigateur trop ancien|navigateur est ancien|navigateur obsolète|navigateur dépassé
fr: ancienne version de votre navigateur|mettre à jour votre navigateur
es: navegador no permite|navegador antiguo|navegador obsoleto|navegador desactualizado|actualice su navegador
es: actualiza tu navegador|versión antigua de su navegador
pt: navegador antigo|navegador obsoleto|navegador desatualizado|atualize seu navegador|atualize o seu navegador
pt: navegador não permite
it: browser obsoleto|browser non aggiornato|browser è obsoleto|aggiorna il tuo browser|aggiorna il browser
it: browser troppo vecchio|browser non consente
nl: verouderde browser|browser is verouderd|werk je browser bij|update je browser
sv: webbläsare är för gammal|föråldrad webbläsare|uppdatera din webbläsare
pl: przestarzałej przeglądarki|starej przeglądarki|zaktualizuj przeglądarkę
cs: zastaralý prohlížeč|aktualizujte svůj prohlížeč|prohlížeč je zastaralý
ru: обновите браузер|обновите ваш браузер|обновите свой браузер|устаревший браузер|устаревшую версию браузера
ru: устаревшим браузером|браузер слишком стар|старую версию браузера|браузер не может
uk: оновіть браузер|застарілий браузер|браузер застарів|застарілу версію браузера
tr: eski bir tarayıcı|tarayıcınızı güncelleyin|tarayıcınız bu sayfayı
ar: متصفحا قديما|متصفح قديم|حدّث متصفحك|قم بتحديث متصفحك
hi: ब्राउज़र पुराना|पुराना ब्राउज़र|ब्राउज़र अपडेट करें
th: เบราว์เซอร์รุ่นเก่า|เบราว์เซอร์เก่า|อัปเดตเบราว์เซอร์
vi: trình duyệt cũ|trình duyệt quá cũ|cập nhật trình duyệt
id: browser anda sudah|peramban anda sudah|perbarui browser|perbarui peramban
ja: 古いブラウザ|ブラウザのバージョンが古|ブラウザを更新|ブラウザが古
ko: 오래된 브라우저|구형 브라우저|브라우저를 업데이트|브라우저가 오래
zh: 浏览器版本较|浏览器已过时|更新您的浏览器|升级您的浏览器|请升级浏览器|更新您的瀏覽器|瀏覽器已過時
"""
_WALLS = """
en: sign in to read|log in to read|article is for members|article is for subscribers
en: verify you are human|verify that you are human|verify you are not a robot|confirm you are not a robot
en: checking your browser before|checking if the site connection is secure|complete the captcha|are you a robot?
en: unusual traffic from your computer network|enable javascript and cookies to continue|enable cookies to continue
en: confirm that you're not a robot|prove you are human|prove that you are human|confirm you are human
en: you need to log in|you must log in|you must be logged in|you need to be logged in|please log in to continue
en: please sign in to continue|log in to continue|sign in to continue|subscribe to continue reading
en: subscribe to read the full|you don't have permission to access|you do not have permission to access
en: access denied|before you continue to|your session has expired|session has timed out|your session timed out
de: bitte melden sie sich an, um|ihre sitzung ist abgelaufen|kein roboter sind|bevor sie zu google|zugriff verweigert
fr: veuillez vous connecter pour|votre session a expiré|pas un robot|êtes-vous un robot|accès refusé
es: inicia sesión para continuar|su sesión ha caducado|tu sesión ha caducado|sesión ha expirado|no eres un robot
es: no es un robot|acceso denegado
pt: faça login para continuar|sua sessão expirou|não é um robô|acesso negado
it: accedi per continuare|sessione è scaduta|non sei un robot|accesso negato
nl: je bent geen robot|u bent geen robot|sessie is verlopen|toegang geweigerd
sv: sessionen har löpt ut|inte är en robot
pl: sesja wygasła|nie jesteś robotem|dostęp zabroniony|odmowa dostępu
cs: relace vypršela|nejste robot|přístup odepřen
ru: войдите, чтобы|срок действия сессии|сессия истекла|что вы не робот|вы не робот|доступ запрещ|доступ ограничен
uk: сесія закінчилася|ви не робот|доступ заборонено
tr: oturumunuzun süresi doldu|robot olmadığınızı|erişim engellendi
ar: انتهت صلاحية الجلسة|أنك لست روبوت|تم رفض الوصول
vi: phiên làm việc đã hết hạn|bạn không phải là robot|bạn không phải là người máy
id: sesi anda telah berakhir|anda bukan robot|akses ditolak
ja: ロボットではないこと|ロボットでないこと|セッションの有効期限|セッションがタイムアウト
ja: アクセスが拒否|ログインが必要です
ko: 로봇이 아닙니다|로봇이 아님을|세션이 만료|로그인이 필요합니다|접근이 거부
zh: 您不是机器人|你不是机器人|请完成安全验证|会话已过期|登录已过期|访问被拒绝|拒绝访问|请登录后|不是機器人|存取被拒
zh: 請先登入
en: please log in to view|please log in to see|please login to view|please sign in to view|please log in or register
de: müssen angemeldet sein, um|müssen eingeloggt sein, um|müssen sich anmelden, um|musst angemeldet sein, um
de: musst eingeloggt sein, um|musst dich anmelden, um|melden sie sich an, um|melde dich an, um
fr: devez être connecté|devez vous connecter pour|connectez-vous pour|devez vous identifier pour
es: debes iniciar sesión para|debe iniciar sesión para|tienes que iniciar sesión para|inicie sesión para
pt: precisa estar logado|precisa fazer login para|precisa de iniciar sessão|necessário fazer login|inicie sessão para
it: devi accedere per|devi effettuare l'accesso|effettua l'accesso per|effettua il login per|aver effettuato l'accesso
nl: moet ingelogd zijn om|moet inloggen om|log in om verder
sv: måste logga in för|måste vara inloggad för|logga in för att fortsätta
pl: musisz się zalogować, aby|musisz być zalogowany|zaloguj się, aby
cs: musíte se přihlásit|musíte být přihlášen|přihlaste se, abyste
ru: необходимо войти, чтобы|необходимо авторизоваться|должны войти, чтобы|должны авторизоваться|авторизуйтесь, чтобы
uk: увійдіть, щоб|необхідно увійти, щоб|потрібно увійти, щоб
tr: giriş yapmalısınız|giriş yapmanız gerek|lütfen giriş yapın|oturum açmanız gerek|oturum açmalısınız
ar: يجب تسجيل الدخول|يجب عليك تسجيل الدخول|يرجى تسجيل الدخول|الرجاء تسجيل الدخول
hi: लॉग इन करना होगा|कृपया लॉग इन करें|कृपया लॉगिन करें
th: กรุณาเข้าสู่ระบบ|โปรดเข้าสู่ระบบ|ต้องเข้าสู่ระบบก่อน
vi: bạn cần đăng nhập|bạn phải đăng nhập|vui lòng đăng nhập
id: anda harus login|silakan login untuk|silakan masuk untuk melanjutkan
ja: ログインしてください|ログインする必要があります
ko: 로그인해 주세요|로그인하셔야|로그인해야 합니다|로그인 후 이용
zh: 请先登录|您需要登录|您必须登录|请登录以|您需要先登录
en: signed in to see this|signed in to view this|signed in to read|logged in to see this|logged in to view this
en: logged in to read|sign in to see this|sign in to view this|log in to see this|log in to view this
en: log in to keep reading
en: sign in to keep reading|log in to continue|register to continue|subscribe to continue|subscribe to keep reading
en: to continue reading this article|to keep reading this article|create a free account to|article is only for
en: content is only for|content is for subscribers|content is for members|only available to subscribers
en: only available to members|only available to registered|exclusive to subscribers|for registered users only
en: reserved for subscribers|reserved for members|complete the security check|performance & security by|ray id
en: needs to review the security of your connection|made us think you were a bot|made us think that you are a bot
en: unusual activity from your|unusual traffic from your|you are not a robot|you're not a robot|are a human and not a
en: really you and not a robot|ddos protection by|your browser will redirect|you are being redirected to the site you
en: we and our partners store|we and our partners use cookies|please enable cookies|you have been blocked
en: app needs javascript|app requires javascript|application needs javascript|application requires javascript
en: this site needs javascript|this site requires javascript|this website needs javascript|website requires javascript
en: this page needs javascript|this page requires javascript|enable javascript to run this|enable javascript to view
en: enable javascript to use this|javascript is disabled in your|javascript is switched off in
en: javascript is turned off in
en: please enable javascript|please turn on javascript|turn javascript on to|site works only with javascript
de: nur angemeldete leser|nur für angemeldete|nur für abonnent|nur für registrierte|nur für mitglieder
de: anmelden, um weiterzulesen|anmelden und weiterlesen|registrieren und weiterlesen|um weiterzulesen
de: jetzt weiterlesen mit
de: artikel ist nur für|inhalt ist nur für|inhalte sind nur für|bitte melden sie sich an|bitte loggen sie sich ein
de: wir überprüfen ihren browser|ihr browser wird überprüft|dass sie ein mensch sind|ungewöhnliche aktivität
de: ungewöhnlichen datenverkehr|sicherheitsprüfung abschließen|bitte aktivieren sie javascript
de: javascript ist deaktiviert
de: javascript ist in ihrem browser|benötigt javascript|erfordert javascript|wir und unsere partner
de: javascript aktivieren, um|brauchen ihre einwilligung|benötigen ihre einwilligung
fr: connectez-vous pour|connecté pour lire|connecté pour voir|article est réservé|contenu est réservé
fr: réservé à nos abonnés
fr: réservé aux membres|pour lire la suite|poursuivre la lecture|continuer la lecture|vérification de votre navigateur
fr: que vous êtes humain|que vous êtes un humain|activité inhabituelle|trafic inhabituel|contrôle de sécurité avant
fr: veuillez activer javascript|javascript est désactivé|nécessite javascript|activez javascript
fr: nos partenaires stockons
fr: nous et nos partenaires
es: para seguir leyendo|para continuar leyendo|contenido es exclusivo|artículo es exclusivo
es: solo para usuarios registrados
es: sólo para suscriptores|comprobando su navegador|comprobando tu navegador|que eres humano|que es usted humano
es: actividad inusual|tráfico inusual|comprobación de seguridad|habilite javascript|habilita javascript
es: activa javascript
es: active javascript|javascript está desactivado|javascript está deshabilitado|requiere javascript
es: necesita javascript
es: nosotros y nuestros socios
pt: para continuar lendo|para continuar a ler|conteúdo é exclusivo|artigo é exclusivo|somente para assinantes
pt: só para assinantes|verificando seu navegador|verificando o seu navegador|que você é humano|que é humano
pt: atividade incomum|atividade invulgar|verificação de segurança|habilite o javascript|ative o javascript
pt: javascript está desativado|javascript está desabilitado|precisa de javascript|requer javascript
pt: nós e nossos parceiros|nós e os nossos parceiros
it: per continuare a leggere|per continuare la lettura|contenuto è riservato|articolo è riservato
it: solo per gli abbonati
it: verifica del browser|che sei umano|attività insolita|traffico insolito|controllo di sicurezza|abilita javascript
it: attiva javascript|javascript è disattivato|javascript è disabilitato|richiede javascript|noi e i nostri partner
nl: om verder te lezen|artikel is alleen voor|alleen voor leden|dat je een mens bent|ongebruikelijke activiteit
nl: beveiligingscontrole|schakel javascript in|javascript is uitgeschakeld|heeft javascript nodig|wij en onze partners
sv: för att läsa vidare|för att fortsätta läsa|endast för prenumeranter|endast för medlemmar|aktivera javascript
sv: javascript är avstängt|kräver javascript|att du är en människa|vi och våra partner
da: for at læse videre|kun for abonnenter|aktivér javascript|kræver javascript|at du er et menneske
no: for å lese videre|kun for abonnenter|aktiver javascript|krever javascript|at du er et menneske
fi: jatkaaksesi lukemista|vain tilaajille|ota javascript käyttöön|vaatii javascriptin|että olet ihminen
pl: aby czytać dalej|aby przeczytać cały|dostępny tylko dla|dostępna tylko dla|tylko dla prenumeratorów
pl: tylko dla zalogowanych
pl: że jesteś człowiekiem|nietypowy ruch|nietypową aktywność|sprawdzamy twoją przeglądarkę|kontrolę bezpieczeństwa
pl: włącz javascript|włącz obsługę javascript|javascript jest wyłączon|wymaga javascript|wymaga obsługi javascript
pl: my i nasi partnerzy
cs: abyste mohli číst dál|pouze pro předplatitele|jen pro předplatitele|pouze pro přihlášené|že jste člověk
cs: povolte javascript|zapněte javascript|vyžaduje javascript|kontrola zabezpečení
ru: чтобы читать дальше|чтобы продолжить чтение|чтобы дочитать|доступен только подписчик|доступна только подписчик
ru: доступен только зарегистрированн|доступно только зарегистрированн|только зарегистрированным|доступен только для
ru: что вы человек|необычную активность|подозрительный трафик|проверяем ваш браузер|проверка браузера
ru: проверку безопасности
ru: включите javascript|javascript отключ|требуется javascript|необходим javascript|необходимо включить javascript
ru: мы и наши партн
uk: щоб читати далі|щоб продовжити читання|лише для передплатників|доступно лише зареєстрованим|що ви людина
uk: увімкніть javascript|javascript вимкнен|потрібен javascript|перевіряємо ваш браузер
tr: okumaya devam etmek için|yalnızca abonelere|sadece abonelere|yalnızca üyelere|sadece üyelere|insan olduğunuzu
tr: olağan dışı trafik|olağandışı|tarayıcınız kontrol ediliyor|güvenlik kontrol|javascript'i etkinleştirin
tr: javascript gerekli
tr: javascript gerektirir|javascript devre dışı
ar: لمتابعة القراءة|للمشتركين فقط|للأعضاء فقط|أنك إنسان|نشاط غير معتاد|نشاطا غير معتاد|التحقق من متصفحك|فحص الأمان
ar: تفعيل جافا سكريبت|تفعيل javascript|تمكين javascript|يتطلب javascript|نحن وشركاؤنا
fa: برای ادامه مطالعه|فقط برای مشترکان|جاوا اسکریپت را فعال
he: כדי להמשיך לקרוא|למנויים בלבד|הפעל javascript|שאתה אנושי
hi: आगे पढ़ने के लिए|केवल सदस्यों के लिए|केवल ग्राहकों के लिए|आप इंसान हैं|सुरक्षा जाँच पूरी|सुरक्षा जांच पूरी
hi: javascript सक्षम करें|जावास्क्रिप्ट सक्षम|javascript चालू करें|जावास्क्रिप्ट चालू
th: เพื่ออ่านต่อ|สำหรับสมาชิกเท่านั้น|เฉพาะสมาชิก|ว่าคุณเป็นมนุษย์|ตรวจสอบความปลอดภัย|เปิดใช้งาน javascript
th: เปิดใช้ javascript|กำลังตรวจสอบเบราว์เซอร์
vi: để đọc tiếp|để tiếp tục đọc|chỉ dành cho thành viên|chỉ dành cho người đăng ký|bạn là con người
vi: kiểm tra bảo mật|kiểm tra trình duyệt|bật javascript|kích hoạt javascript|cần javascript|yêu cầu javascript
id: untuk lanjut membaca|untuk melanjutkan membaca|khusus pelanggan|khusus anggota|anda adalah manusia
id: aktifkan javascript
ja: 続きを読むには|続きをお読みいただく|会員限定|有料会員|会員のみ|会員だけ|人間であること|不審なアクセス|通常と異なる
ja: ブラウザを確認して|セキュリティチェック|セキュリティ確認|javascriptを有効|javascriptが無効|javascriptが必要
ko: 계속 읽으려면|계속 읽기|회원만 읽을|회원만 볼|회원 전용|구독자 전용|구독자만|사람인지 확인|비정상적인|보안 확인
ko: 브라우저를 확인하는|자바스크립트를 활성|javascript를 활성|자바스크립트를 사용하도록|javascript를 사용하도록
zh: 登录后继续|登录后查看|登录后阅读|仅供会员|仅限会员|会员专享|仅供订阅|仅限订阅|继续阅读请|登入後|僅限會員|僅供會員
zh: 您是真人|你是真人|异常流量|异常访问|安全检查|正在检查您的浏览器|启用javascript|启用 javascript|開啟javascript
zh: 需要javascript|需要 javascript|开启javascript|开启 javascript
"""
_HEADINGS_OF_ERRORS = """
en: something went wrong|an error occurred|an error has occurred|not found|error 404|error 500|internal server error
en: bad gateway|bad request|gateway timeout|gateway time-out|forbidden|service unavailable|temporarily unavailable
en: no such page|we'll be back soon|under maintenance|site under maintenance
de: fehler 404|404-fehler|nicht gefunden|es ist ein fehler aufgetreten|etwas ist schiefgelaufen|wartungsarbeiten
fr: erreur 404|une erreur est survenue|une erreur s'est produite|site en maintenance
es: error 404|algo salió mal|ha ocurrido un error|se ha producido un error
pt: erro 404|algo deu errado|ocorreu um erro
it: errore 404|si è verificato un errore|qualcosa è andato storto
nl: fout 404|er is iets misgegaan|er is een fout opgetreden
sv: fel 404|något gick fel|ett fel uppstod
da: fejl 404|noget gik galt
no: feil 404|noe gikk galt
fi: virhe 404|jokin meni vikaan
pl: błąd 404|coś poszło nie tak|wystąpił błąd
cs: chyba 404|něco se pokazilo|došlo k chybě
sk: chyba 404|niečo sa pokazilo
hu: 404-es hiba|hiba történt
ro: eroare 404|a apărut o eroare
el: σφάλμα 404|κάτι πήγε στραβά
bg: грешка 404
ru: ошибка 404|произошла ошибка|что-то пошло не так|ошибка сервера
uk: помилка 404|сталася помилка|щось пішло не так
tr: hata 404|404 hatası|bir hata oluştu|bir şeyler ters gitti
ar: خطأ 404|حدث خطأ
fa: خطای 404|خطای ۴۰۴
hi: त्रुटि 404|कुछ गलत हो गया
vi: lỗi 404|đã xảy ra lỗi|có lỗi xảy ra
id: kesalahan 404|terjadi kesalahan
th: ข้อผิดพลาด 404|เกิดข้อผิดพลาด
ja: 404エラー|エラー404|エラーが発生しました
ko: 404 오류|오류가 발생했습니다
zh: 404错误|错误404|404 错误|出错了|404錯誤|發生錯誤
"""
_HEADINGS_OF_WALLS = """
en: session expired|login required|members only|just a moment|security check
en: are you human?|attention required!|we value your privacy|your privacy choices|cookie consent|cookies on this site
de: sitzung abgelaufen|anmeldung erforderlich|sicherheitsüberprüfung|wir schätzen ihre privatsphäre
fr: session expirée|connexion requise|nous respectons votre vie privée
es: sesión caducada|sesión expirada|valoramos tu privacidad|valoramos su privacidad
pt: sessão expirada|valorizamos a sua privacidade
it: sessione scaduta|rispettiamo la tua privacy
nl: sessie verlopen|wij waarderen uw privacy
pl: sesja wygasła|cenimy twoją prywatność|cenimy państwa prywatność
ru: сессия истекла|требуется авторизация|проверка безопасности
ja: セッション切れ|ログインが必要です
ko: 로그인 필요|세션 만료
zh: 请登录|安全验证|請登入
de: privatsphäre ist uns wichtig|privatsphäre liegt uns
en: for subscribers only|subscribers only
de: nur für abonnenten
fr: réservé aux abonnés
es: solo para suscriptores|exclusivo para suscriptores
pt: exclusivo para assinantes
it: riservato agli abbonati
nl: alleen voor abonnees
ru: только для подписчиков
fr: votre vie privée est|respect de votre vie privée
es: privacidad es importante|privacidad nos importa
pt: privacidade é importante
it: privacy è importante
nl: privacy is belangrijk
tr: gizliliğiniz bizim için|gizliliğinize değer
ru: ценим вашу конфиденциальность
ja: プライバシーを大切に|プライバシーを尊重
ko: 개인정보를 소중
zh: 重视您的隐私|重視您的隱私
"""


def phrases_of(table: str) -> tuple[str, ...]:
    rows = (row.partition(": ")[2] for row in table.strip().splitlines())
    return tuple(dict.fromkeys(phrase for row in rows for phrase in row.split("|")))


PLACEHOLDERS = phrases_of(_PLACEHOLDERS)
"""In lines of pages of errors, of names and of servers without a site, in small letters."""
WALLS = phrases_of(_WALLS)
"""In lines of pages that ask to log in or to prove to be human."""
HEADINGS_OF_ERRORS = phrases_of(_HEADINGS_OF_ERRORS)
"""Headings of such pages, of which an ordinary line may have the words."""
HEADINGS_OF_WALLS = phrases_of(_HEADINGS_OF_WALLS)
