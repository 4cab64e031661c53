"""Imports registered users as one would in Python: pyodbc reads, psycopg2 writes, a thousand rows at a time.

pyodbc_import.py CONNECTION-STRING POSTGRESQL-URL
"""

import re
import sys

import psycopg2
import pyodbc
from psycopg2.extras import execute_values

BATCH = 1000


def normalized(phone: str) -> tuple[str, str]:
    digits = re.sub(r"\D", "", phone)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    return "7", digits


def ids(cursor, statement: str, values: set) -> dict:
    """The ids of values, those that are new included."""
    return {row[1:]: row[0] for row in execute_values(cursor, statement, sorted(values), fetch=True)}


def merge(cursor, rows: list) -> None:
    phones = ids(
        cursor,
        """INSERT INTO phones (code, number) VALUES %s
        ON CONFLICT (code, number) DO UPDATE SET number = excluded.number RETURNING phone_id, code, number""",
        {normalized(row.phone) for row in rows},
    )
    names = ids(
        cursor,
        """INSERT INTO firstnames (firstname) VALUES %s
        ON CONFLICT (firstname) DO UPDATE SET firstname = excluded.firstname RETURNING firstname_id, firstname""",
        {(row.firstname.strip(),) for row in rows},
    )
    execute_values(
        cursor,
        """INSERT INTO customers (source, source_ref, phone_id, mobile_phone, firstname_id, first_name, last_name,
          email, date_of_birth, gender, city_id, last_login_dt) VALUES %s
        ON CONFLICT (source, source_ref) WHERE source_ref IS NOT NULL DO UPDATE SET
          phone_id = excluded.phone_id, mobile_phone = excluded.mobile_phone,
          firstname_id = excluded.firstname_id, first_name = excluded.first_name,
          last_name = excluded.last_name, email = excluded.email, date_of_birth = excluded.date_of_birth,
          gender = excluded.gender, city_id = excluded.city_id, last_login_dt = excluded.last_login_dt""",
        [
            (
                "mssql",
                str(row.id),
                phones[phone := normalized(row.phone)],
                f"+{phone[0]}{phone[1]}",
                names[(row.firstname.strip(),)],
                row.firstname.strip(),
                row.lastname.strip(),
                row.email.strip(),
                row.birthday,
                row.gender,
                row.city_id,
                row.last_auth_at,
            )
            for row in rows
        ],
        page_size=BATCH,
    )


def main(source: str, target: str) -> None:
    reader = pyodbc.connect(source).cursor()
    reader.execute("SELECT * FROM people")
    with psycopg2.connect(target) as connection, connection.cursor() as cursor:
        while rows := reader.fetchmany(BATCH):
            merge(cursor, rows)
            connection.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
