-- A million invented applications and what belongs to them. Numbers of people begin with 0, which no real one does.
-- Filled in by registry_questions.py: {persons}, {applications}, {issued}; arrays of names stand in the table "names".
-- Triggers and foreign keys rest while this runs: nothing here happened, so there is no history to write.

CREATE TEMP TABLE p AS
SELECT i, gen_random_uuid() AS id,
    (SELECT given FROM names)[1 + floor(power(random(), 1.5) * cardinality((SELECT given FROM names)))] AS given,
    CASE WHEN random() < 0.3
        THEN ' ' || (SELECT given FROM names)[1 + floor(power(random(), 1.5) * cardinality((SELECT given FROM names)))]
        ELSE '' END AS second,
    (SELECT surname FROM names)[1 + floor(power(random(), 1.6) * cardinality((SELECT surname FROM names)))] AS surname
FROM generate_series(1, {persons}) AS i;

INSERT INTO identity_person (id, tckn, given_names, surname, search_key, birth_date, birth_place, email, phone,
    phone_proven_at, phone_replaced_at, channel, language, created_at)
SELECT id, lpad(i::text, 11, '0'), given || second, surname, pg_temp.folded(given || second || ' ' || surname),
    date '1960-01-01' + i % 16000, 'Isparta', 'kisi' || i || '@posta.example',
    '+905' || lpad((i * 7 % 1000000000)::text, 9, '0'), now(), NULL, 'both', 'tr', now()
FROM p;

CREATE TEMP TABLE a AS
SELECT i, gen_random_uuid() AS id, gen_random_uuid() AS card_order, gen_random_uuid() AS intent,
    (i - 1) % {persons} + 1 AS person_i,
    (SELECT ids FROM places)[1 + floor(power(random(), 3) * cardinality((SELECT ids FROM places)))] AS place,
    now() - (i % 1400) * interval '1 day' - random() * interval '1 day' AS at,
    CASE WHEN i <= {issued} THEN 'closed' WHEN i % 8 = 0 THEN 'open' WHEN i % 8 < 4 THEN 'released' ELSE 'lapsed' END AS state
FROM generate_series(1, {applications}) AS i;
CREATE UNIQUE INDEX ON a (i);
CREATE UNIQUE INDEX ON p (i);
ANALYZE a; ANALYZE p;

INSERT INTO applications_application (id, reference, person_id, institution_id, kind, payer, state, steps_done,
    created_at, saved_at, submitted_at, lapses_on, reminders, years, reader, publish, email, phone, operator, channel,
    unit, job_title, work_phone, extension, address_kind, company, province, district, neighbourhood, postal_code,
    street, building, flat, accepted_serials, accepted_at, content_hash, ending)
SELECT a.id, upper(substr(md5(a.i::text), 1, 4)) || '-' || lpad(to_hex(a.i), 6, '0'), p.id, a.place, 'other', 'person',
    a.state, '{{}}', a.at, a.at, a.at, current_date + 90, 0, 3, 'mini', false, 'kisi' || person_i || '@is.example',
    '+905' || lpad((person_i * 7 % 1000000000)::text, 9, '0'), 'turkcell', 'both', 'Bilgi İşlem Müdürlüğü', 'Öğretmen',
    '', '', 'work', 'İl Millî Eğitim Müdürlüğü', 'Erzincan', 'Merkez', 'Barbaros Mah', '24100', '719. Sokak', '12/A',
    '3', '{{}}', NULL, md5(a.id::text) || md5(a.intent::text), ''
FROM a JOIN p ON p.i = a.person_i;

INSERT INTO applications_requirement (application_id, kind, closed_at, closed_by, proof)
SELECT id, kind, NULL, '', '' FROM a, unnest(ARRAY['fee_paid', 'form_received']) AS kind WHERE state = 'open';

INSERT INTO production_cardorder (id, application_id, person_id, institution_id, product, replaces, state, produced_by,
    inspected_by, dispatched_by, trouble, queued_at, changed_at)
SELECT card_order, a.id, p.id, place, 'nes-3y', false, 'dispatched', '1', '2', '3', '', at, at
FROM a JOIN p ON p.i = a.person_i WHERE a.i <= {issued};

INSERT INTO production_card (id, order_id, number, asked_at, card_serial, station, csr_der, certificate_id, spoiled_at,
    spoiled_why, created_at)
SELECT gen_random_uuid(), card_order, 1, at, lpad((4000000000000000 + i)::text, 16, '0'), 'station-1', NULL, intent,
    NULL, '', at
FROM a WHERE i <= {issued};

INSERT INTO certificates_intent (id, state, card_order_id, challenge, issuer_id, person_id, institution_id, profile,
    serial, tbs, tbs_sha256, csr, card_serial, not_before, not_after, publish, replaces, born_state, lint_findings,
    created_at, signing_began_at, abandoned_at, change_seq)
SELECT intent, 'signed', card_order, md5(a.i::text), issuer.id, p.id, place, 'etsi-tr',
    '4' || upper(substr(md5('s' || a.i), 1, 31)), '', repeat('0', 64), '', lpad((4000000000000000 + a.i)::text, 16, '0'),
    at, at + interval '3 years', false, false, 'valid', '[]', at, at, NULL, a.i
FROM a JOIN p ON p.i = a.person_i, (SELECT id FROM certificates_issuer LIMIT 1) AS issuer WHERE a.i <= {issued};

-- As wide as a real certificate, so that as few rows lie on a page.
INSERT INTO certificates_certificate (id, state, intent_id, card_order_id, issuer_id, person_id, institution_id, serial,
    der, holder_name, profile, card_serial, not_before, not_after, publish, issued_at, reason, hold_cause,
    hold_started_at, revoked_at, effective_at, change_seq)
SELECT intent, 'valid', intent, card_order, issuer.id, p.id, place, '4' || upper(substr(md5('s' || a.i), 1, 31)),
    decode(repeat(md5(a.i::text), 34), 'hex'), given || second || ' ' || surname, 'etsi-tr',
    lpad((4000000000000000 + a.i)::text, 16, '0'), at, at + interval '3 years', false, at, '', '', NULL, NULL, NULL, a.i
FROM a JOIN p ON p.i = a.person_i, (SELECT id FROM certificates_issuer LIMIT 1) AS issuer WHERE a.i <= {issued};

-- Every tenth card came back and then travelled with fifty others in a box.
CREATE TEMP TABLE b AS
SELECT n, gen_random_uuid() AS id, (SELECT ids FROM places)[1 + n % cardinality((SELECT ids FROM places))] AS place
FROM generate_series(0, {issued} / 500) AS n;

INSERT INTO delivery_consignment (id, reference, institution_id, appointment_id, address, state, journey, asked_at,
    tracking_no, trouble, packed_at, changed_at)
SELECT id, 'KL-' || upper(lpad(to_hex(n), 7, 'G')), place, gen_random_uuid(), 'Atatürk Bulvarı 98', 'received', 1, now(),
    'KB' || lpad(n::text, 10, '0'), '', now(), now()
FROM b;

INSERT INTO delivery_parcel (id, order_id, application_id, person_id, consignment_id, produced_by, state, journey, asked_at,
    address, tracking_no, trouble, returned_why, packed_at, changed_at)
SELECT gen_random_uuid(), card_order, a.id, p.id, b.id, '1', CASE WHEN a.i % 1000 = 1 THEN 'returned' ELSE 'delivered' END,
    1, at, '', 'KR' || lpad(a.i::text, 10, '0'), '', '', at, at
FROM a JOIN p ON p.i = a.person_i LEFT JOIN b ON a.i % 10 = 0 AND b.n = a.i / 500 WHERE a.i <= {issued};
