"""Mobile and fixed-line numbers of each locale, with the country's calling code, in Faker's notation.

Faker's formats that have the code are taken; national ones get it in place of the trunk digit. Where Faker
does not tell mobile from fixed lines, the first digits are set to what the country has for either.
"""

import re

from faker_extract.locales import replace, select


def phones(locale):
    """(mobile, home, work): three lists of formats."""
    mobile, fixed = NUMBERS[locale.code](locale)
    work = fixed
    if locale.code == "en_US":
        work = fixed + select(locale.phone_formats, r"^\+1.*x")
    return mobile, fixed, work


def code(calling_code, items, trunk="0"):
    """National formats made international: brackets and the trunk digit go."""
    return replace(
        replace(items, r"^\(?" + trunk, "") if trunk else items,
        "^",
        f"+{calling_code} ",
    )


def one_of(codes):
    return "{{" + codes.replace(" ", "|") + "}}"


def areas(format, codes):
    """A format for each of the codes, put where `@` stands."""
    return [(format.replace("@", str(code)), 1) for code in codes]


def north_american(locale):
    formats = locale.phone_formats
    local = select(formats, r"^[($][^x]*[-.][^x]*$")
    numbers = select(formats, r"^\+1-[^x]*$") + code(1, local, trunk="")
    return numbers, numbers


def british(locale):
    # Faker has Ofcom's numbers for drama, a thousand of them. Their areas and spacings are kept.
    found = {re.match(r"0(1\d1|11\d|2[0349])\b", text) for text, _ in locale.phone_formats}
    codes = sorted({match.group(1) for match in found if match})
    fixed = areas("+44@ $######", codes)
    fixed += areas("+44 @ $### ####", [area for area in codes if area[0] == "2"])
    fixed += areas("+44 @ $## ####", [area for area in codes if area[0] != "2"])
    mobile = select(locale.items("cellphone_formats"), r"^\+44[^(]*$")
    return replace(mobile, r"7700( ?)900( ?)###", r"7{{3|4|5|7|8|9}}##\1###\2###"), fixed


def german(locale):
    formats = select(locale.phone_formats, r"^\+49")
    return (
        replace(select(formats, r"#{4}"), r"\)( ?)##", r")\1{{15|16|17}}"),
        replace(formats, r"\)( ?)#", r")\1$"),
    )


def austrian(locale):
    def filled(items, token, values):
        return [
            (text.replace("{{" + token + "}}", value), weight)
            for text, weight in select(items, r"^\+43")
            for value, _ in values
        ]

    return (
        filled(
            locale.items("cellphone_formats"),
            "dialing_code",
            locale.items("dialing_codes"),
        ),
        filled(
            locale.items("landline_formats"),
            "area_code",
            locale.items("area_code_formats"),
        ),
    )


def french(locale):
    def numbers(first):
        codes = select(locale.items("area_codes"), f"^[{first}]")
        return [
            (text.replace("{{area_code_with_separator}}", f"{area[0]} {area[1:]}"), 1)
            for text, _ in select(locale.phone_formats, r"^\+33")
            for area, _ in codes
        ]

    return numbers("67"), numbers("1-5")


def spanish(locale):
    formats = locale.phone_formats
    return select(formats, r"^\+34 ?(6|7[1-4])"), select(formats, r"^\+34 ?(9[1-8]|8[1-8])")


def italian(locale):
    # Faker leaves the length open; a mobile number has ten digits.
    codes = locale.items("area_codes")
    return (
        areas("+39 @######", [area for area, _ in select(codes, "^3")]),
        areas("+39 @#####", [area for area, _ in select(codes, "^0")]),
    )


def brazilian(locale):
    fixed = select(locale.phone_formats, r"^\+55 \d\d #")
    return select(locale.items("cellphone_formats"), r"^\+55"), replace(fixed, " #", " {{2|3|4|5}}")


def polish(locale):
    formats = select(locale.phone_formats, r"^\+48")
    fixed = select(formats, r"^\+48 (22|32)")
    return [item for item in formats if item not in fixed], fixed


def dutch(locale):
    formats = select(locale.phone_formats, r"^\+31(\(0\))?## ")
    return replace(formats, "##", "6$"), replace(
        formats, "##", one_of("10 20 30 40 50 70 13 15 23 24 26 33 35 38 43")
    )


def swedish(locale):
    formats = locale.phone_formats
    mobile = code(46, select(formats, r"^0##-### ## ##"))
    return replace(mobile, "##", "7{{0|2|3|6|9}}"), select(formats, r"^\+46 \(0\)8") + replace(
        select(formats, r"^\+46 \(0\)## "),
        "##",
        one_of("11 13 18 19 21 31 33 35 36 40 46 54 60 63 90"),
    )


def czech(locale):
    mobile = select(locale.phone_formats, r"^\+420")
    # Faker has none with a fixed line; they look the same.
    return mobile, [("+420 {{2|3|4|5}}## ### ###", 1)]


def slovak(locale):
    formats = select(locale.phone_formats, r"^\+421")
    return select(formats, r"^\+421 9"), select(formats, r"^\+421 [2-5]")


def finnish(locale):
    formats = select(locale.phone_formats, r"^\+358")
    return replace(formats, "##", one_of("40 41 44 45 46 50")), replace(
        formats, "##", one_of("13 14 15 16 17 18 19 23 28")
    )


def danish(locale):
    formats = replace(select(locale.phone_formats, r"^\+45"), "#", "$")
    return formats, formats


def chilean(locale):
    def filled(pattern, values):
        return [
            (re.sub(r"\{\{ \w+ \}\}", "{{" + "|".join(values) + "}}", text), weight)
            for text, weight in select(locale.phone_formats, pattern)
        ]

    return (
        filled("cellphone_block", list(locale.phone.cellphone_blocks)),
        filled(r"^\+56 2|landline_code", list(locale.phone.landline_codes)),
    )


def russian(locale):
    formats = select(locale.phone_formats, r"^\+7")
    return replace(formats, "###", "9##"), replace(formats, "###", "{{3|4|8}}##")


def ukrainian(locale):
    formats = select(locale.phone_formats, r"^\+380")
    return replace(formats, "##", one_of("50 63 66 67 68 73 93 95 96 97 98 99")), replace(
        formats, "##", one_of("32 34 37 38 41 43 44 46 47 48 51 52 56 57 61")
    )


def greek(locale):
    formats = locale.phone_formats
    return select(formats, r"^\+30 ?69"), select(formats, r"^\+30 ?2")


def armenian(locale):
    formats = [(re.sub(r"[()]", "", text).replace(".", " "), weight) for text, weight in locale.phone_formats]
    return code(374, select(formats, "^9"), trunk=""), code(374, select(formats, "^[123]"), trunk="")


def georgian(locale):
    formats = select(locale.phone_formats, r"^\+995")
    return replace(select(formats, r"^\+995 ?\(?###"), "#", "5"), select(formats, r"^\+995 \(?3")


def chinese(locale):
    # Faker has mobile numbers only; the fixed lines are of the cities with two-digit areas.
    return code(86, locale.phone_formats, trunk=""), areas(
        "+86 @ ########", (10, 20, 21, 22, 23, 24, 25, 27, 28, 29)
    )


def japanese(locale):
    formats = locale.phone_formats
    mobile = code(81, select(formats, "^0"))
    fixed = replace(select(formats, "^##-"), "##", "+81 {{3|6}}")
    return mobile, fixed + areas("+81 @-###-####", range(42, 48))


def korean(locale):
    formats = locale.phone_formats
    return code(82, select(formats, "^01")), code(82, select(formats, "^0[2-6]"))


def indian(locale):
    formats = locale.phone_formats
    mobile = select(formats, r"^\+91")
    fixed = replace(select(formats, "^0##-"), "##", one_of("11 20 22 33 40 44 79 80"))
    return replace(mobile, "#", "{{6|7|8|9}}"), code(91, fixed)


def algerian(locale):
    fixed = one_of("21 23 24 25 26 27 29 31 32 33 34 35 36 37 38 39 41 43 45 46 48 49")
    token = r"\{\{\w+\}\}"
    return (
        replace(select(locale.items("cellphone_formats"), r"^\+213"), token, "{{5|6|7}}"),
        replace(select(locale.items("telephone_formats"), r"^\+213"), token, fixed),
    )


# fmt: off
NUMBERS = {
    "en_US": north_american, "en_GB": british, "de_DE": german, "fr_FR": french,
    "es_ES": spanish, "it_IT": italian, "pt_BR": brazilian, "pl_PL": polish,
    "nl_NL": dutch, "sv_SE": swedish, "cs_CZ": czech, "sk_SK": slovak,
    "fi_FI": finnish, "da_DK": danish, "de_AT": austrian, "es_CL": chilean,
    "ru_RU": russian, "uk_UA": ukrainian, "el_GR": greek, "hy_AM": armenian,
    "ka_GE": georgian, "zh_CN": chinese, "ja_JP": japanese, "ko_KR": korean,
    "hi_IN": indian, "ar_DZ": algerian,
}
# fmt: on
