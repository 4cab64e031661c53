"""GET /customer/{id} and POST /customers with Flask and psycopg2, under gunicorn.

It is what the original task leads to. Each thread of a worker keeps a connection; the driver makes
dictionaries, Flask makes JSON.
"""

import os
import secrets
import threading

import psycopg2
import psycopg2.extras
from flask import Flask, Response, abort, jsonify, request

KEY = os.environ["ROSTER_API_KEYS"]
COLUMNS = (
    "customer_id, first_name, last_name, to_char(date_of_birth, 'YYYY-MM-DD') AS date_of_birth, email, "
    "to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt, last_login_ip, "
    "country_origin, home_country, home_city, home_street, home_building_number, "
    "work_country, work_city, work_street, work_building_number, mobile_phone, home_phone, work_phone"
)
SINGLE = f"SELECT {COLUMNS} FROM customers WHERE customer_id = %s"
PAGE = f"SELECT {COLUMNS} FROM customers WHERE customer_id > %s ORDER BY customer_id LIMIT %s"

app = Flask(__name__)
app.json.ensure_ascii = False
app.json.sort_keys = False
app.json.compact = True
kept = threading.local()


def fetch(statement: str, *values: int) -> list[dict]:
    if not hasattr(kept, "connection"):
        kept.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        kept.connection.autocommit = True
    with kept.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@app.before_request
def authorize() -> None:
    if not secrets.compare_digest(request.headers.get("X-CUTSOM-AUTH", ""), KEY):
        abort(401)


@app.get("/customer/<int:customer_id>")
def customer(customer_id: int) -> Response:
    rows = fetch(SINGLE, customer_id)
    if not rows:
        abort(404)
    return jsonify(rows[0])


@app.post("/customers")
def customers() -> Response:
    previous_id = request.values.get("previous_id", type=int)
    records = request.values.get("records", 100, type=int)
    if previous_id is None or not 1 <= records <= 1000:
        abort(400)
    return jsonify(fetch(PAGE, previous_id, records))
