-- Numbers that were erased: few, so that an import knows at once whether there are any.
CREATE INDEX number_erased ON number (digest) WHERE phone IS NULL;
