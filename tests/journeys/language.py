"""What a page says, in the language it should say it in: labels by their Turkish sentence, and words left over."""

import functools
import re

import yaml
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.utils.translation.trans_real import translation as catalog_of
from playwright.sync_api import Page

from divit.institutions.services import REFERENCE
from divit.kernel.turkish import tr_lower

# All that somebody sees or hears: texts, names and hints, without what is marked as another language.
_SAID = """() => {
  const own = document.documentElement.lang;
  const foreign = (element) => { const near = element.closest("[lang]"); return near && near.lang !== own; };
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (!holder || foreign(holder) || ["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE"].includes(holder.tagName)) continue;
    said.push(walk.currentNode.data);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (!foreign(element)) said.push(element.getAttribute(name));
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter((text) => text);
}"""
_TURKISH = re.compile(
    r"\b(ve|bir|için|ile|veya|bu|değil|gün|sizin|olarak|kadar|sonra|önce|yeni|eski|kart|kartı|kartınız|başvuru|başvurunuz"
    r"|sertifika|sertifikanız|iptal|askı|askıya|ödeme|borç|giriş|çıkış|devam|geri|durum|durumu|kurum|kurumunuz|adres|tarih"
    r"|tarihi|saat|kod|kodu|bekleniyor|yapıldı|geçerli|lütfen|ücret|ücreti|tutar|hata|ad|soyad|evet|hayır|öde|gönder|ara"
    r"|masası|masalar|kaydet|mesajlar|verilerim|yardım)\b"
)
_ENGLISH = re.compile(
    r"\b(the|and|your|is|are|of|with|please|to|not|for|you|this|certificate|card|application|payment|sign|out|back|status"
    r"|error|name|date|yes|pay|send|search|save|messages|help|waiting|done|next)\b"
)
_INSTITUTIONS = [one["name"] for one in yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["institutions"]]
# Words that are the same or belong to a name: institutions, places and products keep theirs.
_NAMES = re.compile(
    "|".join(map(re.escape, _INSTITUTIONS)) + r"|T\.C\. Kimlik( No)?|Merkezi Kimlik Doğrulama( Sistemi)?"
    r"|e-Devlet( Kapısı)?|e-imza temsilcisi|Online İşlemler",
    re.IGNORECASE,
)


def say(language: str, sentence: str, *, context: str = "") -> str:
    """A Turkish sentence of the interface as this language says it."""
    with translation.override(language):
        return pgettext(context, sentence) if context else gettext(sentence)


@functools.cache
def _english_of() -> dict[str, str]:
    catalog = catalog_of("en")._catalog  # type: ignore[attr-defined]  # Django's own merged catalog; no public way in
    return {
        key.rpartition("\x04")[2]: text
        for source in reversed(catalog._catalogs)
        for key, text in source.items()
        if isinstance(key, str) and key and text
    }


def left_over(page: Page, language: str) -> list[str]:
    """Sentences of the page that are in the other language."""
    english_of = _english_of()
    turkish_of = {english: turkish for turkish, english in english_of.items() if english != turkish}
    both = set(english_of) & set(turkish_of)
    found = []
    for text in page.evaluate(_SAID):
        words = tr_lower(_NAMES.sub(" ", text))
        if language == "en":
            whole = text in english_of and english_of[text] != text and text not in both
            strange = _TURKISH.findall(words)
        else:
            whole = text in turkish_of and text not in both
            strange = _ENGLISH.findall(words)
        if whole or strange:
            found.append(f"{page.url}: not {language}: «{text[:120]}» {sorted(set(strange))}")
    return found
