"""Pages that stand in for another are known in many languages, and short pages that speak of such things are not."""

import pytest

from corpuskit.text.quality.page_kinds import PageHeads

REST = "\n\nGo back to the start page, or write to the harbour office if this happens again."


def kinds(text: str) -> tuple[bool, bool]:
    heads = PageHeads(["The mole keeps the sea away.", text, ""])
    placeholders, walls = heads.placeholders(), heads.access_walls()
    assert not any((placeholders[0], walls[0], placeholders[2], walls[2]))
    return placeholders[1], walls[1]


@pytest.mark.parametrize(
    "heading",
    """
Oops! Something went wrong.
Sorry, an error has occurred!
This content is not available in your region
Your browser is not supported
404 - Not Found
Erreur 404
La page que vous recherchez n'existe plus
Ошибка 404
Такой страницы не существует
Что-то пошло не так
الصفحة غير موجودة
पृष्ठ नहीं मिला
ไม่พบหน้านี้
Sidan kunde inte hittas
Không tìm thấy trang này
Η σελίδα δεν βρέθηκε
Stránka nebyla nalezena
お探しのページは見つかりませんでした
Az oldal nem található
Sivua ei löytynyt
Siden blev ikke fundet
Stranica nije pronađena
요청하신 페이지가 없습니다
抱歉，您访问的页面不存在
صفحه یافت نشد
העמוד לא נמצא
Halaman tidak ditemukan
Pagina pe care o cauți nu mai este aici
Tarayıcınız desteklenmiyor
Sorry, we are unable to complete your request.
Ihr Browser ist veraltet.
Votre navigateur est obsolète.
Tu navegador está desactualizado.
Seu navegador está desatualizado.
Twoja przeglądarka jest nieaktualna.
Ваш браузер устарел.
متصفحك قديم.
Tarayıcınız güncel değil.
เบราว์เซอร์ของคุณล้าสมัย
Trình duyệt của bạn đã lỗi thời.
古いブラウザをお使いのようです。
""".strip().splitlines(),
)
def test_errors_in_many_languages(heading: str) -> None:
    assert kinds(f"Harbour\n{heading}{REST}") == (True, False)


@pytest.mark.parametrize(
    "heading",
    """
Are you a robot?
Session expired
Votre session a expiré
Подтвердите, что вы не робот
로봇이 아닙니다
请完成安全验证
Su sesión ha caducado por inactividad
We value your privacy
Oturumunuzun süresi doldu
Please log in to view this page.
Sie müssen angemeldet sein, um diese Seite zu sehen.
Vous devez être connecté pour lire cette page.
Debe iniciar sesión para ver esta página.
Devi accedere per leggere questa pagina.
Musisz się zalogować, aby zobaczyć tę stronę.
Необходимо войти, чтобы увидеть страницу.
Bu sayfayı görmek için giriş yapmalısınız.
يجب تسجيل الدخول لرؤية هذه الصفحة.
Bạn cần đăng nhập để xem trang này.
กรุณาเข้าสู่ระบบก่อน
ログインしてください
로그인해 주세요
请先登录
Le respect de votre vie privée est notre priorité
Su privacidad es importante para nosotros
Мы ценим вашу конфиденциальность
我们重视您的隐私
お客様のプライバシーを大切にします
""".strip().splitlines(),
)
def test_walls_in_many_languages(heading: str) -> None:
    assert kinds(f"{heading}{REST}") == (False, True)


@pytest.mark.parametrize(
    "line",
    [
        "If something went wrong on the way, the log of the boat says when and where.",
        "He had not found the boat that he was looking for in the harbour.",
        "Of robots that row: are they human?",
        "Что-то пошло не так, как думал капитан, и лодка села на мель у самого берега.",
        "Forbidden islands and how to get there by boat",
        "Der alte Browser des Hafenmeisters zeigt die Seite nicht, der neue schon.",
        "Il faut se connecter au quai par une passerelle avant de monter à bord.",
        "船员重视隐私，所以每个人都有自己的舱房，门上还有锁。",
    ],
)
def test_lines_that_only_have_the_words(line: str) -> None:
    assert kinds(line + REST) == (False, False)


def test_a_heading_on_a_longer_page_is_no_error() -> None:
    assert kinds("Something went wrong" + REST) == (True, False)
    assert kinds("Something went wrong" + REST * 12) == (False, False)


def test_a_phrase_with_a_nul_beside_it() -> None:
    assert kinds("\0Page not found\0" + REST) == (True, False)


STORY = {
    "en": " The ferry left at nine with forty sacks of meal. The mate slept below until noon. Nobody saw the reef."
    " The storm came up from the west. All were saved by the boat from the island.",
    "ru": " Паром вышел в девять утра с мукой. Помощник капитана спал до полудня. Никто не видел рифа."
    " Буря пришла с запада. Всех спасла лодка с острова.",
    "ja": "フェリーは九時に港を出た。航海士は昼まで眠っていた。誰も岩に気づかなかった。"
    "西から嵐が来た。全員が島の船に助けられた。",
}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your browser is outdated, the mate read aloud from the screen, and he went back to his maps."),
        ("en", "You must log in, said the sign at the counter, where the captain stood with his hat in his hand."),
        ("ru", "Ваш браузер устарел, прочёл помощник капитана на экране и вернулся к своим картам и лоциям."),
        ("ja", "ログインしてくださいという表示を見て、船長は帽子を手にしたまま窓口の前で長いこと立っていた。"),
    ],
)
def test_an_article_that_begins_with_the_words_of_a_wall_is_none(language: str, sentence: str) -> None:
    assert kinds(f"{sentence}\n{STORY[language].strip()}") == (False, False)
    assert kinds(sentence + STORY[language]) == (False, False)


REST_OF_WALL = (
    " Our site needs what old browsers cannot do, and its pages may look wrong. Please install a new version of your"
    " browser and come back to this page. The links below lead to the pages of those who make them."
)


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_wall_is_one_with_line_feeds_or_without(between: str) -> None:
    assert kinds("Your browser is out of date." + between + REST_OF_WALL.strip()) == (True, False)


HEADLINES = {
    "en": ["Access denied", "Page not found", "Something went wrong", "Please log in to continue"],
    "de": ["Zugriff verweigert", "Seite nicht gefunden"],
    "fr": ["Accès refusé", "Page introuvable"],
    "es": ["Acceso denegado", "Algo salió mal"],
    "pt": ["Acesso negado"],
    "it": ["Pagina non trovata"],
    "nl": ["Toegang geweigerd"],
    "pl": ["Odmowa dostępu"],
    "ru": ["Доступ запрещён", "Что-то пошло не так"],
    "tr": ["Erişim engellendi"],
    "ar": ["تم رفض الوصول"],
    "th": ["ไม่พบหน้า"],
    "ja": ["アクセスが拒否", "ログインが必要です"],
    "ko": ["접근이 거부되다"],
    "zh": ["访问被拒绝", "安全验证"],
}
ARTICLES = {
    "en": "The keeper locked the lighthouse for good on the last day of March, and the fishermen were not asked."
    " Since then no boat has come home after dark without a lantern in its bow. Three of them ran aground"
    " within a month. The council says that the lamp costs more than the boats are worth.",
    "de": "Der Wärter schloss den Leuchtturm am letzten Märztag für immer, und die Fischer wurden nicht gefragt."
    " Seither kam kein Boot nach Einbruch der Nacht ohne Laterne am Bug nach Hause. Drei von ihnen liefen"
    " binnen eines Monats auf Grund. Der Rat sagt, die Lampe koste mehr, als die Boote wert sind.",
    "fr": "Le gardien a fermé le phare pour toujours le dernier jour de mars, et les pêcheurs n'ont pas été"
    " consultés. Depuis, aucun bateau n'est rentré de nuit sans lanterne à la proue. Trois d'entre eux se"
    " sont échoués en un mois. La mairie dit que la lampe coûte plus cher que les bateaux.",
    "es": "El farero cerró el faro para siempre el último día de marzo, y a los pescadores nadie les preguntó."
    " Desde entonces ningún barco ha vuelto de noche sin un farol en la proa. Tres de ellos encallaron en un"
    " mes. El ayuntamiento dice que la lámpara vale más que los barcos.",
    "pt": "O faroleiro fechou o farol para sempre no último dia de março, e ninguém ouviu os pescadores. Desde"
    " então nenhum barco voltou de noite sem uma lanterna na proa. Três deles encalharam em um mês. A câmara"
    " diz que a lâmpada custa mais do que valem os barcos.",
    "it": "Il guardiano ha chiuso il faro per sempre l'ultimo giorno di marzo, e nessuno ha sentito i pescatori. Da"
    " allora nessuna barca è tornata di notte senza una lanterna a prua. Tre di loro si sono incagliate in un"
    " mese. Il comune dice che la lampada costa più delle barche.",
    "nl": "De wachter sloot de vuurtoren op de laatste dag van maart voorgoed, en de vissers werd niets gevraagd."
    " Sindsdien kwam geen boot na donker thuis zonder lantaarn op de boeg. Drie ervan liepen binnen een maand"
    " aan de grond. De raad zegt dat de lamp meer kost dan de boten waard zijn.",
    "pl": "Latarnik zamknął latarnię na zawsze ostatniego dnia marca, a rybaków nikt nie pytał. Odtąd żadna łódź"
    " nie wróciła po zmroku bez lampy na dziobie. Trzy z nich osiadły na mieliźnie w ciągu miesiąca. Rada"
    " mówi, że światło kosztuje więcej, niż warte są łodzie.",
    "ru": "Смотритель запер маяк навсегда в последний день марта, и рыбаков никто не спросил. С тех пор ни одна"
    " лодка не вернулась затемно без фонаря на носу. Три из них сели на мель за один месяц. В городском"
    " совете говорят, что лампа стоит дороже, чем все лодки вместе.",
    "tr": "Bekçi feneri martın son günü temelli kapattı, balıkçılara ise kimse bir şey sormadı. O günden beri"
    " hiçbir tekne karanlıkta burnunda fener olmadan dönmedi. Üçü bir ay içinde karaya oturdu. Belediye,"
    " lambanın teknelerden daha pahalı olduğunu ve parasının kalmadığını söylüyor.",
    "ar": "أغلق الحارس المنارة إلى الأبد في آخر يوم من شهر مارس ولم يسأل أحد الصيادين عن رأيهم في ذلك. ومنذ ذلك"
    " الحين لم يعد أي قارب بعد الغروب من دون مصباح في مقدمته. وقد جنحت ثلاثة قوارب منها خلال شهر واحد أمام"
    " الشاطئ. ويقول المجلس البلدي إن المصباح يكلف أكثر مما تساويه القوارب كلها.",
    "th": "คนเฝ้าประภาคารปิดประภาคารไปตลอดกาลในวันสุดท้ายของเดือนมีนาคม โดยไม่มีใครถามชาวประมงสักคำเดียว\n"
    "นับแต่นั้นมาไม่มีเรือลำใดกลับเข้าฝั่งหลังพระอาทิตย์ตกโดยไม่แขวนตะเกียงไว้ที่หัวเรือ\n"
    "เรือสามลำเกยตื้นภายในเดือนเดียว สภาเมืองบอกว่าค่าน้ำมันตะเกียงแพงกว่าราคาเรือทั้งหมดรวมกัน",
    "ja": "番人は三月の最後の日に灯台を永久に閉め、漁師たちには何の相談もなかった。それ以来、船首に灯りをつけずに夜"
    "の海から帰ってきた船は一隻もない。そのうち三隻は一か月のうちに座礁した。町議会は、灯りは船より高くつくと"
    "言う。",
    "ko": "등대지기는 삼월의 마지막 날 등대를 영영 닫았고 어부들에게는 아무도 묻지 않았다. 그 뒤로 뱃머리에 등불을"
    " 달지 않고 밤에 돌아온 배는 한 척도 없다. 그중 세 척은 한 달 사이에 좌초했다. 의회는 등불값이 배값보다"
    " 더 든다고 말한다.",
    "zh": "守塔人在三月的最后一天永远关闭了灯塔，没有人问过渔民的意见。从那以后，没有一条船敢在天黑以后不挂灯笼就回"
    "港。一个月之内就有三条船搁浅在暗礁上。镇议会说，那盏灯比所有的船加在一起还要贵。",
}
STAND_INS = """
Access denied|This area is for staff. Please contact the administrator if you think that this is a mistake.
Access denied|This part of the harbour is closed to visitors, as the sign at its gate says as well. You may\
 ask for a pass at the office on the second floor, which is open from eight to four. Please bring your papers\
 and a photograph, or we cannot help you. The pass is valid for one year, and you must carry it with you.
Your browser is out of date|This website relies on what your browser cannot do. Please install another one.\
 Thank you.
Page not found|What was here has moved to another pier, and nobody wrote down to which one. Please check the\
 address for typing mistakes, or go back to the start page of the harbour. You can also search for the name of\
 the boat. Sorry for the inconvenience, and thank you for your patience with us.
Zugriff verweigert|Dieser Teil des Hafens ist Mitarbeitern vorbehalten. Bitte wenden Sie sich an den\
 Administrator.
Seite nicht gefunden|Was hier lag, liegt jetzt an einem anderen Steg, und niemand hat ihn aufgeschrieben.\
 Bitte prüfen Sie die Adresse auf Tippfehler, oder gehen Sie zurück zur Startseite des Hafens. Leider können\
 wir sonst nicht helfen. Wir bitten um Entschuldigung und danken für Ihre Geduld.
Accès refusé|Cette partie du port est réservée au personnel. Merci de contacter l'administrateur.
Acceso denegado|Esta parte del puerto es solo para el personal. Póngase en contacto con el administrador.
Acesso negado|Esta parte do porto é só para funcionários. Por favor, fale com o administrador.
Accesso negato|Questa parte del porto è riservata al personale. Contatta l'amministratore.
Toegang geweigerd|Dit deel van de haven is voor het personeel. Neem contact op met de beheerder.
Odmowa dostępu|Ta część portu jest dla pracowników. Skontaktuj się z administratorem.
Доступ запрещён|Эта часть порта открыта только для сотрудников гавани, о чём сказано и на воротах. Пожалуйста,\
 обратитесь к администратору, если вы считаете это ошибкой. Пропуск выдают на втором этаже, и у вас должны\
 быть с собой бумаги. Проверьте, пожалуйста, адрес и попробуйте ещё раз.
Erişim engellendi|Limanın bu bölümü çalışanlara açıktır. Lütfen yöneticinizle görüşün.
アクセスが拒否されました|港のこの区画は職員専用です。門の看板にもそう書いてあります。管理者にお問い合わせくだ\
さい。二階の窓口で許可証をお受け取りください。書類と写真をお持ちください。ご不便をおかけして申し訳ありません。
접근이 거부되었습니다|항구의 이 구역은 직원 전용입니다. 관리자에게 문의해 주세요.
访问被拒绝|港口的这个区域只对工作人员开放，大门口的牌子上也是这样写的。如需进入，请联系管理员办理。您可以到二\
楼的窗口领取通行证，请您带好证件和照片。给您带来不便，敬请谅解。
""".strip().splitlines()


@pytest.mark.parametrize(
    ("language", "headline"), [(language, line) for language, lines in HEADLINES.items() for line in lines]
)
def test_an_article_below_a_headline_of_the_words_of_a_wall_is_none(language: str, headline: str) -> None:
    assert kinds(f"{headline}\n{ARTICLES[language]}") == (False, False)
    assert kinds(f"Harbour\n\n{headline}\n\n{ARTICLES[language]}") == (False, False)


@pytest.mark.parametrize("stand_in", STAND_INS)
def test_a_headline_above_what_a_site_says_to_its_reader_is_a_stand_in(stand_in: str) -> None:
    assert any(kinds(stand_in.replace("|", "\n")))
    assert any(kinds("Harbour\n" + stand_in.replace("|", "\n\n").replace(". ", ".\n")))


def test_too_little_below_a_headline_is_no_article() -> None:
    assert any(kinds("Access denied\nThe gate was shut. The boats lay in the sun. Nobody came to the pier all day."))


ADVICE = (
    " You tie the boat up first. You take the oars out, and you dry them. You lift the mast with a friend. You fold the"
    " sail when it is dry. Then you carry all of it to the shed. You will be glad of it in spring. Moths are your worst"
    " enemies there."
)


def test_an_article_of_advice_may_speak_to_its_reader() -> None:
    assert kinds("Something went wrong\nThe storm took the boat of my neighbour." + ADVICE) == (False, False)
