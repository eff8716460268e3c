DROP FUNCTION keep_past_status CASCADE;
