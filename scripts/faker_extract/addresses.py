"""Cities, streets and building numbers of each locale, in Faker's notation.

`TOKENS` are lists that Faker makes in code instead of keeping them as data.
"""

import re

from faker_extract.locales import tidy, weighted


def cities(locale):
    """(formats or None, literals or None): real cities where Faker has a list, else its formats."""
    if locale.code in ("en_US", "en_GB", "fr_FR", "pt_BR"):
        return locale.items("city_formats"), None
    if locale.code == "zh_CN":
        # Faker also says 县 (county), which these cities are not.
        return [("{{city_name}}市", 1)], None
    if locale.code == "ko_KR":
        return [("{{metropolitan_city}} {{borough}}", 1), ("{{city}}", 1)], None
    if locale.code == "es_ES":
        # Provinces; all but these have the name of their capital.
        others = {
            "Álava",
            "Asturias",
            "Baleares",
            "Cantabria",
            "Guipúzcoa",
            "La Rioja",
            "Navarra",
            "Vizcaya",
        }
        return None, [item for item in locale.items("states") if item[0] not in others]
    if locale.code == "es_CL":
        return None, weighted(list(locale.address.communes.values()))
    names = [(tidy(name), weight) for name, weight in locale.items("city_names", "cities")]
    if locale.code == "sk_SK":
        # Districts stand among the municipalities.
        names = [item for item in names if not item[0].startswith("Okres ")]
    if locale.code == "it_IT":
        # Every hamlet of Italy, 16,559 names: a third is plenty.
        names = sorted(names)[::3]
    return None, names


def streets(locale):
    # fmt: off
    own = {
        "ja_JP": [("{{town}}{{chome}}", 1)],
        "ko_KR": [("{{road_name}}{{road_suffix}}", 2), ("{{road_name}}%{{road_suffix}}", 1),
                  ("{{road_name}}%#{{road_suffix}}", 1)],
        # Faker's Hindi streets are a name alone; its Nepali ones, in the same script, have words for a road.
        "hi_IN": [("{{last_name}} {{मार्ग|रोड|पथ|गल्ली}}", 1),
                  ("{{first_name}} {{last_name}} {{मार्ग|रोड|पथ}}", 1)],
        "hy_AM": [("{{street}} {{street_prefix}}", 1)],
        "cs_CZ": [("{{street}}", 1)],
        "sk_SK": [("{{street}}", 1)],
        "ru_RU": [("{{ул.|алл.|наб.}} {{street_feminine}}", 3), ("{{пр.|пер.|бул.}} {{street_masculine}}", 3),
                  ("ш. {{street_neuter}}", 1)],
        "uk_UA": [("{{вулиця|вулиця|вулиця|вулиця|набережна|площа}} {{street_other}}", 1082),
                  ("{{провулок|проспект|узвіз|сквер|парк}} {{street_masculine}}", 300),
                  ("{{street_whole}}", 48)],
        "pl_PL": [("{{ulica|ul.|aleja|al.}} {{street_adjective}}", 1),
                  ("{{ulica|ul.|aleja|al.}} {{street_other}}", 1),
                  ("{{plac|pl.}} {{street_other}}", 1)],
    }
    # fmt: on
    return own.get(locale.code) or locale.items("street_name_formats")


def buildings(locale):
    own = {
        "it_IT": [("%", 1), ("%#", 1), ("%##", 1)],
        "ja_JP": [("{{ban}}{{gou}}", 1)],
        "ko_KR": [
            ("%", 1),
            ("%#", 3),
            ("%##", 5),
            ("%##-%", 1),
            ("%##-%#", 3),
            ("지하%##", 1),
        ],
        "zh_CN": [(letter + "座", 1) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
    }
    if locale.code in ("de_DE", "de_AT", "el_GR"):
        # Without ranges, for they would not be in order: 74-62.
        own[locale.code] = [item for item in locale.items("building_number_formats") if "-" not in item[0]]
    # A number does not begin with a zero.
    formats = own.get(locale.code) or locale.items("building_number_formats")
    return [(re.sub(r"(?<![#%$])#", "%", text), weight) for text, weight in formats]


def tokens(locale):
    """Lists of formats or texts that have no attribute of their own."""
    address = locale.address
    if locale.code == "ja_JP":
        return {
            # Without the office towers that have a place of their own.
            "town": [item for item in locale.items("towns") if "タワー" not in item[0]],
            "chome": [(f"{number}丁目", 1) for number in range(1, 10)],
            "ban": [(f"{number}番", 1) for number in range(1, 28)],
            "gou": [(f"{number}号", 1) for number in range(1, 21)],
        }
    if locale.code == "fr_FR":
        suffixes = [suffix if suffix[0] == "-" else suffix.lower() for suffix in address.city_suffixes]
        return {"city_suffix": weighted(suffixes)}
    if locale.code == "zh_CN":
        return {"city_name": locale.items("cities")}
    if locale.code == "el_GR":
        return {
            "street": locale.items("localities"),
            "street_prefix": weighted(address.street_prefixes_short + address.street_prefixes_long),
        }
    if locale.code == "es_CL":
        variants = [name for names in address.historic_people_street_names for name in names]
        return {"historic_people_street_name": weighted(variants)}
    if locale.code == "da_DK":
        return {"dk_street_name": locale.items("street_names")}
    if locale.code == "pl_PL":
        return {
            "street_adjective": locale.items("streets_adjective_feminine"),
            "street_other": locale.items("streets_universal"),
        }
    if locale.code == "ru_RU":
        return russian_streets(address)
    if locale.code == "uk_UA":
        return ukrainian_streets(address)
    return {}


def russian_streets(address):
    """As `street_name` of Faker's Russian provider declines them."""

    def masculine(title):
        stem = title[:-2]
        regular = stem + ("ий" if stem.endswith(("ск", "цк")) else "ый")
        return address.street_titles_irregular_masc.get(title, regular)

    def neuter(title):
        return address.street_titles_irregular_neu.get(title, title[:-2] + "ое")

    titles, fixed = list(address.street_titles), list(address.street_titles_noflex)
    return {
        "street_feminine": weighted(titles + fixed),
        "street_masculine": weighted([masculine(title) for title in titles] + fixed),
        "street_neuter": weighted([neuter(title) for title in titles] + fixed),
    }


def ukrainian_streets(address):
    """Faker puts any prefix before any title; here adjectives agree, and a title with a noun needs none."""
    groups = {"street_masculine": [], "street_whole": [], "street_other": []}
    for title in address.street_titles:
        # One is written with a Latin i.
        title = title.replace("i", "і")
        if re.search(
            r"\b(Лінія|дорог[аи]|узвіз|тупик|шосе|бульвар|площа|провулок|вулиця)\b",
            title,
        ):
            groups["street_whole"].append(title)
        elif re.search(r"(ий|ій)( \d+-й)?$", title):
            groups["street_masculine"].append(title)
        else:
            groups["street_other"].append(title)
    return {name: weighted(titles) for name, titles in groups.items()}
