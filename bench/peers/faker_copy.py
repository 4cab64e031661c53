"""Customers from Python's Faker into PostgreSQL with psycopg2's COPY, one process.

faker_copy.py URL ROWS
"""

import csv
import io
import random
import sys

import psycopg2
from faker import Faker

LOCALES = {
    "en_US": 3, "de_DE": 2, "fr_FR": 2, "es_ES": 1, "it_IT": 1, "pl_PL": 1,
    "ru_RU": 1, "uk_UA": 1, "ja_JP": 1, "pt_BR": 1, "nl_NL": 1, "cs_CZ": 1,
}  # fmt: skip
COLUMNS = (
    "customer_id", "first_name", "last_name", "date_of_birth", "email", "last_login_dt", "last_login_ip",
    "country_origin", "home_country", "home_city", "home_street", "home_building_number",
    "work_country", "work_city", "work_street", "work_building_number",
    "mobile_phone", "home_phone", "work_phone",
)  # fmt: skip

chance = random.Random(1)
Faker.seed(1)
faker = Faker(LOCALES)
pools = [faker[locale] for locale in LOCALES]
weights = list(LOCALES.values())


def unless(percent: int, value):
    """None in so many of a hundred cases."""
    return None if chance.random() * 100 < percent else value


def customer(identifier: int) -> tuple:
    [local] = chance.choices(pools, weights)
    country = local.current_country()
    first, last = local.first_name(), local.last_name()
    login = unless(10, local.date_time_between("-2y"))
    return (
        identifier, first, last, unless(15, local.date_of_birth(minimum_age=18, maximum_age=90)),
        f"{local.user_name()}{identifier}@example.org",
        login and login.isoformat(sep=" ", timespec="milliseconds"), login and local.ipv4(),
        unless(15, country), country, local.city(), local.street_name(), local.building_number(),
        country, local.city(), local.street_name(), local.building_number(),
        unless(10, local.phone_number()), unless(57, local.phone_number()), unless(22, local.phone_number()),
    )  # fmt: skip


url, rows = sys.argv[1], int(sys.argv[2])
with psycopg2.connect(url) as connection, connection.cursor() as cursor:
    for start in range(1, rows + 1, 10_000):
        text = io.StringIO()
        csv.writer(text).writerows(map(customer, range(start, min(start + 10_000, rows + 1))))
        text.seek(0)
        cursor.copy_expert(f"COPY customers ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)", text)
