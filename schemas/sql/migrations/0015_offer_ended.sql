-- No statement looked for ended offers by their time, and each end of an offer had to write to it.
DROP INDEX offer_ended;
