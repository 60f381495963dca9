-- Which state of a list and of its campaign's rules what Redis shows has to be of.
SELECT (SELECT epoch FROM namespace), version, rules_version, total FROM list JOIN list_stats USING (list_no) WHERE list_id = $1
