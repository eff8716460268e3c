DROP VIEW published_crl;
DROP VIEW published_certificate_status;
DROP FUNCTION number_certificate_change CASCADE;
DROP FUNCTION number_intent_change CASCADE;
DROP FUNCTION refuse_older_crl CASCADE;
DROP FUNCTION keep_sealed_receipt CASCADE;
DROP SEQUENCE certificate_change_seq;
