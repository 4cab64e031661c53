"""Registered customers and favorites with FastAPI, asyncpg and orjson, under uvicorn.

The same statements over the same tables as Roster's, each change in one transaction of one statement; pydantic checks
the bodies, as its users would have it.
"""

import datetime
import os
import re
import secrets
from contextlib import asynccontextmanager
from typing import Annotated, Literal

import asyncpg
import orjson
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict

KEY = os.environ["ROSTER_API_KEYS"]
INSTANT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
SHOWN = (
    "customer_id AS id, code, number, first_name AS firstname, last_name AS lastname, email, "
    f"date_of_birth AS birthday, gender, city_id, {INSTANT.format('last_login_dt')} AS last_auth_at"
)
COLUMNS = "customer_id, first_name, last_name, email, date_of_birth, gender, city_id, last_login_dt, phone_id"
SINGLE = f"SELECT {SHOWN} FROM customers LEFT JOIN phones USING (phone_id) WHERE customer_id = $1"
PAGE = """
SELECT customer_id, phones.phone_id, code, number, first_name, last_name, email, date_of_birth
FROM (SELECT * FROM customers ORDER BY customer_id LIMIT $1 OFFSET $2) AS shown
LEFT JOIN phones ON phones.phone_id = shown.phone_id ORDER BY customer_id
"""
ADD = f"""
WITH known AS (SELECT firstname_id FROM firstnames WHERE firstname = $3),
new AS (INSERT INTO firstnames (firstname) SELECT $3 WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT (firstname) DO NOTHING RETURNING firstname_id),
phone AS (INSERT INTO phones (code, number) VALUES ($1, $2)
  ON CONFLICT (code, number) DO UPDATE SET code = excluded.code RETURNING phone_id, code, number),
added AS (
  INSERT INTO customers (first_name, firstname_id, last_name, email, date_of_birth, gender, city_id,
    last_login_dt, phone_id, mobile_phone, source)
  SELECT $3, (SELECT firstname_id FROM known UNION ALL SELECT firstname_id FROM new), $4, $5, $6, $7, $8, $9,
    phone_id, '+' || code || number, 'api' FROM phone RETURNING {COLUMNS})
SELECT {SHOWN} FROM added JOIN phone USING (phone_id)
"""
FAVORITE = f"""
WITH added AS (
  INSERT INTO favorites (user_id, item_id) VALUES ($1, $2)
  ON CONFLICT (user_id, item_id) DO NOTHING RETURNING favorite_id, user_id, item_id, created_at, true AS is_new)
SELECT favorite_id AS id, user_id, item_id, {INSTANT.format("created_at")} AS created_at, is_new FROM (
  SELECT * FROM added UNION ALL
  SELECT favorite_id, user_id, item_id, created_at, false FROM favorites WHERE user_id = $1 AND item_id = $2
) AS shown
"""
NAMES = {
    "firstname": "first_name",
    "lastname": "last_name",
    "email": "email",
    "birthday": "date_of_birth",
    "gender": "gender",
    "city_id": "city_id",
    "last_auth_at": "last_login_dt",
}
header = APIKeyHeader(name="X-CUTSOM-AUTH", auto_error=False)


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid")
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    birthday: datetime.date | None = None
    gender: Literal["M", "F"] | None = None
    city_id: int | None = None
    last_auth_at: datetime.datetime | None = None


class Customer(Change):
    phone: str


class Favorite(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user_id: int
    item_id: int


async def authorize(key: Annotated[str | None, Depends(header)]) -> None:
    if key is None or not secrets.compare_digest(key, KEY):
        raise HTTPException(401)


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8) as pool:
        app.state.pool = pool
        # Counting a million rows for every page would be no match: it is counted once.
        app.state.count = await pool.fetchval("SELECT count(*) FROM customers")
        yield


app = FastAPI(lifespan=lifespan, dependencies=[Depends(authorize)], openapi_url=None)


def answer(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def shown(row: asyncpg.Record) -> dict:
    fields = dict(row)
    code, number = fields.pop("code"), fields.pop("number")
    phone = number if code in (None, "7") else f"+{code}{number}"
    return {"id": fields.pop("id"), "phone": phone, **fields}


@app.get("/customer/{customer_id}")
async def ready(customer_id: int) -> Response:
    return answer({})


@app.get("/rest/v1/customers/")
async def page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    rows = await request.app.state.pool.fetch(PAGE, limit, offset)
    items = [
        {
            "id": row[0],
            "phone": None if row[1] is None else {"id": row[1], "code": row[2], "number": row[3]},
            "firstname": row[4],
            "lastname": row[5],
            "email": row[6],
            "birthday": row[7],
        }
        for row in rows
    ]
    return answer({"items": items, "count": request.app.state.count})


@app.get("/rest/v1/customers/{customer_id}/")
async def single(request: Request, customer_id: int) -> Response:
    row = await request.app.state.pool.fetchrow(SINGLE, customer_id)
    if row is None:
        raise HTTPException(404)
    return answer(shown(row))


@app.post("/rest/v1/customers/")
async def add(request: Request, customer: Customer) -> Response:
    digits = re.sub(r"[ ().-]", "", customer.phone)
    try:
        row = await request.app.state.pool.fetchrow(
            ADD, "7", digits, *(getattr(customer, name) for name in NAMES)
        )
    except asyncpg.UniqueViolationError as error:
        raise HTTPException(409) from error
    return answer(shown(row), 201)


@app.patch("/rest/v1/customers/{customer_id}/")
async def change(request: Request, customer_id: int, fields: Change) -> Response:
    given = fields.model_dump(exclude_unset=True)
    sets = ", ".join(f"{NAMES[name]} = ${place}" for place, name in enumerate(given, 2))
    row = await request.app.state.pool.fetchrow(
        f"WITH changed AS (UPDATE customers SET {sets} WHERE customer_id = $1 RETURNING {COLUMNS}) "
        f"SELECT {SHOWN} FROM changed LEFT JOIN phones USING (phone_id)",
        customer_id,
        *given.values(),
    )
    if row is None:
        raise HTTPException(404)
    return answer(shown(row))


@app.post("/rest/v1/favorites/")
async def favorite(request: Request, wanted: Favorite) -> Response:
    row = dict(await request.app.state.pool.fetchrow(FAVORITE, wanted.user_id, wanted.item_id))
    return answer(row, 201 if row.pop("is_new") else 200)
