r"""Words that come before telephone numbers, as RE2 writes them, in all languages with language settings.

`NAMES` make any digits that follow a number, `LABELS` do so before a colon or a sign like it, `MENTIONS` only say that
a number may follow, as do `LINES` and, for numbers with a leading zero, `NUMBERS`. `OTHERS` and `SERVICES` announce
another kind of number.
Digits come as zeros: see `phone_words`. RE2's `\b`
knows ASCII letters only, so words of other scripts that must begin a word come after `EDGE`.
"""

EDGE = r"(?:^|[^\p{L}\p{M}\p{N}_])"

NAMES = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hone(?:[_ ]?number|[_ ]?no|nummer)\b"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:[_ ]?number|[_ ]?no|nummer)\b"
    r"|(?:ruf|telefon|handy|mobil|fon|telefoon)n(?:umme)?r\b"
    r"|\b(?:contact|mobile|cell|callback|whatsapp)[ _](?:number|num\b|no\b)"
    r"|\bnú?u?mero de (?:tel[eé]fono|m[oó]vil|contacto|celular|telefone|telemóvel)"
    r"|\bnum[eé]ro de t[eé]l[eé]phone|\bnumero di (?:telefono|cellulare)"
    r"|\bn(?:ume)?r(?:ul)? telefon\p{L}*|număr de telefon|\btelefonní číslo|\b(?:telefon|mobil)szám\p{L}*"
    r"|\b(?:cep )?telefon[u]? numarası|\bno(?:mor|\.)? ?(?:hp|telp|tlp|telepon|wa|ponsel)\b"
    r"|\bsố điện thoại|điện thoại số|номер[уа]? телефон\p{L}*|номер мобильн\p{L}*"
    r"|电话(?:号码)?|電話(?:號碼|番号)?|座机|傳真|传真|专线|專線|热线|熱線|전화(?:번호)?|연락처|팩스"
    r"|ファック?ス|フリーダイヤル|連絡先|手机号码?|手機號碼|휴대폰번호|เบอร์โทร(?:ศัพท์)?|เบอร์มือถือ|หมายเลขโทรศัพท์"
    r"|फ[\x{93c}]?ोन (?:नंबर|नं)|मोबा[इई]ल (?:नंबर|नं)|संपर्क (?:नंबर|नं|सूत्र)|फ़ोन नंबर|ফোন নম্বর|মোবাইল ন(?:ম্বর|ং)"
    r"|\bbroj (?:telefona|mobitela|mobilnog)|број (?:телефона|мобилног)|\bčíslo mobilu|\btelefónne číslo"
    r"|\bnúm(?:ero)?\.? de (?:telèfon|mòbil)|\bn[°º] ?(?:de )?(?:t[eé]l|tfn)\p{Latin}*|\bnumer kontaktowy"
    r"|\b(?:tel|mob|direct|fest|funk|zentral)n(?:umme)?r\b|\b00-nummer|\bdoorkies\p{Latin}*"
    r"|\bnamba(?:ri)? ya simu|行動電話|聯絡電話|連絡電話|固[话話]|市[话話]|℡|ＴＥＬ|ＦＡＸ|ファクス|ໂທລະສັບ"
    r"|ເບີໂທ|ទូរស[័ព]*្?ទ|ទូរសព្ទ|ទូរស័ព្ទ|ទូរសារ"
    r"|ဖုန်း(?:နံပါတ်)?|တယ်လီဖုန်း|ဖက်စ်|தொலைபேசி(?: எண்)?|தொலைநகல்|ఫోన్ నంబర్|(?:فون|موبائل|رابطہ) نمبر"
    r"|رقم (?:ال)?(?:هاتف|جوال|موبايل|تلفون)|شماره (?:تلفن|تماس|موبایل|همراه)|מספר (?:ה)?(?:טלפון|נייד|פקס)"
)
ABBREVIATIONS = (
    r"\btel\b|\btél\b|\btelf?\b|\bt[el]*fn?o?s?\b|\btelefax\b|\bfon\b|\bph\b|\bpuh\b|\bcel\b|\bfono\b|τηλ"
    r"|тел[.: ]"
    r"|\banswering (?:at|on)\b|\btelp\b|\btlp\b|\btlm\b"
    rf"|{EDGE}s?đt\b|{EDGE}đtdđ[.: ]|{EDGE}đ\.t\b|{EDGE}dđ[.: ]|{EDGE}моб\.|{EDGE}тлф[.: ]|{EDGE}т/ф"
    rf"|{EDGE}मो\.|{EDGE}טל['׳.:]|โทร\.?|[☎☏✆📞]"
)
"""After names and abbreviations, a number needs no colon.

Of the words of China, Japan and Korea, those for devices that are sold (`手机`) are labels.
"""
LABELS = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hones?\b"
    r"|\bt[eé]l[eé](?:f|ph)\p{Latin}*|\btelep(?:on|hon)\p{Latin}*"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:e|es)?\b|\bfa(?:ks|x)\p{Latin}{0,3}\b"
    r"|\bcell ?phone\b|whatsapp|viber|hotline|helpline|toll[ -]free|телефон\p{L}*|факс\p{L}{0,3}"
    r"|\btelemóvel|\bfone\b|\bponsel\b|\bhp:|\bpuhelin|\bmatkapuhelin|\bdurchwahl|\bcep(?: tel\p{L}*)?:"
    r"|\blandlines?\b|\bswitchboard\b|\bfreephone\b|\bpager\b|\bddi:|\bt(?:ty|dd):|\bh[./]?p:|\bc/p:|\bphn\b|\btele:"
    r"|\bfestnetz\p{Latin}*|\bfunk(?:telefon|nummer)?:|\bmobilfunk\p{Latin}*|\bnotruf\p{Latin}*|\bm[òo]bil:"
    r"|\bcellulaire|\bligne directe|\bnuméro vert|\bnatel\b|\btph\b|\btélécop\p{Latin}*|\bconmutador"
    r"|\bl[ií]nea directa"
    r"|\bwh?[au]t?sapp?\b|\bcentralino|\bnumero verde|\btelem\.|\bm[óo]vel:|\bfones\b|\bzap:|\bpabx|\bsentralbord"
    r"|\bväxel:|\bhemtelefon|\bmatkapuh\b|\bkännykkä\p{L}*|\bvaihde:|\bkotipuhelin|\bkomórk\p{L}*:|\binfolini\p{L}*"
    r"|\bpevná linka|\bmobitel\p{Latin}*|\bfiksni\b|\bvezetékes:|\bvonalas:|\btelpon|\bfaksimil\p{Latin}*|\bwa:"
    r"|\bsantral:|\bbelgeç(?:er)?:|\bbelgegeçer|\bsimu(?: ya \p{Latin}+)?:|\brununu|\bnukushi"
    rf"|сотов\p{{L}}*|{EDGE}(?:(?:гсм|сот)[.: ]|моб[: ])|горяч\p{{L}}* лини\p{{L}}*"
    rf"|гаряч\p{{L}}* ліні\p{{L}}*|ватсап|вайбер"
    r"|σταθερ[όο]\p{L}*:|סלולא?רי|ווטסאפ|خلوي|نقال|واتس ?اب|للتواصل|رقم التواصل|دورنگار|دورنویس|واتساپ"
    r"|ٹیلی ?فون|فون|موبائل|فیکس|رابطہ|واٹس ایپ|मोबाईल|हेल्पलाइन|व्हाट्सएप|ফ্যাক্স|যোগাযোগ|টেলিফোন"
    r"|கைபேசி|அலைபேசி|மொபைல்|போன்|ఫోన్|మొబైల్|టెలిఫోన్|సెల్|ఫ్యాక్స్|ໂທ|ແຟັກ|ມືຖື|ဆက်သွယ်ရန်|မိုဘိုင်း|สายด่วน|สายตรง|แฟ็กซ์"
    r"|行動|手提|直[线線通]|宅[电電]|家[电電]|總機|总机|テレ[ホフ]ォ?ン|ケータイ|대표번호|무선|직통|모바일"
    r"|\bmáy bàn|tổng đài|\bzalo\b"
    r"|手机|手機|联系方式|联络方式|微信|휴대폰|휴대전화|핸드폰|携帯|お問い?合わせ(?:先|は)"
    r"|โทรศัพท์|โทรสาร|แฟกซ์|มือถือ|เบอร์|फ[\x{93c}]?ोन|फ़ोन|मोबाइल|दूरभाष|टेलीफ[\x{93c}]?ोन"
    r"|फ[\x{93c}]?ैक्स|ফোন|মোবাইল"
    r"|điện thoại|di động|đường dây nóng"
    r"|τηλέφων\p{L}*|ΤΗΛΕΦΩΝ\p{L}*|κινητ[όο]|κιν\.|φαξ"
    r"|هاتف|تلفون|تليفون|جوال|موبايل|محمول|فاكس|للاتصال|واتساب"
    r"|تلفن|موبایل|همراه|فکس|نمابر|تماس|טלפון|נייד|פקס|פלאפון"
)
MENTIONS = (
    r"\bmob(?:ile?)?\b|\bmobil[a-z]*|\bmóvil\b|\bmovil\b|\bcell(?: no|number)?\b|\bcellular|\bcelular"
    r"|\bcellulare"
    r"|\bcall(?:s|ed|ing)?\b"
    r"|\bdial(?:l?ed|l?ing)?\b|\bring\b|\bsms\b|\bgsm\b|\btext(?:ed|ing)? (?:me|us|him|her|them|at)\b"
    r"|voicemail|messages? to"
    r"|\breach(?:ed)?\b|\bcontact(?:o|s|ez)?\b|\bkontakt\b|\bhandy\b|\bportable\b|\banrufen\b"
    r"|\bruf(?:en|t)?\b|\berreich[a-z]+"
    r"|\bappel(?:le|er|ez)\b|\b(?-i:Hub)\b|\bjoindre\b|\bllam[a-z]+|\bchiam[a-z]+|\blig(?:ue|ar)\b|\bbel\b|\bdzwo[a-zń]+"
    r"|\bzadzwo[a-zń]+"
    r"|\b(?:my|your|our|his|her|their) number\b|\bunter der nummer\b|phones?\b|звони[а-я]*|дзвон[а-яіїє]*"
    r"|телефонуй[а-я]*"
    r"|мобіл\p{L}*|мобил\p{L}*|\bmobiel\b|\bcep\b|\barayın\b|iletişim|\bhubungi\b|\bsunați\b|\bvolejte\b"
    r"|\bhívja\b"
    r"|\brückruf\b|gọi(?: ngay)?|liên hệ|καλέστε|\brecapito\b|致电|致電|拨打|撥打|联系|聯絡|短信|彩信|簡訊|爆料|报料"
    r"|문의|ติดต่อ|संपर्क"
    r"|\b(?:za)?vol(?:ejte|ajte|at)\b|\b(?:na)?zovite\b|\bpozovite\b|позовите|\bhívj\p{Latin}*|\bsuna(?:ți|ţi"
    r"|ti)\b|\bsună |\bapela[țţt]i\b"
    r"|\barayabilir\p{Latin}*|\bpiga(?: simu)?\b|обад\p{L}*|зателефон\p{L}*|חייגו|कॉल|কল করুন"
    r"|\bll[áa]m[ea]\p{Latin}*|\bmarque el\b"
    r"|\btru(?:queu|car|ca)\b|\bdrop (?:us|me) a (?:line|text|message)|\bsoit(?:a|takaa|tele)\b|τηλεφων\p{L}*"
    r"|पर फ़ोन|撥打?|ໂທຫາ"
    r"|\bkontak\b|\bcontato\b|[İi]rtibat|İletişim|контакт\p{L}*|للحجز|\blh\b|聯絡"
    rf"|\bmeu zap\b|להתקשר|התקשרו|\bkom\.|{EDGE}т\."
    r"|اتصل\p{L}{0,3}(?: \p{L}{2,5})? (?:على|عبر) (?:ال)?رقم|اتصل\p{L}{0,3}"
    # Whom a customer or a patient rings up
    r"|\bmarca(?:r|ndo)? al\b|\batención al cliente|\bcita previa|\batendimento|\bservizio clienti|\bservice clients?\b"
    r"|\bprenotazioni|\bprise de rendez-vous|\bsprechstunden? nach \p{Latin}+|\bterminvereinbarung"
    r"|\bkundendienst|\bkundenservice|\bobsługa klienta|\bzákaznick\p{Latin}*|\bklantenservice"
    r"|\bkundtjänst|\bkundeservice|\basiakaspalvelu|\bügyfélszolgálat|\bmüşteri hizmetleri|\brandevu"
    r"|ग्राहक सेवा|고객 ?센터|客服|お客様(?:相談室|センター)"
)
_HOMES = (
    r"home|work|office|direct(?: line| dial)?|day(?:time)?|evenings?|after hours|main|reception|enquiries|emergency"
    r"|landline|mobile|cell(?:ulare)?|voice|private?|privat|privé|dienstlich|geschäftlich|büro|zu ?hause"
    r"|zentrale|sekretariat|rückfragen"
    r"|domicile|bureau|standard|accueil|fixe|portable|personnel|professionnel|casa|oficina|trabajo|fijo|móvil"
    r"|particular"
    r"|ufficio|abitazione|fisso|emergenze|escritório|trabalho|residencial|comercial|fixo|telemóvel|celular"
    r"|thuis|werk|vast|mobiel|hjemme|arbeid|arbejde|direkte|hem|bostad|arbete|direkt(?:nr)?|mobil(?:n[ií])?|koti|työ"
    r"|dom(?:owy|ů|ov)?|służbowy|prywatny|praca|biuro|stacjonarny|komórkowy|centrala|práce|kancelář|otthon"
    r"|munkahely\p{Latin}*|acasă|birou|fix|kuća|posao|ured|fiksni|ev|iş|sabit|cep|nhà|bàn|cơ quan|di động"
    r"|rumah|kantor"
    r"|дом(?:ашн\p{L}*|\.)?|раб(?:оч\p{L}*|\.)?|служебн\p{L}*|личн\p{L}*|городск\p{L}*|мобильн\p{L}*|сотов\p{L}*"
    r"|домашн\p{L}*|робоч\p{L}*|міськ\p{L}*|стаціонарн\p{L}*|мобільн\p{L}*|домашен|служебен|кућа|посао|фиксни|мобилни"
    r"|οικίας?|σπίτι|εργασίας?|γραφείου?|σταθερ[όο]\p{L}*|κινητ[όο]\p{L}*"
    r"|المنزل|العمل|المكتب|منزل|محل کار|دفتر|گھر|בית|עבודה|משרד|घर|कार्यालय|বাসা|অফিস|บ้าน|ที่ทำงาน|สำนักงาน"
    r"|自宅|勤務先|会社|代表|辦公室?|办公室?|公司|住家|住宅|宅|公|移动|집|자택|직장|사무실|회사"
)
_CONTACTS = (
    r"contact|de cont[ac]+to|de contact|di contatto|kontaktowy|kontakt|für rückfragen|επικοινωνίας|για πληροφορίες"
    r"|для (?:связи|справок|довідок|контактов|зв.язку)|за (?:контакт\p{L}*|връзка|поръчки|контакт)"
    r"|za (?:kontakt|info\p{Latin}*)"
    r"|liên hệ|ติดต่อ|للتواصل|تماس|رابطہ|संपर्क|যোগাযোগ|לבירורים|連絡先|聯絡|联系|문의"
)
QUALIFIERS = rf"{_HOMES}|{_CONTACTS}"
"""Words that say whose telephone a number is, or what for: `Telefon privat: 1234567`."""
DESKS = (
    r"(?:τηλεφωνικό )?κέντρου?|γραμματεί?ας?|κρατήσε(?:ις|ων)"
    r"|(?:приемн|приёмн|регистратур|диспетчер|приймальн|реєстратур)[а-яії]*"
    r"|rezeption|empfang|vermittlung|pforte|anmeldung|praxis|secrétariat|réception|secretaría|recepción|segreteria"
    r"|centralino|recepção|recepcja|recepce|recepció|resepsiyon|receptie|bookings?|前台|フロント|프런트"
)
"""Who answers there: `Tel. Rezeption: 1234567`."""
INITIALS = (
    # The initials of a signature: Phone, Mobile, Telephone, Fax, Cell, Direct, Home, Office, Work; and in other scripts
    r"(?:^|[\n|•·,;/\t(]|  )\s*(?:(?-i:[PMTFCDHOW])|[pmtf])\.?:"
    r"|(?:^|[\n|•·,;/\t(]|  )\s*(?-i:[ΤΚΦТМФטנפתجهف])ـ?\.?:"
)
HOME_LINES = (
    rf"{_HOMES}|a/h|b/h|voice|text|telegram|signal|bookings?|reservations?|справк\p{{L}}*|お問い合わせ|查[詢询]"
)
AFTER_HOMES = r"\)? ?[:：]"
PORT = r"\bport\. ?:?"
"""Words and initials that a telephone may have, and much else: its number has to look like one of some country."""
NUMBERS = (
    r"(?:^|[\n|•·(]\s*|\b(?:my|our|mein|unsere?|mon|notre|mi|il mio|meu|mój|moj[ea]?)(?: (?:new|nouveau|neue"
    r"|nuevo|nuovo|novo|nowy))? |(?:мой|наш|мій)(?: нов[иы]й)? )"
    r"(?:numbers?|num[eé]ro|n[úu]mero|nummer|numer|number|nomor|číslo|szám|номер|αριθμός|番号|号码|號碼)"
    r"(?: (?:is|est|ist|è|é|es|to|το))?(?: le|:)?"
    r"|(?:^|\n)\s*(?-i:[PTMF])\.|\bcp:|\b(?-i:HP|WA)\b"
    r"|(?:का|के|की|मेरा|हमारा|उनका|उसका|इसका) (?:नंबर|नम्बर)"
    r"|\btext(?:ing)?(?: on| to)?\b|(?:على|عبر) (?:ال)?رقم:?|الرقم(?: التالي)?:?"
)
"""Words for a number of any kind, and initials with a full stop."""
SOLD = (
    r"sold|shipped|produced|verkauft\p{Latin}*|produziert\p{Latin}*|vendu[es]*|vendid[oa]s?|vendut[oaie]"
    r"|spediti|sprzedan\p{Latin}*"
    r"|wyprodukowan\p{Latin}*|prodan\p{Latin}*|prodáno|predan\p{Latin}*|eladott|såld[ae]?|sålts|solgte?"
    r"|verkochte?|myyty\p{Latin}*|satılan"
    r"|vândut\p{Latin}*|terjual|bán được|đã bán|проданн?[оыаіи]\p{L}*|произведен\p{L}*|πουλήθηκαν|مبيعات"
    r"|販売台数|销量|銷量|판매량"
)
_TELEPHONES = (
    r"(?:mobile |cell ?|smart)?(?:phone|telefo|téléph|teléf|telemó|handy|portable|celular|телефон|τηλέφων)\p{L}*"
)
AFTER_SOLD = rf"(?: (?:[\p{{L}}-]+ )?{_TELEPHONES})?"
"""Telephones that are sold or made."""
COUNTS = (
    # Pages and annexes
    r"\bseiten?\b|\bblatt\b|siehe s\.|\bp[áa]ginas?\b|\bpagin[ae]s?\b|\bpagină|\bstron(?:a|y|ie|ach)?\b"
    r"|\bstrán\p{Latin}*|\bsid(?:a|an|or|e|er)\b|\bsivu\p{Latin}*"
    r"|\bsayfa\p{Latin}*|\bhalaman|\boldal\p{Latin}*|\btrang\b|\bstranic\p{Latin}*|\bukurasa|σελ[ίι]δ\p{L}*"
    r"|страниц\p{L}*|сторін\p{L}*"
    r"|\bстр\.|หน้า|पृष्ठ|পৃষ্ঠা|صفح[ةه]|صفحات|עמוד|第[0-9]*页|页|頁|ページ|쪽|페이지"
    r"|\b(?:anlage|anhang|annexe?|appendix|attachment|allegato|anexo|załącznik|příloha|bilag[a]?|liite"
    r"|lampiran)\b|приложени\p{L}*|додат\p{L}*"
)
"""Words for what is counted: with them, only its shape makes a number of digits."""
OTHERS = (
    r"\bisbn|\bissn|\bdoi\b|\b00\.0{4,}/|\bpm(?:id|c)\b|arxiv|\binvoice|\bzip\b|\bpost(?:al|code)|\bpages?\b"
    r"|\bpp\b|\bvol(?:ume)?\b|\bcol\b|\bnass\b|\bnhc\b|\bnif\b|\bnip\b|\bregon\b|\bpesel\b|\bversion\b"
    r"|\bserial|\bkonta\b|\biban\b|\bean\b|\bgtin\b|\bupc\b|\bsku\b|\bpatent"
    r"|\blot\b|\bbatch\b|\btracking|\bups\b|\bparcel|\bshipment"
    r"|\bbuild\b|\brevision\b|\bcommit\b|\bchecksum\b|\btimestamp\b|\bim[es]i\b|\biccid\b|\binventory\b"
    r"|\b(?:bestell|artikel|rechnungs|kunden|auftrags|vertrags|serien|konto|mitglieds|steuer|akten|vorgangs|sendungs"
    r"|policen|teile|modell|katalog|lieferschein|beleg|ausweis|register|lizenz|fall|schaden|zähler|geräte|ident|sach|material"
    r"|chargen|fahrgestell|referenz|produkt|buchungs|depot|serie|typen|norm"
    r"|order|ordre|klant|factuur|faktura|kunde?|sags?|saks?|ärende|dossier|zaak|rekening)"
    r"-?n(?:umme)?r\b|\baktenzeichen|\bzählerstand|\bfirmware"
    r"|\b(?:reference|policy|docket|licen[cs]e) (?:number|no\b|code)|\bkto\b|§|\bréférences?\b"
    r"|\bmatr[ií]cul\p{Latin}*|\bimmatriculation|\bkennzeichen"
    r"|\b(?:numer|číslo|broj|număr(?:ul)?|nomor|nr\.?|no\.?) (?:sprawy|objednávky|faktury|účtu|narudžbe|računa|comenzii"
    r"|comandă|pesanan|rekening|resi)|\b(?:sipariş|fatura|takip|müşteri|dosya|hesap) (?:no|numarası)"
    r"|\b(?:rendelés|számla|ügyirat)szám|\b(?:tilaus|asiakas|lasku)numero|mã đơn|số tài khoản|αριθμός (?:παραγγελίας"
    r"|λογαριασμού)|رقم (?:الطلب|الفاتورة|الحساب|القضية|الشحنة)|شماره (?:سفارش|حساب|فاکتور)|מספר (?:ה?הזמנה|חשבון)"
    r"|ऑर्डर(?: (?:का )?(?:नंबर|नम्बर|नं))?|খাতা নম্বর|অর্ডার|หมายเลข(?:พัสดุ|คำสั่งซื้อ|บัญชี)|เลข(?:พัสดุ|ที่บัญชี|บัญชี)|รหัส"
    r"|型番|品番|製造番号|会員番号|管理番号|伝票番号|口座番号|型号|货号|貨號|单号|單號|송장|모델|접수번호|계좌"
    r"|\bn(?:um[eé]ro|[°º]) de (?:commande|facture|client|dossier|s[ée]rie|compte|contrat|siret)"
    r"|\bn[úu]mero de (?:pedido|factura|cliente|expediente|serie|cuenta|contrato|s[ée]rie|conta|fatura|processo)"
    r"|\bnumero (?:di |d')?(?:ordine|fattura|cliente|serie|conto|pratica)|\b(?:numer|nr) (?:zamówienia"
    r"|klienta|konta|seryjny|faktury)"
    r"|серийн\p{L}* номер|código de (?:pedido|producto|cliente|barras)|일련번호|차량번호|우편번호|등록번호"
    r"|\bn[°º] (?:de )?(?:contrat|série|commande|facture|dossier)"
    r"|номер (?:накладной|заказа|договора|дела|сч[её]та|замовлення|рахунку|справи|поръчка|рачуна)"
    r"|お問い?合わせ番号|受付番号|联系人编号|订单|訂單|编号|編號|身份证|账号|帳號|邮编|郵編|注文|주문"
    r"|счет\p{L}*|счёт\p{L}*|инн\b"
    # Right before the number: `dossier n° 04 …`
    r"|\b(?:dossier|facture|commande|contrat|client|compte|colis|chèque|devis|brevet|bon|avis|arrêté|décret|décision"
    r"|sinistre|pourvoi|police|expediente|factura|pedido|contrato|cuenta|fattura|pratica|ordine|contratto|conto"
    r"|processo|fatura|encomenda|akte|rechnung|auftrag|bestellung|vertrag|faktura|umowa|zamówienie|sprawa|factuur"
    r"|bestelling|zaak)s? (?:n[°º]|n\.? ?[°º]|nr\.?|n\.|no\.?|núm\.?|№)[ :]{0,3}$"
    r"|(?:дело|заказ|договор|накладная|справа|замовлення) ?№ ?$"
)
SERVICES = (
    r"\borders?\b|\bid\b|\bcase\b|\bprice|\bdate\b|\bborn(?:[: ]|$)|\bcards?\b|\baccounts?|\bpart\b|\bitem\b"
    r"|\barticle\b|\bartikel|\bart\."
    r"|\bkeys?\b|\bmodel\b|\bticket\b|\bregistration\b|заказ\p{L}*"
)
"""Words for other numbers that also name who is telephoned (`card services: 212-555-0123`): they count if adjoining."""
CALLS_AFTER = (
    r"(?:번호?)?(?:으)?로 (?:연락|전화|문의|문자)|(?:まで|に|へ)(?:お電話|ご連絡|お問い?合わせ|電話|連絡)"
    r"|numara(?:sını|sından|lı tel)|no'?lu tel|(?:'|’)?[dt][ae]n (?:arayın|ulaşın)"
    r"|(?:'|’)(?:[yns]?(?:ı|i|u|ü|a|e)|[dt][ae]n?) (?:ara(?:yın|yabilir|yarak|manız|ma|)\b|ulaş|mesaj|yazın)"
    # An extension
    r"|(?:wewn?\.|ext(?:ension|\.)?|доб(?:авочный)?\.?|дод\.|вн\.) ?[0-9]"
    r"|(?:内线|内線|內線|分机|分機|내선)[:：]? ?[0-9]"
    r"|पर (?:कॉल|फ़?ोन|फ़ोन|संपर्क|सम्पर्क)|(?:[aeo]s|ös) telefonszám"
)
"""What people are told to do with the number before: `010 4827 3319로 연락`, `0532 418 27 60 numarasını arayın`."""
LINKS = (
    r"(?:me|us|him|her|them|at|on|to|now|today|toll|free|direct|our|office|number|numbers|no|nr|num|is|are"
    r"|was|or|and|mobile|phone"
    r"|uns|mich|ihn|sie|unter|der|die|das|le|la|les|au|du|al|el|lo|il|en|de|del|op|op:|på|na|nos|para|kom"
    r"|nummer|nr|numer|numero"
    r"|número|numéro|ist|est|es|è|по|за|номер|номеру|мне|нам|στο|la numărul|la|a|číslo|čísle|numarası|nomor"
    r"|số|là|ngay|नंबर|नं|करें|है|पर|رقم|على|الرقم|با|شماره|המספר|ל|telefonico|kontaktowy|szám|نمبر|المحمول"
    r"|التالي)"
)
PARTICLES = "№番号號码碼번호はのまでへ是为為请請는은로으ที่คือ"
"""Characters that stand between a word and its number where no spaces are written."""
