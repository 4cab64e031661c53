-- What each table and column is, in the database itself: docs/objects.md is made from it, and psql's \d+ shows it.
COMMENT ON TABLE customers IS 'All customers, whatever they came from. Registered ones have a phone in `phones`.';
COMMENT ON COLUMN customers.customer_id IS 'The key, 1 or more; `id` of a registered customer.';
COMMENT ON COLUMN customers.first_name IS 'First name; `firstname` of a registered customer.';
COMMENT ON COLUMN customers.last_name IS 'Last name; `lastname` of a registered customer.';
COMMENT ON COLUMN customers.date_of_birth IS 'Day of birth, in the years 1 to 9999; `birthday` of a registered customer.';
COMMENT ON COLUMN customers.email IS 'E-mail address.';
COMMENT ON COLUMN customers.last_login_dt IS
  'Last log-in, to the millisecond, in the years 1 to 9999 of UTC; `last_auth_at` of a registered customer.';
COMMENT ON COLUMN customers.last_login_ip IS 'Address of the last log-in, IPv4 or IPv6.';
COMMENT ON COLUMN customers.country_origin IS 'Country of origin.';
COMMENT ON COLUMN customers.home_country IS 'Country of the home address.';
COMMENT ON COLUMN customers.home_city IS 'City of the home address.';
COMMENT ON COLUMN customers.home_street IS 'Street of the home address.';
COMMENT ON COLUMN customers.home_building_number IS 'Building of the home address.';
COMMENT ON COLUMN customers.work_country IS 'Country of the work address.';
COMMENT ON COLUMN customers.work_city IS 'City of the work address.';
COMMENT ON COLUMN customers.work_street IS 'Street of the work address.';
COMMENT ON COLUMN customers.work_building_number IS 'Building of the work address.';
COMMENT ON COLUMN customers.mobile_phone IS
  'Mobile phone as text; for a registered customer `+`, code and number of his row in `phones`.';
COMMENT ON COLUMN customers.home_phone IS 'Phone at home, as text.';
COMMENT ON COLUMN customers.work_phone IS 'Phone at work, as text.';
COMMENT ON COLUMN customers.gender IS '`M` or `F`.';
COMMENT ON COLUMN customers.city_id IS 'City, by a number of the source''s own.';
COMMENT ON COLUMN customers.phone_id IS 'The phone of a registered customer, a row of `phones`; no two have the same.';
COMMENT ON COLUMN customers.firstname_id IS 'The row of `firstnames` with `first_name`, where the row was registered.';
COMMENT ON COLUMN customers.source IS 'Where the row was born: `generator`, `api`, or the name of an import.';
COMMENT ON COLUMN customers.source_ref IS 'What the row is called there; unique within a source.';

COMMENT ON TABLE loads IS 'Loads of the generator: which ids it fills, and how far it is.';
COMMENT ON COLUMN loads.load_id IS 'The key.';
COMMENT ON COLUMN loads.first_id IS 'The first id of the load.';
COMMENT ON COLUMN loads.last_id IS 'The last id of the load.';
COMMENT ON COLUMN loads.mode IS 'What was to be done with rows that are there: `refuse`, `append` or `replace`.';
COMMENT ON COLUMN loads.seed IS 'The seed of the rows.';
COMMENT ON COLUMN loads.sample IS 'A hash of some rows, by which a generator with other data is noticed.';
COMMENT ON COLUMN loads.finished IS 'The rows that are in the table, counted from 0 at `first_id`.';
COMMENT ON COLUMN loads.started_at IS 'When the load was announced.';
COMMENT ON COLUMN loads.finished_at IS 'When its last row was there; null until then.';

COMMENT ON TABLE phones IS 'Phone numbers of registered customers. A row goes with its owner.';
COMMENT ON COLUMN phones.phone_id IS 'The key.';
COMMENT ON COLUMN phones.code IS 'Code of the country, digits alone: `7`.';
COMMENT ON COLUMN phones.number IS 'What is dialed behind the code, digits alone: `9025163111`.';

COMMENT ON TABLE firstnames IS 'First names of registered customers, each once. A row stays when nobody has the name any more.';
COMMENT ON COLUMN firstnames.firstname_id IS 'The key.';
COMMENT ON COLUMN firstnames.firstname IS 'The name.';

COMMENT ON TABLE favorites IS 'Which items customers like. Rows go with their customer.';
COMMENT ON COLUMN favorites.favorite_id IS 'The key.';
COMMENT ON COLUMN favorites.user_id IS 'The customer.';
COMMENT ON COLUMN favorites.item_id IS 'The item. Items live elsewhere, so any number is one.';
COMMENT ON COLUMN favorites.created_at IS 'When it was added; null where nobody knows.';

COMMENT ON TABLE idempotency_keys IS
  'Answers to requests that carried an `Idempotency-Key`, for a day, so that the same request is not done twice.';
COMMENT ON COLUMN idempotency_keys.scope IS 'The route, and the first digits of a digest of the asker''s API key.';
COMMENT ON COLUMN idempotency_keys.key IS 'The client''s word for the request.';
COMMENT ON COLUMN idempotency_keys.request IS 'SHA-256 of the request''s body.';
COMMENT ON COLUMN idempotency_keys.status IS 'Status of the answer.';
COMMENT ON COLUMN idempotency_keys.answer IS 'The columns that the answer is made of, as they were then.';
COMMENT ON COLUMN idempotency_keys.customer_id IS 'The customer whom the answer is about; the answer goes with him.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When it was answered.';
