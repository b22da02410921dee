//! Mistakes in templates, each told with its file and line; and what a sound one becomes.

use super::*;
use crate::template::slot::Slot;

const SOUND: &str = "---
id: low_balance
name: Low balance
description: Of an own wallet.
subject.en: {{balance}} left
subject.zh-Hant: 還剩 {{balance}}
push.en: {{name}}, add some.
push.zh-Hant: 請補充點數。
---
## English {#en}
Hello {{name}}, you have *{{balance}}*.
[Look]({{walletUrl}})

## 繁體中文 {#zh-Hant}
{{name}}：{{balance}}，[看]({{walletUrl}})。
";

fn mistake(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    read(Kind::LowBalance, &SOUND.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_file_says_the_same_in_every_language() {
    let sources = read(Kind::LowBalance, SOUND).unwrap();
    assert_eq!(sources.iter().map(|source| source.language).collect::<Vec<_>>(), Language::ALL);
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(sources[0].subject, [Piece::Slot(Slot::Balance), text(" left")]);
    assert_eq!(sources[0].push, [Piece::Slot(Slot::Name), text(", add some.")]);
    assert_eq!(
        sources[1].body.text,
        [
            Piece::Slot(Slot::Name),
            text("："),
            Piece::Slot(Slot::Balance),
            text("，看: "),
            Piece::Slot(Slot::WalletUrl),
            text(" 。\n"),
        ]
    );
    assert_eq!(read(Kind::LowBalance, &SOUND.replace('\n', "\r\n")), read(Kind::LowBalance, SOUND));
}

#[test]
fn a_placeholder_that_is_not_known_open_or_missing_is_told_with_its_line() {
    for (from, to, told) in [
        (
            "Hello {{name}}",
            "Hello {{nmae}}",
            "low_balance.md:11: {{nmae}} is not known here; known placeholders: {{name}}, {{balance}}",
        ),
        ("Hello {{name}}, you have *{{balance}}*.", "Hello {{name}", "low_balance.md:11: `{{` is not closed"),
        ("Hello {{name}}", "Hello name}}", "low_balance.md:11: `}}` without"),
        ("Hello {{name}}", "Hello {{course}}", "low_balance.md:11: {{course}} is not known here"),
        ("subject.en: {{balance}}", "subject.en: {{sum}}", "low_balance.md:5: {{sum}} is not known here"),
        ("{{name}}：", "", "low_balance.md:15: {{name}} is missing in `zh-Hant`"),
    ] {
        let mistake = mistake(from, to);
        assert!(mistake.contains(told), "{mistake}");
    }
}

#[test]
fn only_addresses_of_ours_are_linked_to() {
    for link in [
        "[Look](https://example.org)",
        "[Look]({{name}})",
        "[Look]({{walletUrl}}?x={{name}})",
        "[Look](javascript:x)",
    ] {
        let mistake = mistake("[Look]({{walletUrl}})", link);
        assert!(mistake.contains("low_balance.md:12: `") && mistake.contains("is no address"), "{mistake}");
    }
}

#[test]
fn what_letters_do_not_use_is_refused_with_its_line() {
    for other in ["<b>Look</b>", "`code`", "![picture](x.png)", "> quoted", "1. first", "# Title", "---"] {
        let mistake = mistake("[Look]({{walletUrl}})\n", &format!("[Look]({{{{walletUrl}}}})\n\n{other}\n"));
        assert!(
            mistake.contains("low_balance.md:14: ") && mistake.contains("nothing else"),
            "{other}: {mistake}"
        );
    }
}

#[test]
fn a_field_or_a_language_that_is_missing_or_strange_is_told() {
    for (from, to, told) in [
        ("id: low_balance", "id: high_balance", ":2: `id` must be the file's name, `low_balance`"),
        ("subject.zh-Hant: 還剩 {{balance}}\n", "", ":8: `subject.zh-Hant` is missing"),
        ("subject.zh-Hant", "subject.zh", ":6: `subject.zh` is not a field"),
        ("subject.zh-Hant", "subject.en", ":6: `subject.en` stands twice"),
        ("name: Low balance", "name:", ":3: `name` is empty"),
        ("push.en: {{name}}, add some.\n", "", ":8: `push.en` is missing"),
        ("push.en: {{name}}, add some.", "push.en: {{sum}}", ":7: {{sum}} is not known here"),
        ("{#zh-Hant}", "{#zh}", "must end with its language, one of {#en}, {#zh-Hant}"),
        ("{#zh-Hant}", "{#en}", "`{#en}` must stand there once"),
        ("## English {#en}\n", "", ":10: stands before the heading of a language"),
        ("---\nid", "id", ":1: the file must begin with `---`"),
    ] {
        let mistake = mistake(from, to);
        assert!(mistake.contains(told), "{mistake}");
    }
}

#[test]
fn lists_headings_and_breaks_have_both_forms() {
    let body = "### What to do\n- **first**\n- *second*\n\nOne line\nand more\\\nand the next {{name}} {{balance}} [a]({{walletUrl}})";
    let text = SOUND.replacen("Hello {{name}}, you have *{{balance}}*.\n[Look]({{walletUrl}})", body, 1);
    let source = read(Kind::LowBalance, &text).unwrap().remove(0);
    let shown = |pieces: &[Piece]| {
        let shown = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => format!("[{}]", slot.name()),
        });
        shown.collect::<String>()
    };
    assert_eq!(
        shown(&source.body.text),
        "What to do\n\n- first\n- second\n\nOne line and more\nand the next [name] [balance] a: [walletUrl]\n"
    );
    assert_eq!(
        shown(&source.body.html),
        "<h3>What to do</h3>\n<ul>\n<li><strong>first</strong></li>\n<li><em>second</em></li>\n</ul>\n<p>One line and more<br>\nand \
         the next [name] [balance] <a href=\"[walletUrl]\">a</a></p>\n"
    );
}

/// The files themselves are read by `build.rs`; here a change of the reading shows which of them it breaks.
#[test]
fn every_file_is_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../prompts/mail");
    for kind in Kind::ALL.iter().copied() {
        let text = std::fs::read_to_string(format!("{folder}/{}.md", kind.id())).unwrap();
        assert!(read(kind, &text).is_ok(), "{:?}", read(kind, &text));
    }
}
