"""What is taken from each of Faker's locales, and how its formats are put to use.

Texts and weights are Faker's. What is done to them here, and why, is in docs/decisions (persona data).
"""

import importlib
import re

from faker.providers.date_time import Provider as DateTime
from faker_extract.romanize import romanized

# fmt: off
# Shares of the customers: our choice, by market size and by how much data the locale has.
SHARES = {
    "en_US": 150, "en_GB": 70, "de_DE": 85, "fr_FR": 65, "es_ES": 55, "it_IT": 65, "pt_BR": 60, "pl_PL": 50,
    "nl_NL": 35, "sv_SE": 30, "cs_CZ": 25, "sk_SK": 15, "fi_FI": 15, "da_DK": 15, "de_AT": 15, "es_CL": 25,
    "ru_RU": 50, "uk_UA": 35, "el_GR": 30, "hy_AM": 10, "ka_GE": 15, "zh_CN": 40, "ja_JP": 25, "ko_KR": 25,
    "hi_IN": 30, "ar_DZ": 25,
}

# Regional Internet registries: the numbers are indices in Sources/Personas/AddressBlocks.swift.
ARIN, RIPE, APNIC, LACNIC, AFRINIC = range(5)
CALLING_CODES = {
    "US": (1, ARIN), "GB": (44, RIPE), "DE": (49, RIPE), "FR": (33, RIPE), "ES": (34, RIPE),
    "IT": (39, RIPE), "BR": (55, LACNIC), "PL": (48, RIPE), "NL": (31, RIPE), "SE": (46, RIPE),
    "CZ": (420, RIPE), "SK": (421, RIPE), "FI": (358, RIPE), "DK": (45, RIPE), "AT": (43, RIPE),
    "CL": (56, LACNIC), "RU": (7, RIPE), "UA": (380, RIPE), "GR": (30, RIPE), "AM": (374, RIPE),
    "GE": (995, RIPE), "CN": (86, APNIC), "JP": (81, APNIC), "KR": (82, APNIC), "IN": (91, APNIC),
    "DZ": (213, AFRINIC),
}
# fmt: on

# Faker's country names that are long or official; the others are taken as they are.
SHORT_NAMES = {
    "CN": "China",
    "NL": "Netherlands",
    "IE": "Ireland",
    "GM": "Gambia",
    "SZ": "Eswatini",
}


def countries():
    """Code and name of every country; Faker holds some names as UTF-8 that was read as Latin-1."""
    return {
        country.alpha_2_code: SHORT_NAMES.get(country.alpha_2_code)
        or country.name.encode("latin-1").decode("utf-8")
        for country in DateTime.countries
    }


class Locale:
    """The providers of one locale, as lists of (text, weight)."""

    def __init__(self, code):
        self.code = code
        self.country = code[-2:]
        self.providers = [self._provider(kind) for kind in ("address", "person", "phone_number", "internet")]
        self.address, self.person, self.phone, self.internet = self.providers

    def _provider(self, kind):
        try:
            return importlib.import_module(f"faker.providers.{kind}.{self.code}").Provider
        except ModuleNotFoundError:
            return importlib.import_module(f"faker.providers.{kind}").Provider

    @property
    def phone_formats(self):
        """Of no particular kind. (In the person provider `formats` are those of names.)"""
        return weighted(self.phone.formats)

    def items(self, *names):
        """The first attribute of that name in any of the providers, with its weights."""
        for name in names:
            for provider in self.providers:
                value = getattr(provider, name, None)
                if value is not None and not callable(value) and not isinstance(value, property):
                    return weighted(value)
        raise KeyError(f"{self.code}: none of {names}")

    def token(self, token):
        """The elements behind `{{token}}`."""
        if token in ("first_name", "first_name_male", "first_name_female"):
            return self.first_names(token.removeprefix("first_name").removeprefix("_"))
        if token in ("last_name", "last_name_male", "last_name_female"):
            return self.last_names(token.removeprefix("last_name").removeprefix("_"))
        qualified = re.sub("(prefix|suffix)_", r"\1es_", token)
        return self.items(token + "s", token + "es", token.removesuffix("y") + "ies", qualified)

    def first_names(self, gender):
        if not gender:
            return self.first_names("male") + self.first_names("female")
        if self.code == "ja_JP":
            return [(pair[0], weight) for pair, weight in self.items(f"first_name_{gender}_pairs")]
        return [(tidy(name), weight) for name, weight in self.items(f"first_names_{gender}")]

    def last_names(self, gender):
        if self.code == "ja_JP":
            return [(pair[0], weight) for pair, weight in self.items("last_name_pairs")]
        if not gender:
            return self.items("last_names")
        if self.code == "pl_PL":
            return polish_last_names(self.person, gender)
        return [(tidy(name), weight) for name, weight in self.items(f"last_names_{gender}", "last_names")]

    def email_domains(self):
        # One of the Ukrainian ones is the government's.
        return [item for item in self.items("free_email_domains") if not item[0].startswith("gov.")]

    def ascii_form(self, name, surname):
        if self.code == "ja_JP":
            pairs = self.items("last_name_pairs" if surname else "first_name_pairs")
            return next(romanized(pair[2], self.code) for pair, _ in pairs if pair[0] == name)
        # Faker's table for Russian drops a letter; its general one does not.
        replacements = () if self.code == "ru_RU" else getattr(self.internet, "replacements", ())
        return romanized(name, self.code, surname, replacements)


def weighted(value):
    if hasattr(value, "items"):
        return list(value.items())
    return [(element, 1) for element in (sorted(value) if isinstance(value, (set, frozenset)) else value)]


def tidy(text):
    """Without what was meant for readers of the list: what stands in brackets, doubled blanks."""
    return re.sub(r"\s+", " ", re.sub(r"\(.*?\)", "", text)).strip()


def polish_last_names(person, gender):
    """Two lists in Faker: 200 common names, which are declined, and 3,690 that are not. Half of each."""
    common = list(person.male_last_names)
    if gender == "female":
        common = [re.sub("([sdc]z?)ki$", r"\1ka", name) for name in common]
    rare = list(person.unisex_last_names)
    return [(name, len(rare)) for name in common] + [(name, len(common)) for name in rare]


def select(items, pattern):
    chosen = [(text, weight) for text, weight in items if re.search(pattern, text)]
    assert chosen, f"nothing matches {pattern}"
    return chosen


def replace(items, pattern, replacement):
    return [(re.sub(pattern, replacement, text, count=1), weight) for text, weight in items]
