"""000's contract in Flask and nothing more: what the exporter must get along with.

    flask_app.py PORT KEY ROWS.json

ROWS.json holds a list of lists: for each customer the values in the order of COLUMNS, None for null.
"""

import json
import sys
from bisect import bisect_right

from flask import Flask, abort, jsonify, request

COLUMNS = (
    "customer_id first_name last_name date_of_birth email last_login_dt last_login_ip country_origin "
    "home_country home_city home_street home_building_number work_country work_city work_street "
    "work_building_number mobile_phone home_phone work_phone"
).split()

app = Flask(__name__)
port, key, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(path, encoding="utf-8") as file:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in json.load(file)]
ids = [row["customer_id"] for row in rows]


@app.before_request
def authorize():
    if request.headers.get("X-CUTSOM-AUTH") != key:
        abort(401)


@app.post("/customers")
def customers():
    arguments = request.values if not request.is_json else request.get_json()
    try:
        previous_id = int(arguments["previous_id"])
        records = int(arguments.get("records", 100))
    except (KeyError, ValueError):
        abort(400)
    if not 1 <= records <= 1000:
        abort(400)
    start = bisect_right(ids, previous_id)
    return jsonify(rows[start : start + records])


@app.get("/customer/<int:customer_id>")
def customer(customer_id):
    found = bisect_right(ids, customer_id) - 1
    if found < 0 or ids[found] != customer_id:
        abort(404)
    return jsonify(rows[found])


if __name__ == "__main__":
    app.run(port=port, threaded=True)
