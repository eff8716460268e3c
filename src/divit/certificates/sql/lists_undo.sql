DROP VIEW published_crl;
DROP VIEW published_crl_part;
ALTER TABLE certificates_listblock DROP CONSTRAINT list_block_of_a_list;
DROP FUNCTION keep_list_block CASCADE;
DROP FUNCTION keep_list_changes CASCADE;
DROP FUNCTION refuse_older_delta CASCADE;
