CREATE OR REPLACE VIEW published_certificate_status AS
SELECT issuer_id, serial::text AS serial,
    CASE state WHEN 'valid' THEN 'good' ELSE 'revoked' END AS status,
    CASE state WHEN 'valid' THEN NULL WHEN 'suspended' THEN 'certificateHold' ELSE reason::text END AS reason,
    effective_at, not_after, change_seq
FROM certificates_certificate
UNION ALL
SELECT issuer_id, serial::text, 'revoked',
    CASE state WHEN 'signing' THEN 'certificateHold' ELSE 'cessationOfOperation' END,
    signing_began_at, not_after, change_seq
FROM certificates_intent
WHERE state = 'signing' OR state = 'abandoned' AND signing_began_at IS NOT NULL;
DROP FUNCTION number_service_change CASCADE;
