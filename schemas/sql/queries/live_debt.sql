-- Redis did not take what is read past in this transaction.
UPDATE stats_projection SET wanted = wanted + 1
