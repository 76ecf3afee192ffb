r"""Words that come before telephone numbers, as RE2 writes them, in about thirty languages.

`NAMES` make any digits that follow a number, `LABELS` do so before a colon or a sign like it, `MENTIONS` only say that
a number may follow, and `OTHERS` and `SERVICES` announce another kind of number. Digits come as zeros: see `phone_words`. RE2's `\b`
knows ASCII letters only, so words of other scripts that must begin a word come after `EDGE`.
"""

EDGE = r"(?:^|[^\p{L}\p{M}\p{N}_])"

NAMES = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hone(?:[_ ]?number|[_ ]?no|nummer)\b"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:[_ ]?number|[_ ]?no|nummer)\b|(?:ruf|telefon|handy|mobil|fon|telefoon)n(?:umme)?r\b"
    r"|\b(?:contact|mobile|cell|callback|whatsapp)[ _](?:number|num\b|no\b)"
    r"|\bn\x{fa}?u?mero de (?:tel[e\x{e9}]fono|m[o\x{f3}]vil|contacto|celular|telefone|telem\x{f3}vel)"
    r"|\bnum[e\x{e9}]ro de t[e\x{e9}]l[e\x{e9}]phone|\bnumero di (?:telefono|cellulare)"
    r"|\bn(?:ume)?r(?:ul)? telefon\p{L}*|num\x{103}r de telefon|\btelefonn\x{ed} \x{10d}\x{ed}slo|\b(?:telefon|mobil)sz\x{e1}m\p{L}*"
    r"|\b(?:cep )?telefon[u]? numaras\x{131}|\bno(?:mor|\.)? ?(?:hp|telp|tlp|telepon|wa|ponsel)\b"
    r"|\bs\x{1ed1} \x{111}i\x{1ec7}n tho\x{1ea1}i|\x{111}i\x{1ec7}n tho\x{1ea1}i s\x{1ed1}|номер[уа]? телефон\p{L}*|номер мобильн\p{L}*"
    r"|电话号码|電話號碼|電話番号|手机号码?|手機號碼|전화번호|휴대폰번호|เบอร์โทร(?:ศัพท์)?|เบอร์มือถือ|หมายเลขโทรศัพท์"
    r"|फ[\x{93c}]?ोन नंबर|मोबाइल नंबर|फ़ोन नंबर|ফোন নম্বর|মোবাইল নম্বর"
    r"|رقم (?:ال)?(?:هاتف|جوال|موبايل|تلفون)|شماره (?:تلفن|تماس|موبایل|همراه)|מספר (?:ה)?(?:טלפון|נייד|פקס)"
)
ABBREVIATIONS = (
    r"\btel\b|\bt\x{e9}l\b|\btelf?\b|\bt[el]*fn?o?s?\b|\btelefax\b|\bfon\b|\bph\b|\bpuh\b|\bcel\b|\bfono\b|τηλ|тел[.: ]"
    r"|\banswering (?:at|on)\b|\btelp\b|\btlp\b|\btlm\b|\bgsm\b"
    rf"|{EDGE}s?\x{{111}}t\b|{EDGE}т\.|{EDGE}моб\.|{EDGE}טל['\x{{5f3}}.:]|โทร\.?|[☎☏✆📞]"
)
"""After names and abbreviations, a number needs no colon."""
LABELS = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hones?\b"
    r"|\bt[e\x{e9}]l[e\x{e9}](?:f|ph)\p{Latin}*|\btelep(?:on|hon)\p{Latin}*"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:e|es)?\b|\bfa(?:ks|x)\p{Latin}{0,3}\b"
    r"|\bcell ?phone\b|whatsapp|viber|hotline|helpline|toll[ -]free|телефон\p{L}*|факс\p{L}{0,3}"
    r"|\btelem\x{f3}vel|\bfone\b|\bponsel\b|\bhp:|\bkom\.|\bpuhelin|\bmatkapuhelin|\bdurchwahl|\bcep(?: tel\p{L}*)?:"
    r"|电话|電話|手机|手機|座机|傳真|传真|专线|專線|热线|熱線|联系方式|联络方式|전화|휴대폰|휴대전화|핸드폰|연락처|팩스|携帯|ファック?ス|フリーダイヤル|連絡先"
    r"|お問い?合わせ先?"
    r"|โทรศัพท์|โทรสาร|แฟกซ์|มือถือ|เบอร์|फ[\x{93c}]?ोन|फ़ोन|मोबाइल|दूरभाष|टेलीफ[\x{93c}]?ोन|फ[\x{93c}]?ैक्स|ফোন|মোবাইল"
    r"|\x{111}i\x{1ec7}n tho\x{1ea1}i|di \x{111}\x{1ed9}ng|\x{111}\x{1b0}\x{1edd}ng d\x{e2}y n\x{f3}ng"
    r"|τηλέφων\p{L}*|ΤΗΛΕΦΩΝ\p{L}*|κινητ[όο]|κιν\.|φαξ"
    r"|هاتف|تلفون|تليفون|جوال|موبايل|محمول|فاكس|للاتصال|واتساب"
    r"|تلفن|موبایل|همراه|فکس|نمابر|تماس|טלפון|נייד|פקס|פלאפון"
)
MENTIONS = (
    r"\bmob(?:ile?)?\b|\bmobil[a-z]*|\bm\x{f3}vil\b|\bmovil\b|\bcell(?: no|number)?\b|\bcellular|\bcelular|\bcellulare"
    r"|\bcall(?:s|ed|ing)?\b"
    r"|\bdial(?:l?ed|l?ing)?\b|\bring\b|\bsms\b|\btext(?:ed|ing)? (?:me|us|him|her|them|at)\b"
    r"|voicemail|messages? to"
    r"|\breach(?:ed)?\b|\bcontact(?:o|s|ez)?\b|\bkontakt\b|\bhandy\b|\bportable\b|\banrufen\b|\bruf(?:en|t)?\b|\berreich[a-z]+"
    r"|\bappele[rz]\b|\bjoindre\b|\bllam[a-z]+|\bchiam[a-z]+|\blig(?:ue|ar)\b|\bbel\b|\bdzwo[a-z\x{144}]+|\bzadzwo[a-z\x{144}]+"
    r"|\b(?:my|your|our|his|her|their) number\b|\bunter der nummer\b|phones?\b|звони[а-я]*|дзвон[а-яіїє]*|телефонуй[а-я]*"
    r"|мобіл\p{L}*|мобил\p{L}*|\bmobiel\b|\bcep\b|\barayın\b|ileti\x{15f}im|\bhubungi\b|\bsuna\x{21b}i\b|\bvolejte\b|\bh\x{ed}vja\b"
    r"|\br\x{fc}ckruf\b|g\x{1ecd}i(?: ngay)?|li\x{ea}n h\x{1ec7}|καλέστε|\brecapito\b|致电|致電|拨打|撥打|联系|聯絡|咨询|문의|ติดต่อ|संपर्क"
    r"|اتصل|להתקשר|התקשרו"
)
OTHERS = (
    r"\bisbn|\bissn|\bdoi\b|\b00\.0{4,}/|\bpm(?:id|c)\b|arxiv|\binvoice|\bzip\b|\bpost(?:al|code)|\bpages?\b"
    r"|\bpp\b|\bvol(?:ume)?\b|\bcol\b|\bnass\b|\bnhc\b|\bnif\b|\bnip\b|\bregon\b|\bpesel\b|\bversion\b"
    r"|\bserial|\bkonta\b|\biban\b|\bean\b|\bgtin\b|\bupc\b|\bsku\b|\bpatent"
    r"|\blot\b|\bbatch\b|\btracking|\bups\b|\bparcel|\bshipment"
    r"|\bbuild\b|\brevision\b|\bcommit\b|\bchecksum\b|\btimestamp\b|\bim[es]i\b|\biccid\b|\binventory\b"
    r"|订单|訂單|编号|編號|身份证|账号|帳號|邮编|郵編|注文|주문|счет\p{L}*|счёт\p{L}*|инн\b"
)
SERVICES = (
    r"\borders?\b|\bid\b|\bcase\b|\bprice|\bdate\b|\bborn\b|\bcards?\b|\baccounts?|\bpart\b|\bitem\b|\barticle\b|\bartikel|\bart\."
    r"|\bkeys?\b|\bmodel\b|\bticket\b|\bregistration\b|заказ\p{L}*"
)
"""Words for other numbers that also name who is telephoned (`card services: 212-555-0123`): they count if adjoining."""
LINKS = (
    r"(?:me|us|him|her|them|at|on|to|now|today|toll|free|direct|our|office|number|numbers|no|nr|num|is|are|was|or|and|mobile|phone"
    r"|uns|mich|ihn|sie|unter|der|die|das|le|la|les|au|du|al|el|lo|il|en|de|del|op|op:|på|na|nos|para|kom|nummer|nr|numer|numero"
    r"|n\x{fa}mero|num\x{e9}ro|ist|est|es|\x{e8}|по|за|номер|номеру|мне|нам|στο|la num\x{103}rul|la|a|\x{10d}\x{ed}slo|čísle|numaras\x{131}|nomor"
    r"|s\x{1ed1}|l\x{e0}|ngay|नंबर|नं|करें|है|पर|رقم|على|الرقم|با|شماره|המספר|ל|telefonico|kontaktowy|szám|نمبر|المحمول|التالي)"
)
PARTICLES = "№番号號码碼번호はのまでへ是为為请請는은로으ที่คือ"
"""Characters that stand between a word and its number where no spaces are written."""
