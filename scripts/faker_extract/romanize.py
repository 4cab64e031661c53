"""The ASCII form of a name, as it stands in an e-mail address: lower-case letters and nothing else.

Faker's own tables (`replacements` of a locale, then `faker.decode.unidecode`) are good for alphabets. They
are not for scripts that leave vowels out or whose romanization is by rules, so those are here.
"""

import re
import unicodedata

from faker.decode import unidecode
from faker.providers.internet.el_GR import latinize

# Long names are cut: the part of an address before the @ holds 64 characters.
LONGEST = 20


def table(letters, sounds):
    """A sound for each letter."""
    return dict(zip(letters, sounds.split(), strict=True))


# fmt: off
# Surnames that are read in another way than the same character elsewhere.
CHINESE_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "盖": "ge", "覃": "qin",
    "朴": "piao", "尉迟": "yuchi", "长孙": "zhangsun", "冼": "xian", "乐": "yue", "翟": "zhai", "万俟": "moqi",
    "缪": "miao", "员": "yun", "宓": "mi", "繁": "po", "召": "shao", "洗": "xian", "折": "she", "佴": "nai",
}
KOREAN_SURNAMES = {
    "김": "kim", "이": "lee", "박": "park", "최": "choi", "정": "jung", "강": "kang", "조": "cho", "윤": "yoon",
    "임": "lim", "오": "oh", "서": "seo", "신": "shin", "권": "kwon", "황": "hwang", "안": "ahn", "류": "ryu",
    "전": "jeon", "고": "ko", "문": "moon", "손": "son", "배": "bae", "백": "baek", "유": "yoo", "노": "noh",
    "우": "woo", "구": "koo", "주": "joo", "심": "shim", "곽": "kwak",
}
GEORGIAN = table(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h",
)
ARMENIAN = table(
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքևօֆ",
    "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k ev o f",
)
ARABIC = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ء": "", "ؤ": "o", "ئ": "i", "ب": "b", "ت": "t", "ث": "th",
    "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s",
    "ض": "d", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "ة": "a", "ى": "a", "گ": "g", "ڨ": "g",
}
DEVANAGARI_VOWELS = table("अआइईउऊऋएऐओऔऑ", "a a i i u u ri e ai o au o")
DEVANAGARI_SIGNS = table("ािीुूृेैोौॉॅ", "a i i u u ri e ai o au o e")
DEVANAGARI = table(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
NUKTA = {"ज": "z", "फ": "f", "ड": "r", "ढ": "rh", "क": "q", "ख": "kh", "ग": "g"}
# The parts of a Hangul syllable, in the order of Unicode.
HANGUL_FIRST = table(range(19), "g kk n d tt r m b pp s ss _ j jj ch k t p h")
HANGUL_MIDDLE = table(range(21), "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
HANGUL_LAST = table(range(28), "_ k k k n n n t l k m p t t p t m p p t t ng t t k t p t")
# fmt: on


def romanized(text, locale, surname=False, replacements=()):
    """`text` in lower-case ASCII letters."""
    rules = BY_LOCALE.get(locale)
    if rules:
        text = rules(text, surname)
    else:
        text = unicodedata.normalize("NFC", text)
        for old, new in replacements:
            text = text.replace(old, new)
        text = unidecode(text)
    letters = re.sub("[^a-z]", "", text.lower())[:LONGEST]
    assert letters, f"no letters in {text!r} of {locale}"
    return letters


def chinese(text, surname):
    return CHINESE_SURNAMES.get(text, unidecode(text)) if surname else unidecode(text)


def greek(text, surname):
    return unidecode(latinize(text))


def by_letters(table):
    def rules(text, surname):
        return "".join(table.get(letter, " ") for letter in text.lower())

    return rules


def armenian(text, surname):
    text = text.lower().replace("ու", "u").replace("եւ", "ev")
    return "".join(ARMENIAN.get(letter, letter) for letter in text)


def korean(text, surname):
    """Revised Romanization, syllable by syllable; surnames as people spell them."""
    if surname and text in KOREAN_SURNAMES:
        return KOREAN_SURNAMES[text]
    result = ""
    for syllable in text:
        index = ord(syllable) - 0xAC00
        result += HANGUL_FIRST[index // 588] + HANGUL_MIDDLE[index % 588 // 28]
        result += HANGUL_LAST[index % 28]
    return result.replace("_", "")


def hindi(text, surname):
    """Consonants carry an `a` unless a sign follows; the last one is silent."""
    result, pending = "", False
    text = unicodedata.normalize("NFD", text).replace("\u200d", "").replace("\u200c", "")
    for index, letter in enumerate(text):
        if letter == "\u093c":
            continue
        if letter in DEVANAGARI:
            result += "a" if pending else ""
            dotted = text[index + 1 : index + 2] == "\u093c"
            result += NUKTA.get(letter, DEVANAGARI[letter]) if dotted else DEVANAGARI[letter]
            pending = True
        elif letter in DEVANAGARI_SIGNS:
            result += DEVANAGARI_SIGNS[letter]
            pending = False
        elif letter == "्":
            pending = False
        else:
            result += "a" if pending else ""
            pending = False
            result += "n" if letter in "ंँ" else DEVANAGARI_VOWELS.get(letter, "")
    return result


def arabic(text, surname):
    """Letters, with the short `a` that the script leaves out between consonants that need it."""
    result = []
    for word in text.split():
        word = "al" + word[2:] if word.startswith("ال") and len(word) > 4 else word
        sounds = []
        for index, letter in enumerate(word):
            if letter in "وي":
                after = word[index + 1 : index + 2]
                glide = index == 0 or after in tuple("اأىة")
                sounds.append(("w" if glide else "ou") if letter == "و" else ("y" if glide else "i"))
            else:
                sounds.append(ARABIC.get(letter, letter if letter.isascii() else ""))
        spelled, consonants = "", 0
        for index, sound in enumerate(sounds):
            vowel = bool(sound) and sound[0] in "aeiou"
            if sound and not vowel:
                consonants += 1
                at_end = len(spelled) <= 2 or index == len(sounds) - 1
                if consonants == 3 or (consonants == 2 and at_end):
                    spelled, consonants = spelled + "a", 1
            elif vowel:
                consonants = 0
                if spelled.endswith(sound):
                    sound = ""
            spelled += sound
        result.append(spelled)
    return "".join(result)


BY_LOCALE = {
    "ar_DZ": arabic,
    "el_GR": greek,
    "hi_IN": hindi,
    "hy_AM": armenian,
    "ka_GE": by_letters(GEORGIAN),
    "ko_KR": korean,
    "zh_CN": chinese,
}
