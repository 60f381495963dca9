-- For one transaction: whoever publishes waits for figures no longer than this.
SELECT set_config('lock_timeout', '100', true), set_config('statement_timeout', '1000', true)
