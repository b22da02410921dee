//! How much of an answer was heard.

/// The part of a text that was heard when so much of its speech was played: in proportion, to the last whole word.
pub(crate) fn heard_part(text: &str, heard_ms: i64, audio_ms: i64) -> String {
    let text = text.trim_end();
    if heard_ms >= audio_ms {
        return text.to_owned();
    }
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let keep = count.saturating_mul(heard_ms.max(0)).checked_div(audio_ms).unwrap_or(0);
    let keep = usize::try_from(keep).unwrap_or(0);
    let heard: String = text.chars().take(keep).collect();
    let next = text.chars().nth(keep);
    let whole = next.is_none_or(char::is_whitespace);
    // Chinese has no blanks between words: then every character is a whole one.
    let at = if whole {
        heard.len()
    } else {
        heard.rfind(char::is_whitespace).unwrap_or(if heard.is_ascii() { 0 } else { heard.len() })
    };
    heard.get(..at).unwrap_or("").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::heard_part;

    #[test]
    fn what_was_heard_ends_with_a_whole_word() {
        let text = "What makes you think so?";
        assert_eq!(heard_part(text, 500, 1_000), "What makes");
        assert_eq!(heard_part(text, 0, 1_000), "");
        assert_eq!(heard_part(text, 1_000, 1_000), text);
        assert_eq!(heard_part(text, 10, 0), text);
        assert_eq!(heard_part("你為什麼這樣想", 500, 1_000), "你為什");
    }
}
