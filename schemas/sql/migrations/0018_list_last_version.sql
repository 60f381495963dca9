-- A list that was deleted keeps the version of its end, so that Redis can be told of it once more. Of those that were
-- deleted before it is not known any more: theirs is above all that they had.
ALTER TABLE list ADD COLUMN last_version bigint;
UPDATE list SET last_version = 9223372036854775807 WHERE deleted_at IS NOT NULL;
CREATE INDEX list_deleted ON list (deleted_at) WHERE deleted_at IS NOT NULL;
