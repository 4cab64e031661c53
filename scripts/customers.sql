-- What an export has to be, byte for byte: all customers as PostgreSQL itself writes them.
COPY (
  SELECT customer_id, first_name, last_name, date_of_birth, email,
    to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt, last_login_ip,
    country_origin, home_country, home_city, home_street, home_building_number, work_country, work_city, work_street,
    work_building_number, mobile_phone, home_phone, work_phone
  FROM customers
  ORDER BY customer_id
) TO STDOUT CSV HEADER;
