//! Mentora as its clients meet it: the built Worker in workerd, `mentora-sim` in place of Google, documents in Google's
//! Firestore emulator or in the Worker's own store. What is asked is only what the contract promises, in JSON, by
//! clients that share no code with the Worker.
//!
//! `npm test -- --only e2e` builds what is needed and runs it. A test that fails prints what its clients saw and the
//! last lines of the Worker's log. `E2E_LONG=1` adds what takes minutes.
//!
//! # Layout
//! - [`house`]: what is started once for all tests; [`stack`]: one Worker with its world; [`process`]: what it runs; [`clock`]: what
//!   time it is there
//! - [`people`]: teachers and students over REST; [`stream`]: their conversations, [`sse`]: without a socket; [`speech`]: their voices
//! - [`sim`]: what the model's stand-in is told and tells; [`key_server`]: Google's keys, there or not; [`readback`]: the store as Google's own client sees it
//! - [`courses`], [`course_parts`], [`roster`], [`assignments`], [`personas`], [`profile`], [`repeated_requests`], [`matrix`], and of
//!   [`bad_input`] what is REST: the tests that run on each kind of store
//! - [`failure`]: the rows of the failure table; [`dialogue`], [`barge_in`], [`relay`], [`documents`], [`exported`], [`idle`], [`bad_input`],
//!   [`identity`], [`tokens`], [`limits`], [`logging`], [`thumbnails`], [`submissions`], [`statistics`], [`after_the_end`],
//!   [`own_data`], [`stream_sse`], [`wallets`], [`charging`], [`payments`], [`reconciliation`], [`due`], [`jobs`]: the others

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod after_the_end;
mod assignments;
mod bad_input;
mod barge_in;
mod charging;
mod clock;
mod course_parts;
mod courses;
mod dialogue;
mod documents;
mod due;
mod exported;
mod failure;
mod hands_free;
mod house;
mod identity;
mod idle;
mod jobs;
mod key_server;
mod limits;
mod logging;
mod matrix;
mod own_data;
mod payments;
mod people;
mod personas;
mod process;
mod profile;
mod readback;
mod reconciliation;
mod relay;
mod repeated_requests;
mod roster;
mod sim;
mod speech;
mod sse;
mod stack;
mod statistics;
mod stream;
mod stream_sse;
mod submissions;
mod thumbnails;
mod tokens;
mod verdicts;
mod wallets;

use std::collections::BTreeSet;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::house::House;
use crate::stack::Stack;

macro_rules! tests {
    ($house:ident: $($module:ident::$name:ident),* $(,)?) => {
        vec![$(test(&$house, concat!(stringify!($module), "::", stringify!($name)), $module::$name)),*]
    };
}

/// What REST promises, it promises on either kind of store: each of these is two tests.
macro_rules! on_each_store {
    ($house:ident: $($module:ident::$name:ident),* $(,)?) => {
        [
            $(on_embedded(&$house, concat!(stringify!($module), "::", stringify!($name)), $module::$name),)*
            $(on_emulator(&$house, concat!(stringify!($module), "::", stringify!($name)), $module::$name),)*
        ]
    };
}

/// What is the same on either kind of store is tested on the Worker's own.
macro_rules! on_own_store {
    ($house:ident: $($module:ident::$name:ident),* $(,)?) => {
        [$(on_embedded(&$house, concat!(stringify!($module), "::", stringify!($name)), $module::$name)),*]
    };
}

// A `main` of our own: what the tests share must be stopped when they are over, and the standard harness drops nothing.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let house = Arc::new(House::open(&arguments));
    let mut all = tests![house:
        matrix::every_route_has_a_line_and_every_line_a_route,
        matrix::the_page_is_the_table,
        dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_its_own_store,
        dialogue::every_setup_was_taken_by_a_strict_model,
        barge_in::what_was_heard_is_stored_as_said_and_the_rest_is_kept_beside_it,
        barge_in::speaking_breaks_into_the_answer,
        hands_free::the_student_is_answered_and_breaks_in_by_speaking_alone,
        verdicts::a_turn_is_measured_by_the_model_and_by_word_lists_when_that_is_late_or_wrong,
        failure::gemini_drops_go_away_1011,
        failure::gemini_empty_turn,
        failure::gemini_quota_bad_key_bad_model,
        failure::client_drops_and_returns,
        failure::same_message_sent_twice,
        failure::balance_runs_out_mid_dialogue,
        failure::cron_fires_twice,
        due::a_student_hands_in_takes_back_hands_in_again_is_answered_and_goes_on,
        due::who_dies_before_people_are_told_has_them_told_once,
        due::an_empty_wallet_is_told_once_to_both_and_the_answer_comes_when_it_is_filled,
        due::whatever_clocks_and_calendars_do_a_day_has_24_hours,
        due::all_that_is_due_at_once_is_answered_in_bounded_runs_the_oldest_first,
        jobs::what_the_clock_does_is_done_once_and_stands_in_a_table,
        jobs::a_crowd_hears_of_an_announcement_each_once,
        charging::five_hundred_hold_at_once_and_nothing_is_overdrawn,
        charging::auditors_pay_themselves_and_demo_courses_give_first,
        stream_sse::a_student_without_websockets_writes_and_speaks,
        stream_sse::events_and_sockets_in_turns_see_each_seq_once,
        stream_sse::the_newer_way_takes_over_and_the_older_listens,
        stream_sse::what_is_wrong_with_a_request_for_events_or_a_post_is_said,
        stream_sse::a_reader_that_vanishes_while_it_speaks_has_said_what_it_said,
        stream_sse::fifty_listen_and_the_next_is_told_that_there_is_no_room,
        stream_sse::a_flood_is_closed_and_a_neighbour_undisturbed,
        stream_sse::who_asks_for_ever_and_reads_nothing_is_closed,
        stream_sse::a_worker_that_dies_ends_events_and_the_cursor_brings_the_rest,
        relay::speech_and_answers_are_relayed_and_their_totals_are_exact,
        relay::speech_in_an_unusual_layout_is_understood_the_same,
        relay::everybody_hears_a_relayed_answer_in_the_form_they_want,
        relay::a_panic_elsewhere_is_survived_and_leaves_no_model_behind,
        bad_input::strangers_do_not_get_in,
        bad_input::bad_frames_are_answered_and_the_fourth_ends_the_connection,
        bad_input::text_that_is_no_text_disturbs_nobody,
        bad_input::frames_too_large_disturb_nobody,
        bad_input::a_listener_only_listens,
        identity::a_signed_token_of_google_is_taken_beside_the_local_ones,
        identity::staging_takes_signed_tokens_only,
        tokens::keys_are_fetched_once_renewed_for_a_new_one_and_missed_for_a_moment_only,
        tokens::a_token_that_is_not_googles_for_this_project_now_is_refused,
        limits::who_asks_too_often_is_told_to_wait_and_nobody_else_is,
        limits::an_address_that_nobody_knows_the_people_of_is_held_back,
        limits::without_limiters_nobody_is_held_back_and_the_log_says_so_once,
        logging::every_request_has_one_line_that_says_what_it_took,
        logging::nobody_can_be_told_from_the_log,
        thumbnails::staff_upload_a_picture_of_the_announced_type_and_size_once_and_in_time,
        thumbnails::only_staff_get_leave_and_only_for_pictures,
        roster::five_thousand_rows_are_imported_and_again_without_a_change,
    ];
    all.extend(on_each_store![house:
        bad_input::rest_answers_what_is_wrong,
        course_parts::staff_announce_and_members_read_the_latest_first,
        course_parts::staff_make_topics_and_members_read_them_in_their_places,
        course_parts::a_topic_stays_while_assignments_stand_under_it,
        course_parts::of_a_public_course_everybody_sees_that_it_is_there_and_members_what_is_in_it,
        course_parts::all_that_is_wrong_with_a_part_is_told_at_once,
        courses::staff_change_a_course_in_what_is_named_alone,
        courses::a_code_belongs_to_one_course_whoever_asks_at_the_same_moment,
        courses::a_course_with_a_password_lets_in_who_knows_it,
        courses::a_hash_made_elsewhere_is_understood_and_renewed,
        courses::after_five_wrong_passwords_the_right_one_has_to_wait,
        courses::a_deleted_course_is_gone_and_what_its_students_said_is_theirs,
        courses::what_a_deletion_has_left_is_removed_by_the_next,
        assignments::an_assignment_changes_in_what_is_named_alone,
        assignments::what_an_assignment_may_not_become_is_told_by_its_place,
        assignments::an_assignment_that_was_argued_about_goes_only_by_force,
        assignments::a_preview_answers_as_the_tutor_would_and_leaves_no_trace,
        personas::staff_see_what_a_persona_is_told_and_students_who_it_is,
        personas::a_conversation_is_led_by_the_persona_it_began_with,
        personas::a_student_writes_the_sections_of_the_prompt_that_are_not_locked,
        profile::the_first_call_makes_a_profile_of_what_the_token_tells,
        profile::of_ten_first_calls_at_once_one_makes_the_profile,
        profile::a_profile_changes_in_what_is_named_alone,
        profile::all_that_is_wrong_with_a_profile_is_told_at_once,
        profile::a_device_registered_twice_is_one_and_its_owner_alone_removes_it,
        roster::who_is_invited_joins_once_in_the_role_of_the_invitation,
        roster::who_was_removed_stays_away_until_staff_let_them_in,
        roster::about_staff_instructors_decide_and_the_owner_stays,
        roster::all_that_is_wrong_with_a_file_is_told,
        repeated_requests::a_request_sent_again_with_its_key_is_carried_out_once,
        repeated_requests::of_ten_equal_requests_at_once_one_is_carried_out,
        repeated_requests::who_has_not_seen_the_latest_version_changes_nothing,
    ]);
    all.extend(on_own_store![house:
        wallets::an_admin_gives_and_takes_and_nobody_else,
        wallets::a_ledger_is_read_in_pages_and_as_a_file,
        wallets::the_wallet_of_a_course_tells_what_was_spent_by_day_and_by_student,
        payments::a_webhook_credits_what_stripe_signed_and_nothing_else,
        payments::a_purchase_is_credited_once_however_often_it_is_told,
        payments::what_is_given_back_is_taken_once_in_whatever_order_it_is_told,
        payments::a_disputed_payment_is_gone_until_it_is_won,
        payments::what_cannot_be_bought_is_refused_and_what_fails_is_tried_again,
        reconciliation::a_night_finds_each_kind_of_drift_and_nothing_else,
    ]);
    // Eight hundred calls more: the rules do not know which store they are asked for.
    all.extend(tests_of_matrix(&house));
    all.extend(after_half_a_minute(&house, &arguments));
    all.extend(tests![house:
        submissions::what_a_student_argues_is_handed_in_and_graded,
        submissions::staff_see_how_many_are_how_far,
        statistics::what_was_counted_is_what_a_rebuild_comes_to,
        statistics::a_thousand_conversations_are_counted_anew,
        after_the_end::staff_let_a_conversation_go_on,
        after_the_end::nothing_goes_on_beside_another_or_beyond_its_turns,
        after_the_end::a_conversation_is_summed_up_and_read_in_three_forms,
        own_data::whoever_asks_gets_one_file_with_all_that_is_the_own,
        own_data::whoever_is_erased_in_mid_answer_is_gone_and_nothing_comes_back,
        own_data::an_object_that_was_erased_reads_nothing_in_again,
        own_data::whoever_owns_a_course_or_saw_another_profile_is_not_erased,
        own_data::an_erasure_that_was_killed_is_finished_when_it_is_asked_for_again,
        own_data::a_profile_follows_the_verified_address_of_its_identity,
        documents::a_store_killed_amid_writes_has_all_it_acknowledged_and_nothing_by_half,
        exported::documents_go_from_the_workers_store_to_firestore_and_back_and_are_the_same,
    ]);
    if is_long() {
        all.extend(tests![house: stream_sse::events_of_a_conversation_at_rest_end_with_advice]);
        all.extend(tests![house: statistics::a_killed_worker_counts_each_end_once]);
    }
    all.extend(on_the_line(&house));
    let emulated = dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_firestore;
    let name = "dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_firestore";
    all.insert(0, test(&house, name, emulated).with_ignored_flag(house.lacks_emulator()));
    all.push(the_page_of_failures_names(&all));
    let conclusion = libtest_mimic::run(&arguments, all);
    drop(house);
    conclusion.exit_code()
}

fn test<F, Run>(house: &Arc<House>, name: &str, run: Run) -> Trial
where
    F: Future<Output = ()>,
    Run: Fn(Arc<House>) -> F + Send + 'static,
{
    let house = Arc::clone(house);
    Trial::test(name, move || {
        house.runtime.block_on(run(Arc::clone(&house)));
        Ok(())
    })
}

/// `E2E_LONG=1`: what takes minutes, too.
fn is_long() -> bool {
    std::env::var_os("E2E_LONG").is_some()
}

/// How many a test makes of something: as many as the variable says, or else few, and with `E2E_LONG=1` many.
fn wanted(variable: &str, few: usize, many: usize) -> usize {
    let told = std::env::var(variable).ok();
    let told = told.map(|count| count.parse().unwrap_or_else(|_| panic!("{variable} is a number")));
    told.unwrap_or(if is_long() { many } else { few })
}

/// Who may do what, on the Worker's own store; with `E2E_LONG=1` on Google's emulator, too.
fn tests_of_matrix(house: &Arc<House>) -> Vec<Trial> {
    let [embedded, emulator] =
        on_each_store![house: matrix::everybody_may_do_what_the_table_says_and_nothing_else];
    if is_long() { vec![embedded, emulator] } else { vec![embedded] }
}

/// A wait of half a minute, spent on tests that have Workers of their own.
fn after_half_a_minute(house: &Arc<House>, arguments: &Arguments) -> Vec<Trial> {
    let idle = tests![house: idle::a_socket_without_work_is_closed_and_resumed];
    let is_wanted = idle.iter().all(|trial| !arguments.is_filtered_out(trial));
    let killed = move |house: Arc<House>| async move {
        if is_wanted {
            idle::begin(&house);
        }
        failure::object_evicted_deploy_panic(house).await;
    };
    let mut all = vec![test(house, "failure::object_evicted_deploy_panic", killed)];
    all.extend(idle);
    all
}

/// Each row of docs/FAILURES.md is one of these tests, and each of them has a row.
fn the_page_of_failures_names(all: &[Trial]) -> Trial {
    let names = all.iter().filter_map(|trial| trial.name().strip_prefix("failure::")).map(str::to_owned);
    let names: BTreeSet<String> = names.collect();
    Trial::test("failure::the_page_names_these_tests", move || {
        let page = include_str!("../../docs/FAILURES.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let rows: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
        assert_eq!(rows, names);
        Ok(())
    })
}

/// What happens on the way to Firestore; our own store is a part of the Worker.
fn on_the_line(house: &Arc<House>) -> impl Iterator<Item = Trial> {
    let absent = house.lacks_emulator();
    let all = tests![house:
        failure::firestore_down_or_slow,
        failure::firestore_commit_outcome_unknown,
        charging::workerd_killed_between_settle_and_flush,
        charging::firestore_does_not_say_whether_it_has_the_ledger,
    ];
    all.into_iter().map(move |trial| trial.with_ignored_flag(absent))
}

fn on_embedded(house: &Arc<House>, name: &str, run: impl AsyncFn(&Stack) + Send + 'static) -> Trial {
    let house = Arc::clone(house);
    Trial::test(format!("rest::on_embedded::{name}"), move || {
        house.runtime.block_on(watched(house.embedded(), run));
        Ok(())
    })
}

fn on_emulator(house: &Arc<House>, name: &str, run: impl AsyncFn(&Stack) + Send + 'static) -> Trial {
    let (house, absent) = (Arc::clone(house), house.lacks_emulator());
    let trial = Trial::test(format!("rest::on_emulator::{name}"), move || {
        house.runtime.block_on(watched(house.firestore(), run));
        Ok(())
    });
    trial.with_ignored_flag(absent)
}

async fn watched<'a>(stack: impl Future<Output = &'a Stack>, run: impl AsyncFn(&Stack)) {
    let stack = stack.await;
    let _watch = stack.watch();
    run(stack).await;
}
