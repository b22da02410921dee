//! What readers get, and what nobody can make them get.

use proptest::prelude::*;

use super::*;

const SETTINGS: &str = "https://mentora.example/settings";
const WALLET: &str = "https://mentora.example/wallet?a=1&b=2";

fn reader<'a>(name: &'a str, language: Language) -> Reader<'a> {
    Reader { name, language, settings_url: SETTINGS }
}

fn own() -> Letter<'static> {
    Letter::LowBalance { balance: "0.25", wallet_url: WALLET }
}

fn of_course(course: &str) -> Letter<'_> {
    Letter::LowBalanceOfCourse { course, balance: "0.25", wallet_url: WALLET }
}

#[test]
fn a_letter_says_the_same_as_text_and_as_html() {
    let written = own().write(&reader("Kim", Language::En));
    assert_eq!(written.subject, "Your Mentora wallet has 0.25 credits left");
    assert_eq!(
        written.text,
        "Hello Kim,\n\nyour wallet has 0.25 credits left. When they are used up, the tutor cannot answer until you add \
         more.\n\nLook at your wallet: https://mentora.example/wallet?a=1&b=2\n\n-- \nYou get this mail because Mentora \
         may tell you things by mail. Change that in your settings: https://mentora.example/settings .\n"
    );
    for part in [
        "<html lang=\"en\">",
        "<p>Hello Kim,</p>",
        "<strong>0.25 credits</strong>",
        "<a href=\"https://mentora.example/wallet?a=1&amp;b=2\">Look at your wallet</a>",
        "<a href=\"https://mentora.example/settings\">Change that in your settings</a>",
    ] {
        assert!(written.html.contains(part), "{part}: {}", written.html);
    }
}

#[test]
fn a_letter_comes_in_the_language_of_its_reader() {
    let locales = [("en", Language::En), ("de-CH", Language::En), ("", Language::En), ("zha", Language::En)];
    let chinese = ["zh-Hant", "zh-TW", "zh_HK", "ZH", "yue-Hant-HK"].map(|locale| (locale, Language::ZhHant));
    for (locale, language) in locales.into_iter().chain(chinese) {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
    let written = of_course("倫理學").write(&reader("金", Language::ZhHant));
    assert_eq!(written.subject, "課程「倫理學」的錢包剩下 0.25 點");
    assert!(written.text.starts_with("金，你好：\n\n你的課程「倫理學」"), "{}", written.text);
    assert!(written.html.contains("<html lang=\"zh-Hant\">"));
}

/// Every letter, with the values that it must say beside the reader's name, its link first.
fn every_letter() -> Vec<(Letter<'static>, Vec<&'static str>)> {
    let (assignment, course) = ("On lying", "Ethics");
    let conversation_url = "https://mentora.example/conversations/c1";
    let course_url = "https://mentora.example/courses/ethics";
    let (due_at, content, student) = ("2026-11-23 12:00 UTC", "No class today.", "Lee");
    vec![
        (own(), vec![WALLET, "0.25"]),
        (of_course(course), vec![WALLET, "0.25", course]),
        (Letter::ResponseReady { assignment, conversation_url }, vec![conversation_url, assignment]),
        (
            Letter::ResponseFailed { student, assignment, conversation_url },
            vec![conversation_url, assignment, student],
        ),
        (Letter::ResponseUnpaid { assignment, conversation_url }, vec![conversation_url, assignment]),
        (Letter::ResponseUnpaidOwn { assignment, wallet_url: WALLET }, vec![WALLET, assignment]),
        (Letter::ResponseUnpaidOfCourse { course, wallet_url: WALLET }, vec![WALLET, course]),
        (
            Letter::AssignmentReminder { assignment, course, due_at, course_url },
            vec![course_url, assignment, course, due_at],
        ),
        (Letter::SubmissionGraded { assignment, conversation_url }, vec![conversation_url, assignment]),
        (Letter::Announcement { course, content, course_url }, vec![course_url, course, content]),
    ]
}

#[test]
fn every_letter_says_every_value_and_how_to_get_no_more() {
    for language in Language::ALL.iter().copied() {
        for (letter, values) in every_letter() {
            let written = letter.write(&reader("Kim", language));
            for form in [&written.text, &written.html.replace("&amp;", "&")] {
                for value in ["Kim", SETTINGS].into_iter().chain(values.iter().copied()) {
                    assert!(form.contains(value), "{value}: {form}");
                }
                assert!(!form.contains("{{"), "{form}");
            }
            assert!(!written.subject.is_empty() && !written.subject.contains('\n'));
        }
    }
}

#[test]
fn a_push_message_is_two_lines_and_leads_where_the_letter_does() {
    for language in Language::ALL.iter().copied() {
        for (letter, values) in every_letter() {
            let note = letter.note(&reader("Kim", language));
            assert_eq!(Some(&note.link.as_str()), values.first());
            assert_eq!(note.title, letter.write(&reader("Kim", language)).subject);
            assert!(!note.body.is_empty() && !note.body.contains(['\n', '{']), "{note:?}");
        }
    }
    let news = Letter::Announcement { course: "Ethics", content: "Now:\n\nhere", course_url: WALLET };
    assert_eq!(news.note(&reader("Kim", Language::En)).body, "Now: here");
}

#[test]
fn nobody_is_called_what_a_mail_program_would_carry_out() {
    let name = "<img src=x onerror=alert(1)>\r\n\r\n[Win]({{walletUrl}}) **now** \"'&";
    let written = own().write(&reader(name, Language::En));
    assert!(!written.html.contains("<img"), "{}", written.html);
    let shown = "Hello &lt;img src=x onerror=alert(1)&gt; [Win]({{walletUrl}}) **now** &quot;&#39;&amp;,</p>";
    assert!(written.html.contains(shown), "{}", written.html);
    let first = "Hello <img src=x onerror=alert(1)> [Win]({{walletUrl}}) **now** \"'&,\n\n";
    assert!(written.text.starts_with(first), "{}", written.text);
}

#[test]
fn the_title_of_a_course_begins_no_header_and_no_line() {
    let title = "Ethics\r\nBcc: everybody@example.org\n\n-- \nPay here: https://evil.example\u{202e}";
    let written = of_course(title).write(&reader("Kim", Language::En));
    assert_eq!(
        written.subject,
        "The wallet of Ethics Bcc: everybody@example.org -- Pay here: https://evil.example has 0.25 credits left"
    );
    assert_eq!(written.text.lines().filter(|line| line.starts_with("Pay") || *line == "-- ").count(), 1);
    assert!(!written.html.contains("href=\"https://evil"));
}

proptest! {
    #[test]
    fn whatever_a_name_holds_the_letter_keeps_its_lines_and_its_markup(name in ".{0,60}", title in ".{0,60}") {
        let plain = of_course("Ethics").write(&reader("Kim", Language::En));
        let written = of_course(&title).write(&reader(&name, Language::En));
        prop_assert_eq!(written.text.lines().count(), plain.text.lines().count());
        prop_assert_eq!(written.html.matches('<').count(), plain.html.matches('<').count());
        prop_assert_eq!(written.html.matches('"').count(), plain.html.matches('"').count());
        prop_assert!(!written.subject.contains(char::is_control));
    }
}
