"""Which tests see that a guard of common/base/guard.h is missing: each of them goes red.

A name that begins with test_ and has no path is a unit test, as ctest knows it; else pytest's node id
below tests/; one of its parameters is enough.
"""

FENCES = "integration/test_fences.py::"
CUTS = "chaos/test_commit_cut.py::"
ZOMBIES = "chaos/test_zombie.py::"
RELAY = "integration/test_relay.py::"
DNC = "integration/test_dnc.py::"
RACES = "integration/test_lead_races.py::"
OFFERS = "integration/test_offers.py::"
MODEL = "integration/test_offer_model.py::test_every_order"
LAST_WORD = "integration/test_last_word.py::"

GUARDS = {
    "POSITION_EPOCH": [f"{FENCES}test_batch_of_a_position_that_moved_is_given_up[epoch]"],
    "POSITION_OFFSET": [f"{FENCES}test_batch_of_a_position_that_moved_is_given_up[next_offset]"],
    "POSITION_DOUBT": [f"{CUTS}test_command_whose_commit_was_lost_is_carried_out"],
    "REDELIVERY": ["test_intake"],
    "FINGERPRINT": ["test_intake", f"{FENCES}test_topic_that_was_made_anew_halts"],
    "COMMAND_RECALL": [f"{RACES}test_the_same_command_again_changes_nothing"],
    "LANE_TOKEN": [f"{FENCES}test_chunk_of_a_lane_that_was_claimed_is_given_up"],
    "LANE_CHUNK": [f"{CUTS}test_chunk_that_is_committed_late_counts_once"],
    "LANE_DOUBT": [f"{CUTS}test_last_chunk_whose_commit_was_lost_is_in_the_list"],
    "LANES_CLOSED": [f"{ZOMBIES}test_frozen_worker_adds_nothing_behind_the_accounting"],
    "REJECT_CUT": ["test_outfile", f"{CUTS}test_rejects_of_a_lost_commit_are_written_once"],
    "DNC_FILTER": [f"{DNC}test_entry_between_two_chunks"],
    "DNC_STAGE": ["test_stage", f"{DNC}test_entry_before_the_import"],
    "DNC_HORIZON": [f"{RACES}test_a_lead_of_a_transaction_that_did_not_see_the_entry_follows"],
    "DNC_COUNTERS": [f"{DNC}test_entry_after_the_import"],
    "OFFER_DNC": [
        f"{OFFERS}test_an_entry_holds_though_the_lead_does_not_know_of_it",
        f"{LAST_WORD}test_an_entry_of_which_the_lead_does_not_know",
    ],
    "OFFER_CAP": [
        f"{OFFERS}test_a_number_counts_once_for_its_cap",
        f"{LAST_WORD}test_a_cap_of_which_no_due_time_knows",
    ],
    "OFFER_WINDOW": [
        f"{OFFERS}test_nobody_is_called_outside_the_hours",
        f"{LAST_WORD}test_hours_of_which_no_due_time_knows",
    ],
    "OFFER_ATTEMPTS": [
        f"{OFFERS}test_limits_hold_though_the_lead_is_in_the_queue",
        f"{LAST_WORD}test_a_limit_that_the_lead_is_above",
    ],
    "OFFER_OPEN": [f"{LAST_WORD}test_a_number_of_which_another_list_has_the_offer", MODEL],
    "OFFER_GATE": [
        f"{OFFERS}test_new_hours_of_a_list_hold_at_once",
        f"{OFFERS}test_what_was_decided_hours_ago_is_not_offered",
    ],
    "OFFER_ACTIVE": [f"{LAST_WORD}test_a_pause_of_which_the_hopper_does_not_know"],
    "OFFER_LAPSE": [MODEL],
    "RELAY_LEASE": [f"{RELAY}test_nothing_is_sent_once_the_lease_may_have_ended"],
    "RELAY_ORDER": ["test_publisher"],
    "PRODUCER_FIRST": ["test_publisher"],
    "OUTBOX_FLOOR": [f"{RELAY}test_floor_counts_who_draws_while_it_is_looked_for"],
    "REDIS_NEWER": ["integration/test_stats.py::test_replays_tombstones_and_large_numbers"],
    "REDIS_MARKER": ["integration/test_stats.py::test_flushed"],
    "BLOCKERS": [f"{ZOMBIES}test_worker_that_froze_in_a_copy_is_ended[skip]"],
    "CRASH_MARKS": ["chaos/test_poison.py::test_message_that_kills_the_process"],
}

# What tests/judge.py has to find in what the dialer saw, by the test of LAST_WORD.
JUDGED = {
    "OFFER_DNC": "dnc_called",
    "OFFER_CAP": "over_cap",
    "OFFER_WINDOW": "outside_window",
    "OFFER_ATTEMPTS": "over_attempts",
    "OFFER_OPEN": "double_offers",
    "OFFER_ACTIVE": "while_paused",
}
