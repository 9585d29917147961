"""Each broken storage is caught by the tests that name the promises it breaks, and by no others."""

from __future__ import annotations

import broken_storages
import kit_runs
import pytest

from omskit.storage import MemoryStorage

#: Tests that wait a moment for what must not happen; only what breaks units can fail them.
WAITING = {
    "test_a_unit_that_only_looks_sees_one_moment",
    "test_units_write_at_the_same_time_or_queue_up_as_the_storage_says",
    "test_what_an_open_unit_has_written_is_not_seen_by_others",
    "test_a_row_that_is_locked_stays_as_it_is_until_the_unit_ends",
    "test_cells_that_are_locked_stay_as_they_are_until_the_unit_ends",
}
#: Broken in how units begin and end.
UNITS = {
    "KeepsWhatWasRolledBack",
    "KeepsBrokenUnits",
    "KeepsHalf",
    "LetsUnitsNest",
    "SeesOthersAtWork",
    "DecidesOnASnapshot",
}
#: Broken without a lock: what else goes wrong depends on who is faster.
UNLOCKED = {"SeesOthersAtWork", "DecidesOnASnapshot"}

CAUGHT = {
    "LosesTheVersionCheck": """
        a_conflict_names_the_keys_that_are_stale_and_no_others
        a_conflict_writes_none_of_the_changes
        a_save_against_a_version_to_come_is_a_conflict
        a_save_against_an_older_version_is_a_conflict
    """,
    "NamesAllKeysAsStale": """
        a_conflict_names_the_keys_that_are_stale_and_no_others
    """,
    "OverwritesTakenKeys": """
        a_broken_unit_keeps_nothing
        a_key_that_is_taken_is_a_duplicate
        a_unit_in_which_a_storage_error_was_swallowed_is_broken
        after_a_broken_unit_the_next_one_works
    """,
    "TakesColumnsOneByOne": """
        columns_are_unique_together_not_each
    """,
    "TakesNothingForAValue": """
        a_column_without_a_value_is_the_same_as_no_other
    """,
    "NeverFreesUniqueColumns": """
        unique_columns_that_are_given_up_can_be_taken
    """,
    "TakesAKeyTwiceInASave": """
        one_key_twice_in_a_save_is_refused_with_the_key
    """,
    "ForgetsOlderEntries": """
        a_conflict_writes_none_of_the_changes
        a_state_is_what_its_history_folds_to
        ten_threads_count_up_one_ticket_and_nothing_is_lost
        the_history_is_all_entries_in_sequence
    """,
    "LeavesOutEmptyHistories": """
        a_conflict_writes_none_of_the_changes
        a_key_without_entries_has_an_empty_history
    """,
    "IgnoresTheLimit": """
        a_claim_continues_after_a_page
        a_claim_gives_states_in_the_order_of_the_search
        a_claimed_state_can_be_saved
        a_page_may_start_after_a_place_where_nothing_is
        a_search_finds_at_most_its_limit
        what_another_unit_gave_back_can_be_claimed
    """,
    "PagesWithGaps": """
        a_claim_continues_after_a_page
        a_page_may_start_after_a_place_where_nothing_is
        pages_by_a_column_neither_overlap_nor_leave_gaps
    """,
    "PagesOverlap": """
        a_page_may_start_after_a_place_where_nothing_is
        pages_by_key_neither_overlap_nor_leave_gaps
    """,
    "IgnoresTheSortColumn": """
        a_claim_continues_after_a_page
        a_claim_gives_states_in_the_order_of_the_search
        a_claimed_state_can_be_saved
        a_page_may_start_after_a_place_where_nothing_is
        a_search_by_a_column_is_ordered_by_it_and_then_by_key
        pages_by_a_column_neither_overlap_nor_leave_gaps
        what_another_unit_gave_back_can_be_claimed
    """,
    "FindsInNoOrder": """
        a_condition_on_a_text_column_compares_by_code_point
        a_condition_on_an_int_column_finds_what_it_says
        a_page_may_start_after_a_place_where_nothing_is
        a_search_finds_at_most_its_limit
        a_search_is_ordered_by_key
        pages_by_key_neither_overlap_nor_leave_gaps
        without_a_condition_all_are_found
    """,
    "NothingIsLessThanAll": """
        a_column_without_a_value_fulfills_no_condition
    """,
    "TakesAnEmptyListForNoCondition": """
        a_condition_on_an_int_column_finds_what_it_says
    """,
    "ClaimsWhatDoesNotMatch": """
        a_claim_finds_only_what_matches
        a_claimed_state_can_be_saved
        ten_threads_claim_tickets_and_none_is_claimed_twice
    """,
    "CountsAPage": """
        count_says_how_many_match
    """,
    "ChecksLinesOneByOne": """
        less_than_needed_is_refused_with_what_is_short
        quantities_of_one_cell_are_added_up_before_they_are_checked
    """,
    "BooksWhatItCan": """
        a_shortage_books_none_of_the_movements
        a_shortage_gives_back_the_reservations_that_it_took
    """,
    "KeepsReservationsOfARefusal": """
        a_shortage_gives_back_the_reservations_that_it_took
    """,
    "BreaksTheUnitByARefusal": """
        a_cell_that_nobody_knows_has_nothing
        a_claim_that_falls_short_books_none_of_the_movements
        a_claim_with_less_reserved_is_refused
        a_refusal_leaves_the_unit_as_it_was_and_usable
        a_shortage_books_none_of_the_movements
        a_shortage_gives_back_the_reservations_that_it_took
        less_than_needed_is_refused_with_what_is_short
        no_more_is_released_than_is_reserved_in_the_cell
        quantities_of_one_cell_are_added_up_before_they_are_checked
        what_is_promised_cannot_be_lost
        what_one_order_has_in_another_cell_is_not_taken
    """,
    "TakesWhatOthersReserved": """
        a_claim_that_falls_short_books_none_of_the_movements
        a_claim_with_less_reserved_is_refused
        what_one_order_has_in_another_cell_is_not_taken
    """,
    "NamesTheFirstShortCellOnly": """
        less_than_needed_is_refused_with_what_is_short
    """,
    "OldestMovementsFirst": """
        movements_come_newest_first_up_to_the_limit
    """,
    "LosesMovementsOfNoOrder": """
        a_book_that_is_kept_by_movements_has_no_drift
    """,
    "TrailsFromThePlaceItself": """
        the_trail_goes_on_behind_the_place_of_each_cell
        the_trail_in_parts_is_the_whole_trail
    """,
    "TrailsCellByCell": """
        the_trail_in_parts_is_the_whole_trail
        the_trail_of_cells_is_all_that_was_booked_there_in_order
    """,
    "TrailsFromTheLeastPlace": """
        the_trail_goes_on_behind_the_place_of_each_cell
        the_trail_in_parts_is_the_whole_trail
    """,
    "TrailsWithoutALimit": """
        the_trail_in_parts_is_the_whole_trail
    """,
    "MendsWhatNobodyFound": """
        a_balance_that_its_movements_explain_is_not_mended
        a_balance_that_nobody_knows_is_not_mended
        what_cannot_be_mended_leaves_the_rest_unmended
        what_moved_since_it_was_found_is_not_mended
    """,
    "MendsWhatIsLeftOfIt": """
        a_balance_that_its_movements_explain_is_not_mended
        a_balance_that_nobody_knows_is_not_mended
        what_cannot_be_mended_leaves_the_rest_unmended
        what_moved_since_it_was_found_is_not_mended
    """,
    "MendsLevelsOnly": """
        a_reservation_is_mended_up_and_down
        a_reservation_that_no_movement_made_is_taken_away
        who_mends_beside_nine_who_book_loses_nothing
    """,
    "MendsByMoving": """
        a_level_is_mended_in_both_of_its_numbers
        a_level_that_no_movement_made_is_emptied
        a_reservation_is_mended_up_and_down
        a_reservation_that_no_movement_made_is_taken_away
        mending_books_no_movement
        who_mends_beside_nine_who_book_loses_nothing
    """,
    "MendsPastTheRules": """
        what_is_mended_keeps_the_rules_of_every_balance
    """,
    "MendsAllThatItSees": """
        what_is_not_asked_for_stays_as_it_is
    """,
    "SendsPastAParkedMessage": """
        a_message_that_waits_for_a_person_holds_back_those_behind_it
    """,
    "TriesDoubtfulMessagesAgain": """
        a_message_that_waits_for_a_person_holds_back_those_behind_it
        a_message_that_waits_for_a_person_is_not_tried_again
        a_person_declares_a_message_done
        a_person_lets_a_message_be_sent_again
        several_outcomes_are_recorded_at_once
    """,
    "ForgetsTheLease": """
        a_message_in_someone_s_hands_holds_back_those_behind_it
        a_message_in_someone_s_hands_is_not_taken
        a_message_is_taken_when_it_is_due_and_not_before
        messages_are_taken_in_order_of_id_up_to_the_limit
        only_messages_of_the_topics_are_taken
        ten_threads_want_messages_of_one_key_and_only_the_first_is_taken
    """,
    "LeasesForEver": """
        a_message_can_be_taken_again_when_its_lease_has_ended
        a_message_that_is_done_is_finished_and_lets_the_next_one_go
        a_message_that_waits_for_a_person_holds_back_those_behind_it
    """,
    "IgnoresTopics": """
        a_message_of_another_topic_holds_back_those_of_its_key
        only_messages_of_the_topics_are_taken
    """,
    "SettlesWhatIsNotThere": """
        an_outcome_of_a_message_that_is_not_there_is_an_error
    """,
    "ResolvesAnything": """
        a_person_cannot_decide_on_what_is_neither_parked_nor_in_doubt
    """,
    "OverwritesReceipts": """
        a_receipt_of_a_unit_that_is_rolled_back_was_never_there
        an_id_that_is_known_is_a_duplicate_and_the_first_receipt_stands
        an_id_twice_at_once_is_a_duplicate
        ten_threads_receive_one_message_and_exactly_one_records_it
    """,
    "KeepsReceiptsOfBrokenUnits": """
        a_receipt_of_a_unit_that_is_rolled_back_was_never_there
        a_unit_that_is_rolled_back_leaves_what_was_there
        a_unit_whose_block_raises_keeps_nothing_and_passes_the_error_on
        an_id_that_is_known_is_a_duplicate_and_the_first_receipt_stands
        an_id_twice_at_once_is_a_duplicate
        ten_threads_reach_for_one_piece_and_exactly_one_gets_it
    """,
    "MixesSources": """
        sources_are_kept_apart
    """,
    "HandsOutKeysAgain": """
        keys_ascend
        keys_ascend_from_unit_to_unit
        ten_threads_reach_for_one_piece_and_exactly_one_gets_it
        ten_threads_take_keys_and_none_is_given_twice
    """,
    "WritesWhileReading": """
        a_unit_that_only_looks_refuses_to_write_to_lock_and_to_give_keys
    """,
    "KeepsWhatWasRolledBack": """
        a_block_that_is_left_by_a_refusal_keeps_nothing_either
        a_duplicate_writes_none_of_the_changes
        a_lease_of_a_unit_that_is_rolled_back_was_never_taken
        a_receipt_of_a_unit_that_is_rolled_back_was_never_there
        a_unit_that_is_rolled_back_leaves_what_was_there
        a_unit_whose_block_raises_keeps_nothing_and_passes_the_error_on
        an_id_that_is_known_is_a_duplicate_and_the_first_receipt_stands
        an_id_twice_at_once_is_a_duplicate
        an_outcome_of_a_message_that_is_done_is_an_error
        ten_threads_reach_for_one_piece_and_exactly_one_gets_it
        unique_columns_of_a_unit_that_is_rolled_back_are_free
        what_an_open_unit_has_written_is_not_seen_by_others
    """,
    "KeepsBrokenUnits": """
        a_broken_unit_keeps_nothing
        a_unit_in_which_a_storage_error_was_swallowed_is_broken
        after_a_broken_unit_the_next_one_works
    """,
    "KeepsHalf": """
        a_block_that_is_left_by_a_refusal_keeps_nothing_either
        a_duplicate_writes_none_of_the_changes
        a_unit_whose_block_raises_keeps_nothing_and_passes_the_error_on
        ten_threads_reach_for_one_piece_and_exactly_one_gets_it
        what_an_open_unit_has_written_is_not_seen_by_others
    """,
    "LetsUnitsNest": """
        a_refused_unit_within_a_unit_leaves_the_outer_one_usable
        a_unit_within_a_unit_of_the_same_thread_is_refused
    """,
    "SeesOthersAtWork": """
        a_row_that_is_locked_stays_as_it_is_until_the_unit_ends
        a_unit_that_only_looks_sees_one_moment
        cells_that_are_locked_stay_as_they_are_until_the_unit_ends
        units_write_at_the_same_time_or_queue_up_as_the_storage_says
        what_an_open_unit_has_written_is_not_seen_by_others
    """,
    "DecidesOnASnapshot": """
        ten_threads_book_the_same_cells_in_any_order_and_all_adds_up
        ten_threads_claim_tickets_and_none_is_claimed_twice
        ten_threads_count_up_one_ticket_and_nothing_is_lost
        ten_threads_empty_the_outbox_and_no_message_is_in_two_hands
        ten_threads_reach_for_one_piece_and_exactly_one_gets_it
        ten_threads_receive_one_message_and_exactly_one_records_it
        ten_threads_take_keys_and_none_is_given_twice
        ten_threads_take_one_unique_value_and_exactly_one_has_it
        ten_threads_want_messages_of_one_key_and_only_the_first_is_taken
    """,
}


def test_every_broken_storage_is_listed() -> None:
    assert set(CAUGHT) == set(broken_storages.MUTANTS)


def test_the_storage_that_they_are_made_from_breaks_no_promise() -> None:
    assert kit_runs.broken(lambda: MemoryStorage, kit_runs.promises()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", CAUGHT)
def test_a_broken_storage_is_caught_by_the_tests_that_name_its_promise(name: str) -> None:
    mutant = broken_storages.MUTANTS[name]
    asked = [one for one in kit_runs.promises() if name in UNITS or one not in WAITING]
    found = {one.removeprefix("test_") for one in kit_runs.broken(lambda: mutant, asked)}
    expected = set(CAUGHT[name].split())
    assert expected <= found
    assert name in UNLOCKED or found == expected
