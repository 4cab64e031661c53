"""The compact binary resource: lists of texts and formats, and the locales that use them.

Sources/CPersonaData/README.md describes the bytes; Sources/Personas/PersonaData.swift reads them.
"""

import re
import struct
from fractions import Fraction

MAGIC = b"ROSTERPD"
VERSION = 1
HEADER = struct.Struct("<8sIIIIII")
LIST = struct.Struct("<IIII")
LOCALE = struct.Struct("<15I")

# The kinds of a list.
WEIGHTED = 1
FORMATS = 2
NAMES = 4

# The operations of a format.
DIGITS, DIGIT_1_9, DIGIT_2_9, REFERENCE, LITERAL = 1, 2, 3, 4, 5

# What stands in a scratch of the reader: no expansion may be longer.
LONGEST = 200

TOKEN = re.compile(r"\{\{ *([^{} ]+) *\}\}|(#+)|(%)|(\$)|([^{#%$]+|\{)")


class Resource:
    """Collects lists and locales, and gives the bytes."""

    def __init__(self):
        self.lists = []  # (flags, [(weight, (bytes, length of the text in them))], longest expansion)
        self.by_content = {}
        self.locales = []

    def literals(self, items, ascii_forms=None):
        """A list of plain texts; with `ascii_forms` (text -> ASCII) a list of names."""
        rows = []
        for text, weight in repeated(merged(items)):
            data = text.encode()
            length = len(data)
            if ascii_forms is not None:
                form = ascii_forms(text)
                # Nothing stands for the text in lower case.
                data += counted(b"" if text.isalpha() and text.lower() == form else form.encode("ascii"))
            rows.append((weight, (data, length), length))
        return self._add(NAMES if ascii_forms is not None else 0, rows)

    def formats(self, items, resolve):
        """A list of formats in Faker's notation: `#`, `%`, `$`, and `{{token}}`, for which `resolve` gives
        the number of a list; `{{a|b}}` is one of these texts."""
        rows = []
        for text, weight in merged(items):
            data, longest = self._compiled(text, resolve)
            rows.append((weight, (data, len(data)), longest))
        return self._add(FORMATS, rows)

    def _compiled(self, text, resolve):
        data, longest, end = b"", 0, 0
        for match in TOKEN.finditer(text):
            assert match.start() == end, f"no such format: {text!r}"
            end = match.end()
            token, digits, one_to_nine, two_to_nine, literal = match.groups()
            if token:
                alternatives = [(word, 1) for word in token.split("|")]
                number = self.literals(alternatives) if "|" in token else resolve(token)
                data += struct.pack("<BH", REFERENCE, number)
                longest += self.lists[number][2]
            elif digits:
                longest += len(digits)
                for start in range(0, len(digits), 8):
                    data += bytes([DIGITS, len(digits[start : start + 8])])
            elif one_to_nine or two_to_nine:
                longest += 1
                data += bytes([DIGIT_1_9 if one_to_nine else DIGIT_2_9])
            else:
                longest += len(literal.encode())
                data += bytes([LITERAL]) + counted(literal.encode())
        assert end == len(text), f"no such format: {text!r}"
        return data, longest

    def _add(self, flags, rows):
        assert rows, "an empty list"
        longest = max(length for _, _, length in rows)
        assert longest <= LONGEST, f"too long: {rows[0]}"
        weights = [weight for weight, _, _ in rows]
        if len(set(weights)) > 1:
            flags |= WEIGHTED
        key = (flags, tuple((weight, text) for weight, text, _ in rows))
        if key not in self.by_content:
            self.by_content[key] = len(self.lists)
            self.lists.append((flags, [(weight, text) for weight, text, _ in rows], longest))
        return self.by_content[key]

    def add_locale(self, weight, code, country, calling_code, region, lists):
        """A locale; `lists` are the numbers of its eleven lists, in the order of the README."""
        assert len(lists) == 11
        code, country = ((text.encode(), len(text.encode())) for text in (code, country))
        self.locales.append((weight, code, country, calling_code, region, lists))

    def bytes(self, countries):
        """The resource. `countries` is the list of all countries, for those who were born abroad."""
        country_list = self.literals(countries)
        pool = {}
        list_at = HEADER.size
        locale_at = list_at + LIST.size * (len(self.lists) + 1)
        entries_at = locale_at + LOCALE.size * len(self.locales)
        locales = [
            (weight, locale_at + LOCALE.size * index) for index, (weight, *_) in enumerate(self.locales)
        ]
        sizes = [(8 if flags & WEIGHTED else 4) * len(rows) for flags, rows, _ in self.lists]
        sizes.append(8 * len(locales))
        pool_at = entries_at + sum(sizes)
        pool_size = 0

        def stored(text):
            """Where a text lies, and how long it is, in one number."""
            nonlocal pool_size
            data, length = text
            if data not in pool:
                pool[data] = pool_at + pool_size
                pool_size += len(data)
            assert length < 2**8 and pool[data] < 2**24
            return length << 24 | pool[data]

        directory, entries, position = b"", b"", entries_at
        contents = [
            (flags, [(weight, stored(text)) for weight, text in rows]) for flags, rows, _ in self.lists
        ] + [(WEIGHTED, locales)]
        for (flags, rows), size in zip(contents, sizes, strict=True):
            directory += LIST.pack(position, len(rows), flags, 0)
            if flags & WEIGHTED:
                entries += b"".join(struct.pack("<IHH", *row) for row in alias_table(rows))
            else:
                entries += b"".join(struct.pack("<I", text) for _, text in rows)
            position += size
        records = b"".join(
            LOCALE.pack(stored(code), stored(country), calling_code, region, *lists)
            for _, code, country, calling_code, region, lists in self.locales
        )
        # The reader copies sixteen bytes at a time and may look that far beyond the last text.
        text = b"".join(pool) + bytes(16)
        total = pool_at + len(text)
        header = HEADER.pack(
            MAGIC,
            VERSION,
            total,
            len(contents),
            len(self.locales),
            country_list,
            locale_at,
        )
        return header + directory + records + entries + text


def counted(data):
    """The bytes behind their length."""
    assert len(data) < 256
    return bytes([len(data)]) + data


def merged(items):
    """Texts with their exact weights, in the order of the texts (some of Faker's lists are made from sets);
    a text that stands there twice has the sum."""
    weights = {}
    for text, weight in items:
        weights[text] = weights.get(text, 0) + Fraction(str(weight))
    return [(text, weight) for text, weight in sorted(weights.items()) if weight > 0]


def repeated(items):
    """Small whole weights as so many equal rows, where that takes less room than an alias table."""
    if all(weight.denominator == 1 for _, weight in items) and sum(w for _, w in items) <= 2 * len(items):
        return [(text, 1) for text, weight in items for _ in range(int(weight))]
    return items


def alias_table(rows):
    """Walker's alias table (Vose's method) over (weight, text), in exact arithmetic.

    Each row is (text, threshold, other): of 2^16 draws of this row, `threshold` mean `text`, and the rest
    mean the text of row `other`.
    """
    assert len(rows) <= 2**16
    total = sum(weight for weight, _ in rows)
    share = [weight * len(rows) / total for weight, _ in rows]
    small = [index for index, value in enumerate(share) if value < 1]
    large = [index for index, value in enumerate(share) if value >= 1]
    other = list(range(len(rows)))
    while small and large:
        low, high = small.pop(), large.pop()
        other[low] = high
        share[high] -= 1 - share[low]
        (small if share[high] < 1 else large).append(high)
    return [
        (text, min(round(share[index] * 2**16), 2**16 - 1), other[index])
        for index, (_, text) in enumerate(rows)
    ]
