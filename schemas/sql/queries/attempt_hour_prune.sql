-- Hours before $1 are not shown any more; those from $2 on (NULL: none) are counted anew.
DELETE FROM attempt_hour WHERE hour < $1::timestamptz OR hour >= $2::timestamptz
