"""All of POST /customers into a CSV, one page after the other, as the original task leads to.

requests_exporter.py URL FILE LAST     stops behind the id LAST; the key is in ROSTER_API_KEY
"""

import csv
import os
import sys

import requests

url, file, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
session = requests.Session()
session.headers["X-CUTSOM-AUTH"] = os.environ["ROSTER_API_KEY"]

rows = 0
with open(file, "w", newline="", encoding="utf-8") as output:
    writer = None
    previous = 0
    while previous < last:
        answer = session.post(
            f"{url}/customers", params={"previous_id": previous, "records": 1000}, timeout=60
        )
        answer.raise_for_status()
        page = answer.json()
        if not page:
            break
        if writer is None:
            writer = csv.DictWriter(output, page[0].keys(), lineterminator="\n")
            writer.writeheader()
        writer.writerows(page)
        rows += len(page)
        previous = page[-1]["customer_id"]
print(rows)
