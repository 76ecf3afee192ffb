"""Links between pages, and what of them is text."""

import re
from typing import NamedTuple

from corpuskit.text.wikitext.debris import HOLE

FILE_NAMES = frozenset(
    """
    file image media datei bild medien fichier média archivo imagen medio immagine arquivo imagem ficheiro bestand
    afbeelding файл изображение медиа зображення plik grafika fil tiedosto kuva soubor súbor slika datoteka fájl kép
    dosya resim fișier imagine αρχείο εικόνα קובץ תמונה ملف صورة پرونده تصویر चित्र ファイル 画像 파일 그림
    文件 图像 檔案 圖像 tập_tin hình berkas gambar lêer beeld fitxer imatge fitxategi irudi
    датотека слика файлы выява fails attēls vaizdas
    """.split()  # noqa: SIM905 - a list of words reads better
)
CATEGORY_NAMES = frozenset(
    """
    category kategorie catégorie categoría categoria categorie категория категорія kategoria kategori luokka kategória
    kategorija kategorio κατηγορία קטגוריה تصنيف رده श्रेणी カテゴリ 분류 分类 分類
    thể_loại kategoreja katygorie
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""What the namespaces of files and categories are called in large wikis; a dump says what they are in its own."""
OTHER_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8}){0,2}|simple")
OTHER_PROJECTS = frozenset(
    "wikt wikiquote wikisource commons wikibooks wikinews wikiversity wikivoyage species".split()  # noqa: SIM905
)
EXTERNAL = re.compile(
    r"\[(?:(?:https?:|ftps?:|news:|irc:|gopher:)?//|mailto:)[^\s\[\]<>\"]+[ \t]*([^\[\]\n]*)\]", re.IGNORECASE
)
PIPE_TRICK = re.compile(r"(?:.*?:)?(.*?)(?:\s*\([^()]*\)|, .*)?")


MAX_TITLE = 255
"""Bytes of a title in MediaWiki."""


class Namespaces(NamedTuple):
    """What a wiki calls the namespaces that are no text, in small letters."""

    files: frozenset[str] = FILE_NAMES
    categories: frozenset[str] = CATEGORY_NAMES

    def with_names(self, files: frozenset[str], categories: frozenset[str]) -> "Namespaces":
        """Return them with the names of one wiki added."""
        return Namespaces(self.files | files, self.categories | categories)


def text_of_link(content: str, namespaces: Namespaces) -> str:
    """Return what a link shows, from what stands between its brackets; nothing for files, categories and languages.

    >>> [text_of_link(link, Namespaces()) for link in ("Tree|trees", "Category:Trees", ":Category:Trees", "de:Baum")]
    ['trees', '', 'Category:Trees', '']
    """
    target, bar, label = content.partition("|")
    target = target.strip()
    prefix, colon, remainder = target.partition(":")
    if colon:
        if not prefix.strip():
            target = remainder.strip()
        else:
            name = prefix.strip().replace(" ", "_").lower()
            if name in namespaces.files or name in namespaces.categories:
                return ""
            if not bar and (OTHER_LANGUAGE.fullmatch(name) or name in OTHER_PROJECTS):
                return ""
    if not bar:
        return target.removeprefix("#")
    label = label.strip("\n")
    return label if label.strip() else _trimmed(target)


def without_external_links(source: str) -> str:
    """Return text with each link in brackets replaced by its label."""
    return EXTERNAL.sub(lambda match: match[1].strip() or HOLE, source) if "[" in source else source


def _trimmed(target: str) -> str:
    """Return a target as the pipe trick shows it: without namespace and what is in parentheses or after a comma."""
    match = PIPE_TRICK.fullmatch(target) if len(target) <= MAX_TITLE else None
    return match[1] if match else target
