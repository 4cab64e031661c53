"""GET /customer/{id} and POST /customers with FastAPI, asyncpg and orjson, under uvicorn.

Tuned as its users would: uvloop and httptools, a pool with prepared statements, times formatted by
PostgreSQL, orjson straight into the response, no response model.
"""

import os
import secrets
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import orjson
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import APIKeyHeader

KEY = os.environ["ROSTER_API_KEYS"]
COLUMNS = (
    "customer_id, first_name, last_name, date_of_birth, email, "
    "to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt, last_login_ip, "
    "country_origin, home_country, home_city, home_street, home_building_number, "
    "work_country, work_city, work_street, work_building_number, mobile_phone, home_phone, work_phone"
)
SINGLE = f"SELECT {COLUMNS} FROM customers WHERE customer_id = $1"
PAGE = f"SELECT {COLUMNS} FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2"

header = APIKeyHeader(name="X-CUTSOM-AUTH", auto_error=False)


async def authorize(key: Annotated[str | None, Depends(header)]) -> None:
    if key is None or not secrets.compare_digest(key, KEY):
        raise HTTPException(401)


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, dependencies=[Depends(authorize)], openapi_url=None)


def answer(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


@app.get("/customer/{customer_id}")
async def customer(request: Request, customer_id: int) -> Response:
    row = await request.app.state.pool.fetchrow(SINGLE, customer_id)
    if row is None:
        raise HTTPException(404)
    return answer(dict(row))


@app.post("/customers")
async def customers(
    request: Request, previous_id: int, records: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Response:
    rows = await request.app.state.pool.fetch(PAGE, previous_id, records)
    return answer([dict(row) for row in rows])
