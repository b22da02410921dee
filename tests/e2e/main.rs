//! Mentora as its clients meet it: the built Worker in workerd, `mentora-sim` in place of Google, documents in Google's
//! Firestore emulator or in the Worker's own store. What is asked is only what the contract promises, in JSON, by
//! clients that share no code with the Worker.
//!
//! `npm test -- --only e2e` builds what is needed and runs it. A test that fails prints what its clients saw and the
//! last lines of the Worker's log.
//!
//! # Layout
//! - [`house`]: what is started once for all tests; [`stack`]: one Worker with its world; [`process`]: what it runs
//! - [`people`]: teachers and students over REST; [`stream`]: their conversations; [`speech`]: their voices
//! - [`sim`]: what the model's stand-in is told and tells; [`key_server`]: Google's keys, there or not; [`readback`]: the store as Google's own client sees it
//! - [`dialogue`], [`barge_in`], [`repeated`], [`crash`], [`documents`], [`exported`], [`faults`], [`idle`], [`bad_input`],
//!   [`identity`], [`tokens`], [`course_parts`], [`profile`], [`own_data`]: the tests

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod barge_in;
mod course_parts;
mod crash;
mod dialogue;
mod documents;
mod exported;
mod faults;
mod house;
mod identity;
mod idle;
mod key_server;
mod own_data;
mod people;
mod process;
mod profile;
mod readback;
mod repeated;
mod sim;
mod speech;
mod stack;
mod stream;
mod tokens;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::house::House;

macro_rules! tests {
    ($house:ident: $($module:ident::$name:ident),* $(,)?) => {
        vec![$(test(&$house, concat!(stringify!($module), "::", stringify!($name)), $module::$name)),*]
    };
}

// A `main` of our own: what the tests share must be stopped when they are over, and the standard harness drops nothing.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let house = Arc::new(House::open(arguments.list));
    let mut all = tests![house:
        dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_its_own_store,
        dialogue::every_setup_was_taken_by_a_strict_model,
        barge_in::what_was_heard_is_stored_as_said_and_the_rest_is_kept_beside_it,
        barge_in::speaking_breaks_into_the_answer,
        repeated::a_message_sent_twice_over_the_stream_is_one_turn,
        repeated::a_message_posted_twice_gets_the_same_turns,
        faults::a_socket_dropped_in_mid_answer_is_reopened_with_its_handle,
        faults::a_model_that_breaks_down_in_mid_answer_is_asked_again,
        faults::an_empty_turn_is_asked_again_in_silence,
        faults::a_model_that_stays_silent_is_given_up_and_the_turn_is_kept,
        faults::a_used_up_quota_is_told_and_not_retried,
        faults::an_expired_key_is_told_and_not_retried,
        faults::a_refused_setup_is_told_and_the_turn_is_kept,
        faults::a_busy_model_is_tried_again,
        faults::after_a_goodbye_the_model_knows_all_that_was_said,
        faults::after_a_loss_at_the_end_of_an_answer_the_model_knows_all_that_was_said,
        bad_input::rest_answers_what_is_wrong,
        bad_input::strangers_do_not_get_in,
        bad_input::bad_frames_are_answered_and_the_fourth_ends_the_connection,
        bad_input::frames_too_large_disturb_nobody,
        bad_input::a_listener_only_listens,
        identity::a_signed_token_of_google_is_taken_beside_the_local_ones,
        identity::staging_takes_signed_tokens_only,
        tokens::keys_are_fetched_once_renewed_for_a_new_one_and_missed_for_a_moment_only,
        tokens::a_token_that_is_not_googles_for_this_project_now_is_refused,
        course_parts::staff_announce_and_members_read_the_latest_first,
        course_parts::staff_make_topics_and_members_read_them_in_their_places,
        course_parts::a_topic_stays_while_assignments_stand_under_it,
        course_parts::of_a_public_course_everybody_sees_that_it_is_there_and_members_what_is_in_it,
        course_parts::all_that_is_wrong_with_a_part_is_told_at_once,
        profile::the_first_call_makes_a_profile_of_what_the_token_tells,
        profile::of_ten_first_calls_at_once_one_makes_the_profile,
        profile::a_profile_changes_in_what_is_named_alone,
        profile::all_that_is_wrong_with_a_profile_is_told_at_once,
        profile::a_device_registered_twice_is_one_and_its_owner_alone_removes_it,
        own_data::whoever_asks_gets_one_file_with_all_that_is_the_own,
        own_data::whoever_is_erased_in_mid_answer_is_gone_and_nothing_comes_back,
        own_data::an_object_that_was_erased_reads_nothing_in_again,
        own_data::whoever_owns_a_course_or_saw_another_profile_is_not_erased,
        own_data::an_erasure_that_was_killed_is_finished_when_it_is_asked_for_again,
        own_data::a_profile_follows_the_verified_address_of_its_identity,
        crash::a_killed_worker_loses_nothing_it_has_acknowledged,
        crash::a_turn_is_answered_and_kept_though_nobody_comes_back,
        documents::a_store_killed_amid_ten_thousand_writes_has_all_it_acknowledged_and_nothing_by_half,
        exported::documents_go_from_the_workers_store_to_firestore_and_back_and_are_the_same,
        idle::a_socket_without_work_is_closed_and_resumed,
    ];
    let emulated = dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_firestore;
    let name = "dialogue::the_worker_answers_by_text_and_voice_and_keeps_it_in_firestore";
    all.insert(0, test(&house, name, emulated).with_ignored_flag(!house.has_emulator() && !arguments.list));
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
