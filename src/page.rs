//! Lists: from a page of the store to a page of the answer.

use mentora_durable::repositories::{Cursor, Page as Wanted};
use mentora_wire::rest::{Limit, Page};

use crate::error::ApiError;

/// How often the store is asked for one page of a filtered list.
const MAX_ROUNDS: u32 = 5;

/// What a repository is asked for.
///
/// # Errors
/// When the cursor is none of ours.
pub fn wanted(limit: Limit, cursor: Option<&str>) -> Result<Wanted, ApiError> {
    let cursor = cursor.map(Cursor::decode).transpose().map_err(|_| ApiError::cursor_refused())?;
    Ok(Wanted { limit: limit.get(), cursor })
}

/// What a client gets.
pub fn page<T, U>((items, next): (Vec<T>, Option<Cursor>), body: impl FnMut(T) -> U) -> Page<U> {
    Page { items: items.into_iter().map(body).collect(), next_cursor: next.as_ref().map(Cursor::encode) }
}

/// A page of what `keep` keeps, for filters that the store cannot answer by an index. Asks for more until the page
/// is full, but not for ever: a page may be short, even empty, and yet not be the last.
///
/// # Errors
/// The store's.
pub async fn filtered<T, E>(
    wanted: Wanted,
    mut fetch: impl AsyncFnMut(Wanted) -> Result<(Vec<T>, Option<Cursor>), E>,
    keep: impl Fn(&T) -> bool,
) -> Result<(Vec<T>, Option<Cursor>), E> {
    let full = wanted.limit;
    let mut kept = Vec::new();
    let mut next = wanted.cursor;
    for _ in 0..MAX_ROUNDS {
        let left = full.saturating_sub(u32::try_from(kept.len()).unwrap_or(full));
        let (items, behind) = fetch(Wanted { limit: left, cursor: next }).await?;
        kept.extend(items.into_iter().filter(|item| keep(item)));
        next = behind;
        if next.is_none() || kept.len() >= usize::try_from(full).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok((kept, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    /// A store that holds 0..30, newest last, and counts how often it is asked.
    struct Numbers {
        asked: u32,
    }

    impl Numbers {
        fn fetch(&mut self, wanted: Wanted) -> Result<(Vec<i64>, Option<Cursor>), ()> {
            self.asked += 1;
            let from = wanted.cursor.as_ref().map_or(0, place);
            let to = (from + i64::from(wanted.limit)).min(30);
            Ok(((from..to).collect(), (to < 30).then(|| cursor(to))))
        }
    }

    /// Cursors are opaque, so a place is told by the name of the document.
    fn cursor(at: i64) -> Cursor {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{at}:numbers/n"));
        Cursor::decode(&text).unwrap()
    }

    fn place(cursor: &Cursor) -> i64 {
        (0..30).find(|at| self::cursor(*at) == *cursor).unwrap()
    }

    fn ask(limit: u32, at: Option<i64>, keep: impl Fn(&i64) -> bool) -> (Vec<i64>, Option<i64>, u32) {
        let mut store = Numbers { asked: 0 };
        let wanted = Wanted { limit, cursor: at.map(cursor) };
        let found = block_on(filtered(wanted, async |wanted| store.fetch(wanted), keep));
        let (items, next) = found.unwrap();
        (items, next.as_ref().map(place), store.asked)
    }

    #[test]
    fn a_filtered_page_is_filled_from_several() {
        let (items, next, _) = ask(5, None, |n| n % 2 == 0);
        assert_eq!(items, [0, 2, 4, 6, 8]);
        assert!(next.is_some());
    }

    #[test]
    fn following_the_cursors_shows_every_kept_item_once() {
        let (mut seen, mut at) = (Vec::new(), None);
        loop {
            let (items, next, _) = ask(4, at, |n| n % 3 == 0);
            seen.extend(items);
            match next {
                Some(next) => at = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    }

    #[test]
    fn a_filter_that_keeps_nothing_does_not_read_for_ever() {
        let (items, next, asked) = ask(2, None, |_| false);
        assert!(items.is_empty());
        assert_eq!((next, asked), (Some(10), MAX_ROUNDS));
    }

    #[test]
    fn a_cursor_that_is_none_of_ours_is_refused() {
        assert!(wanted(Limit::default(), Some("xyz")).is_err());
        assert_eq!(wanted(Limit::default(), None).unwrap().limit, 20);
    }
}
