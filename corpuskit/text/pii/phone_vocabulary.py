r"""Words that come before telephone numbers, as RE2 writes them, in about thirty languages.

`NAMES` make any digits that follow a number, `LABELS` do so before a colon or a sign like it, `MENTIONS` only say that
a number may follow, and `OTHERS` and `SERVICES` announce another kind of number.
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
    r"|电话(?:号码)?|電話(?:號碼|番号)?|座机|傳真|传真|专线|專線|热线|熱線|전화(?:번호)?|연락처|팩스|ファック?ス|フリーダイヤル|連絡先|手机号码?|手機號碼|휴대폰번호|เบอร์โทร(?:ศัพท์)?|เบอร์มือถือ|หมายเลขโทรศัพท์"
    r"|फ[\x{93c}]?ोन नंबर|मोबाइल नंबर|फ़ोन नंबर|ফোন নম্বর|মোবাইল নম্বর"
    r"|رقم (?:ال)?(?:هاتف|جوال|موبايل|تلفون)|شماره (?:تلفن|تماس|موبایل|همراه)|מספר (?:ה)?(?:טלפון|נייד|פקס)"
)
ABBREVIATIONS = (
    r"\btel\b|\btél\b|\btelf?\b|\bt[el]*fn?o?s?\b|\btelefax\b|\bfon\b|\bph\b|\bpuh\b|\bcel\b|\bfono\b|τηλ"
    r"|тел[.: ]"
    r"|\banswering (?:at|on)\b|\btelp\b|\btlp\b|\btlm\b"
    rf"|{EDGE}s?đt\b|{EDGE}моб\.|{EDGE}טל['׳.:]|โทร\.?|[☎☏✆📞]"
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
    r"|手机|手機|联系方式|联络方式|휴대폰|휴대전화|핸드폰|携帯|お問い?合わせ(?:先|は)"
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
    r"|\bappele[rz]\b|\bjoindre\b|\bllam[a-z]+|\bchiam[a-z]+|\blig(?:ue|ar)\b|\bbel\b|\bdzwo[a-zń]+"
    r"|\bzadzwo[a-zń]+"
    r"|\b(?:my|your|our|his|her|their) number\b|\bunter der nummer\b|phones?\b|звони[а-я]*|дзвон[а-яіїє]*"
    r"|телефонуй[а-я]*"
    r"|мобіл\p{L}*|мобил\p{L}*|\bmobiel\b|\bcep\b|\barayın\b|iletişim|\bhubungi\b|\bsunați\b|\bvolejte\b"
    r"|\bhívja\b"
    r"|\brückruf\b|gọi(?: ngay)?|liên hệ|καλέστε|\brecapito\b|致电|致電|拨打|撥打|联系|聯絡|문의|ติดต่อ|संपर्क"
    rf"|اتصل|להתקשר|התקשרו|\bkom\.|{EDGE}т\."
)
OTHERS = (
    r"\bisbn|\bissn|\bdoi\b|\b00\.0{4,}/|\bpm(?:id|c)\b|arxiv|\binvoice|\bzip\b|\bpost(?:al|code)|\bpages?\b"
    r"|\bpp\b|\bvol(?:ume)?\b|\bcol\b|\bnass\b|\bnhc\b|\bnif\b|\bnip\b|\bregon\b|\bpesel\b|\bversion\b"
    r"|\bserial|\bkonta\b|\biban\b|\bean\b|\bgtin\b|\bupc\b|\bsku\b|\bpatent"
    r"|\blot\b|\bbatch\b|\btracking|\bups\b|\bparcel|\bshipment"
    r"|\bbuild\b|\brevision\b|\bcommit\b|\bchecksum\b|\btimestamp\b|\bim[es]i\b|\biccid\b|\binventory\b"
    r"|お問い?合わせ番号|受付番号|联系人编号|订单|訂單|编号|編號|身份证|账号|帳號|邮编|郵編|注文|주문|счет\p{L}*|счёт\p{L}*|инн\b"
)
SERVICES = (
    r"\borders?\b|\bid\b|\bcase\b|\bprice|\bdate\b|\bborn\b|\bcards?\b|\baccounts?|\bpart\b|\bitem\b"
    r"|\barticle\b|\bartikel|\bart\."
    r"|\bkeys?\b|\bmodel\b|\bticket\b|\bregistration\b|заказ\p{L}*"
)
"""Words for other numbers that also name who is telephoned (`card services: 212-555-0123`): they count if adjoining."""
LINKS = (
    r"(?:me|us|him|her|them|at|on|to|now|today|toll|free|direct|our|office|number|numbers|no|nr|num|is|are|was|or|and|mobile|phone"
    r"|uns|mich|ihn|sie|unter|der|die|das|le|la|les|au|du|al|el|lo|il|en|de|del|op|op:|på|na|nos|para|kom"
    r"|nummer|nr|numer|numero"
    r"|número|numéro|ist|est|es|è|по|за|номер|номеру|мне|нам|στο|la numărul|la|a|číslo|čísle|numarası|nomor"
    r"|số|là|ngay|नंबर|नं|करें|है|पर|رقم|على|الرقم|با|شماره|המספר|ל|telefonico|kontaktowy|szám|نمبر|المحمول"
    r"|التالي)"
)
PARTICLES = "№番号號码碼번호はのまでへ是为為请請는은로으ที่คือ"
"""Characters that stand between a word and its number where no spaces are written."""
