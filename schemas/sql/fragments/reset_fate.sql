           -- What list.reset makes of a lead l, as recycler/reset_plan.h has it. asked: named (does the filter name
           -- it), skip_offered.
           CASE WHEN l.dnc THEN 1
                WHEN l.offer_id IS NOT NULL AND asked.skip_offered THEN 2
                WHEN l.hold & 3 <> 0 AND NOT asked.named THEN 3
                WHEN l.attempts = 0 AND l.hold = 0 AND NOT l.contacted AND coalesce(l.due_at, 'epoch') = 'epoch'
                     AND l.callback_at IS NULL AND l.decided_at IS NULL AND l.decided_end_at IS NULL
                     AND coalesce(l.tries, '') = '' AND l.status = 'NEW' THEN 4
                ELSE 0 END AS fate
