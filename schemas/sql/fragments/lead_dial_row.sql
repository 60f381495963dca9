-- What dialing knows of a lead: the columns of lead_dial.c, but for the gate.
    SELECT lead_id, phone, list_no, lead_version, zone_set_no, stage, priority, attempts, attempts_total, contacted, dnc,
           hold, offer_id, due_at, called_at, callback_at, callback_agent, status, tries, decided_at,
           decided_end_at, external_id, ctid AS place
