//! What people read.
//!
//! - [`words`]: moves, states and reasons in plain words
//! - [`table`]: lists; [`clock`]: times
//! - [`transcript`]: a conversation that was; [`live`]: one that is

pub mod clock;
pub mod live;
pub mod table;
pub mod transcript;
pub mod words;

/// Text of others without what a terminal would obey: escape sequences could rewrite what stands above.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\r\n\u{9b}c"), "a[2Jb\nc");
    }
}
