\set id random(1, :rows)
SELECT customer_id, first_name, last_name, date_of_birth, email, last_login_dt, last_login_ip, country_origin, home_country, home_city, home_street, home_building_number, work_country, work_city, work_street, work_building_number, mobile_phone, home_phone, work_phone FROM customers WHERE customer_id = :id
