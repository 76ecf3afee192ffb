"""What a site asks of its readers beside its links, in many languages: `Subscribe now!`, `Forgot password?`."""

import re
from functools import lru_cache

__all__ = ["is_call_to_action"]

LONGEST_CALL = 60
"""Characters; a longer line that begins so is a sentence on what there is to subscribe to."""

_BY_LANGUAGE = r"""
subscribe (?:now|today|here|to our|for free)|sign up (?:now|today|for our|for free|to our)|follow us|follow @
join (?:us|now|today|our)|join the (?:conversation|discussion)|register (?:now|today|for free)
forgot(?:ten)? (?:your |my )?(?:password|user ?name)|lost (?:your )?password|(?:proudly )?powered by
donate (?:now|today|here)|support us|like us on|find us on|get in touch|stay (?:in touch|connected|tuned)
don['’]t have an account|no account yet|not a member|not registered|already (?:a member|registered)
already have an account|new (?:here|user)\b|remember me|all rights reserved
(?:was|is) this (?:page|article|post|answer)|did you find this|be the first to (?:comment|like|reply|review)|shop now
buy now|book now|order now|try (?:it )?(?:now|for free)|get our newsletter|got a tip|have a question\?
any questions\?|need help\?|tell your friends|share this|spread the word|folge(?:n sie)? uns|folgt uns
mach(?:t|en sie)? mit\b|jetzt (?:abonnieren|anmelden|registrieren|kaufen|bestellen|spenden|mitmachen)
(?:passwort|kennwort) vergessen|noch kein (?:konto|mitglied)|noch nicht registriert
meld(?:e dich|en sie sich) (?:jetzt )?an\b|unterstütz(?:e|en sie) uns|newsletter abonnieren|alle rechte vorbehalten
war dieser (?:artikel|beitrag)|bereitgestellt von|abonnez-vous|suivez-nous|rejoignez-nous|inscrivez-vous
mot de passe oublié|propulsé par|pas encore (?:inscrit|membre)|tous droits réservés|soutenez-nous|faites un don
suscríbe(?:te|se)|suscríbase|síg(?:ue|a)nos|únete|regístrate|olvid(?:ó|aste|é) (?:su|tu|mi)
todos los derechos reservados|con la tecnología de|iscriviti|seguici|unisciti|password dimenticata|hai dimenticato la
tutti i diritti riservati|assine (?:já|agora|a newsletter)|inscreva-se|siga[- ]nos|junte-se|esqueceu (?:a|sua)
todos os direitos reservados|volg ons|abonneer|schrijf je in|meld je aan|wachtwoord vergeten|doe mee\b
alle rechten voorbehouden|följ oss|prenumerera|glömt (?:ditt )?lösenord|bli medlem|følg oss?\b
glemt (?:din )?(?:adgangskode|passord|kode)|bliv medlem|tilmeld dig|seuraa meitä|tilaa uutiskirje|unohditko salasana
liity (?:nyt|mukaan)|zapisz się|obserwuj nas|śledź nas|dołącz do nas|nie pamiętasz hasła|zapomniałeś hasła
przypomnij hasło|wszelkie prawa zastrzeżone|polub nas|sledujte nás|přidejte se|zapomněli jste heslo|zapomenuté heslo
všechna práva vyhrazena|zabudli ste heslo|zabudnuté heslo|pridajte sa|kövess(?:en)? minket|iratkozz? fel
elfelejtett(?:e)? jelsz|csatlakozz|urmărește-ne|abonează-te|ai uitat parola|bizi takip|abone ol|şifremi unuttum
şifrenizi mi unuttunuz|bize katıl|подпис(?:ывайтесь|шитесь|аться)|следите за нами|присоединяйтесь|забыли пароль
зарегистрируйтесь|все права защищены|работает на|підпис(?:уйтес|шітьс|атис)|(?:слідкуйте|стежте) за нами|приєднуйтес
забули пароль|последвайте ни|забравена парола|пратите нас|заборавили сте|ακολουθήστε μας|εγγραφείτε|ξεχάσατε|تابعنا
اشترك الآن|هل نسيت|نسيت كلمة|انضم إلينا|سجل الآن|جميع الحقوق محفوظة|ما را دنبال|עקבו אחרינו|שכחת|הצטרפו|हमें फॉलो
पासवर्ड भूल|ติดตามเรา|สมัครสมาชิก|ลืมรหัสผ่าน|สมัครเลย|theo dõi chúng tôi|đăng ký ngay|quên mật khẩu|ikuti kami
berlangganan sekarang|lupa (?:kata sandi|password)|gabung sekarang|daftar sekarang|关注我们|關注我們
立即(?:订阅|注册|加入|购买)|立即(?:訂閱|註冊|加入|購買)|忘记密码|忘記密碼|加入我们|加入我們|版权所有|版權所有
フォローする|フォローして|パスワードを(?:お)?忘れ|今すぐ(?:登録|購入|購読)|팔로우|구독하기|지금 (?:가입|구독)
비밀번호를 (?:잊|찾)
"""
_CALL = re.compile(rf"[\W_]*(?:{'|'.join(_BY_LANGUAGE.strip().splitlines())})")


@lru_cache(maxsize=1 << 12)
def is_call_to_action(line: str) -> bool:
    """Whether a line asks something of the readers of a site, or says what the site runs on.

    >>> [is_call_to_action(line) for line in ("Follow us.", "Passwort vergessen?", "Follow the river.")]
    [True, True, False]
    """
    line = line.strip()
    return len(line) <= LONGEST_CALL and _CALL.match(line.lower()) is not None
