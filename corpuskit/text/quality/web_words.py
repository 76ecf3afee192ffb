"""Words of a site that speaks of itself: its pages, its readers' browsers, accounts and links, by language."""

import re

from corpuskit.text.quality.told_of_others import alternatives

__all__ = ["speaks_of_site"]

_OF_SITE = """
en: browser|(?:web ?)?site\\b|(?:web)?pages?\\b|accounts?\\b|password|log(?:ged)? ?in|sign(?:ed)? ?(?:in|up)|cookie
en: javascript|url\\b|404|captcha|robot|homepage|firefox|chrome\\b|links?\\b|click|subscri|server|errors?\\b|e-?mail
en: install(?:ed)?\\b|update|members?\\b|search|administrator|domain|contact us|log in|reload|try again|go back
de: webseite|seiten?\\b|konto|passwort|kennwort|anmeld|einlogg|startseite|suchfunktion|abonn|fehler
fr: navigateur|page|compte\\b|mot de passe|connect|identifiant|abonn|erreur|accueil|lien|recherche
es: navegador|página|sitio|cuenta|contraseña|sesión|suscri|enlace|buscar|búsqueda|inicio
pt: senha|sessão|conta\\b|assin|início|pesquis
it: pagina|sito\\b|accedi|abbon|collegamento|errore
nl: pagina|wachtwoord|inlogg|abonne|zoek
sv: webbläsare|sidan|lösenord|logga in|konto
pl: przeglądark|stron|hasł|zalog|konto
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
th: เบราว์เซอร์|หน้า|เว็บ|เข้าสู่ระบบ|รหัสผ่าน|บัญชี
ja: ブラウザ|ページ|サイト|ログイン|パスワード|アカウント|会員|登録|検索|エラー
ko: 브라우저|페이지|사이트|로그인|비밀번호|계정|회원|가입|검색
zh: 浏览器|瀏覽器|网站|網站|页面|頁面|网页|網頁|登录|登入|密码|密碼|账号|帳號|注册|註冊|首页|首頁|链接|搜索
"""
_SPEAKS = re.compile(alternatives(_OF_SITE))


def speaks_of_site(sentence: str) -> bool:
    """Whether a sentence in small letters has a word that sites use of themselves.

    >>> speaks_of_site("go back to the start page."), speaks_of_site("the boats lay on the shore.")
    (True, False)
    """
    return _SPEAKS.search(sentence) is not None
