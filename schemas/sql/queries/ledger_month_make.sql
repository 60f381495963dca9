SELECT attempt_month_make($1::timestamptz)
