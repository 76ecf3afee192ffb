"""Labels of forms to log in, by language, in small letters: two of them on a short page make it such a form."""

from corpuskit.text.quality.stand_in_phrases import phrases_of

__all__ = ["FORM_LABELS"]

_FORM_LABELS = """
en: log in to your account|sign in to your account|login to your account|forgot your password|forgot password
en: forgotten your password|lost your password|have an account|no account yet|not a member yet|not registered yet
en: already a member|already a subscriber|already registered|remember me|keep me signed in|keep me logged in
en: stay signed in|new to our site|new user|create an account|create your account|sign up for free|register for free
en: sign in with google|log in with google|continue with google|continue with facebook|log in with facebook
de: passwort vergessen|kennwort vergessen|angemeldet bleiben|noch kein konto|noch nicht registriert|neu hier
de: noch keinen account|haben sie bereits ein konto|bereits registriert|jetzt registrieren|konto erstellen
de: mit google anmelden|bereits abonnent|in ihr konto einloggen|melden sie sich in ihrem konto an|konto anlegen
fr: mot de passe oublié|rester connecté|pas encore de compte|pas encore inscrit|vous n'avez pas de compte
fr: déjà un compte|déjà inscrit|déjà abonné|créer un compte|se souvenir de moi|connectez-vous à votre compte
fr: continuer avec google|se connecter avec google|vous avez oublié votre mot de passe
es: olvidaste tu contraseña|olvidó su contraseña|has olvidado tu contraseña|olvidé mi contraseña|no tienes cuenta
es: no tienes una cuenta|ya tienes cuenta|ya tienes una cuenta|crear una cuenta|crea una cuenta|crear cuenta
es: recordarme
es: mantener la sesión iniciada|inicia sesión en tu cuenta|aún no estás registrado|ya eres suscriptor
es: continuar con google|regístrate gratis
pt: esqueceu a senha|esqueceu sua senha|esqueci minha senha|esqueceu-se da palavra-passe|não tem uma conta
pt: não tem conta|já tem uma conta|já tem conta|criar uma conta|criar conta|lembrar de mim|manter-me conectado
pt: já é assinante|entre na sua conta|continuar com o google|cadastre-se gratuitamente
it: password dimenticata|hai dimenticato la password|non hai un account|non hai ancora un account|hai già un account
it: sei già registrato|sei già abbonato|crea un account|ricordami|resta connesso|accedi al tuo account
it: continua con google|registrati gratis
nl: wachtwoord vergeten|ingelogd blijven|nog geen account|al een account|account aanmaken
nl: maak een account aan|onthoud mij|log in op je account|doorgaan met google
sv: glömt lösenordet|glömt ditt lösenord|har du inget konto|inget konto än|skapa konto|kom ihåg mig|håll mig inloggad
da: glemt adgangskode|glemt din adgangskode|har du ikke en konto|opret en konto|opret konto|husk mig
no: glemt passord|har du ikke konto|opprett konto|husk meg
fi: unohditko salasanasi|unohtuiko salasana|eikö sinulla ole tiliä|luo tili|muista minut
pl: nie pamiętasz hasła|zapomniałeś hasła|zapomniałem hasła|nie masz konta|nie masz jeszcze konta|masz już konto
pl: załóż konto|utwórz konto|zapamiętaj mnie|zaloguj się na swoje konto|zarejestruj się za darmo|zaloguj przez google
cs: zapomenuté heslo|zapomněli jste heslo|nemáte účet|máte již účet|vytvořit účet|zapamatovat si mě
sk: zabudnuté heslo|zabudli ste heslo|nemáte účet|vytvoriť účet|zapamätať si ma
hu: elfelejtett jelszó|elfelejtette a jelszavát|nincs még fiókja|fiók létrehozása|emlékezz rám
ro: ai uitat parola|ați uitat parola|nu ai cont|creează un cont|ține-mă minte
el: ξεχάσατε τον κωδικό|δεν έχετε λογαριασμό|δημιουργία λογαριασμού|να με θυμάσαι
ru: забыли пароль|нет аккаунта|нет учётной записи|нет учетной записи|уже есть аккаунт|уже зарегистрированы
ru: ещё не зарегистрированы|еще не зарегистрированы|создать аккаунт|создать учётную запись|создать учетную запись
ru: запомнить меня|войдите в свой аккаунт|войти через google|вход в личный кабинет|восстановить пароль
ru: зарегистрироваться
uk: забули пароль|немає акаунту|немає облікового запису|вже зареєстровані|створити акаунт|створити обліковий запис
uk: запам'ятати мене|увійдіть у свій обліковий запис|зареєструватися
tr: şifrenizi mi unuttunuz|şifremi unuttum|parolanızı mı unuttunuz|parolamı unuttum|hesabınız yok mu
tr: zaten hesabınız var mı|hesap oluştur|beni hatırla|hesabınıza giriş yapın|üye ol|google ile devam et
ar: نسيت كلمة المرور|هل نسيت كلمة السر|ليس لديك حساب|هل لديك حساب|لديك حساب بالفعل|إنشاء حساب
ar: أنشئ حسابا|أنشئ حسابًا|تذكرني|سجل الدخول إلى حسابك|سجّل الدخول إلى حسابك|البقاء متصلا
fa: رمز عبور را فراموش کرده‌اید|فراموشی رمز عبور|حساب کاربری ندارید|ایجاد حساب|مرا به خاطر بسپار
he: שכחת סיסמה|שכחת את הסיסמה|אין לך חשבון|יצירת חשבון|זכור אותי
hi: पासवर्ड भूल गए|खाता नहीं है|पहले से खाता है|खाता बनाएं|खाता बनाएँ|मुझे याद रखें|अपने खाते में लॉग इन करें
bn: পাসওয়ার্ড ভুলে গেছেন|অ্যাকাউন্ট নেই|অ্যাকাউন্ট তৈরি করুন|আমাকে মনে রাখুন
th: ลืมรหัสผ่าน|ไม่มีบัญชี|มีบัญชีอยู่แล้ว|สร้างบัญชี|จดจำฉัน|เข้าสู่ระบบบัญชีของคุณ|สมัครสมาชิกฟรี
vi: quên mật khẩu|chưa có tài khoản|đã có tài khoản|tạo tài khoản|ghi nhớ đăng nhập|đăng nhập vào tài khoản của bạn
id: lupa kata sandi|lupa password|belum punya akun|sudah punya akun|buat akun|ingat saya|masuk ke akun anda
ms: lupa kata laluan|tiada akaun|cipta akaun|ingat saya
ja: パスワードをお忘れ|パスワードを忘れた|アカウントをお持ちでない|アカウントをお持ちの|アカウントを作成
ja: ログイン状態を保持
ja: アカウントにログイン|会員登録がお済みでない|新規会員登録|無料会員登録|ログインしたままにする
ko: 비밀번호를 잊으|비밀번호 찾기|계정이 없으|계정이 아직 없|이미 계정이 있|계정 만들기|로그인 상태 유지
ko: 아이디 저장|아이디 찾기
ko: 계정에 로그인|회원가입
zh: 忘记密码|没有账户|没有账号|没有帐号|已有账号|已有账户|注册账号|立即注册|免费注册|创建账户|创建帐户|记住我
zh: 登录您的账户
zh: 保持登录|忘記密碼|沒有帳號|已有帳號|註冊帳號|立即註冊|建立帳戶|記住我|登入您的帳戶|扫码登录
"""
FORM_LABELS = phrases_of(_FORM_LABELS)
"""In lines or sentences of such forms, none within another."""
