//! Reading a list page by page while it changes.
//!
//! Both APIs page by position, so when a row leaves, every later row moves up by one, and a reader that asks for page 1
//! and then page 2 misses the row that slipped from the one to the other. Rows ordered by id allow a proof instead:
//!
//! - Each window begins at or before the last row seen so far. (Positions are `(page - 1) × limit`, so the limit is
//!   chosen to make that fit.)
//! - A window whose first id is not above the last id seen leaves no gap: the rows of one answer are neighbours, so every
//!   id between has been looked at. Otherwise rows before it have left, and the reader goes back until it meets what it
//!   has seen.
//!
//! So a row that is there all the time is found, whatever comes and goes around it.

use std::collections::BTreeMap;

use super::error::ForgeError;
use super::http::{Answer, Call, Http};

/// Rows of one answer; more is cut down by both forges' default configuration.
const LIMIT: usize = 50;

/// Answers read for one list: a bound on time and memory, far above any queue that a dispatcher can serve.
const MOST_WINDOWS: usize = 128;

/// Sweeps over a list without order before what was found has to do.
const MOST_SWEEPS: usize = 3;

/// What one answer shows of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    /// Its rows with their ids.
    pub(super) rows: Vec<(u64, T)>,
    /// Rows in the answer, those included that could not be read.
    pub(super) length: usize,
    /// Rows of the whole list, where the answer says.
    pub(super) total: Option<u64>,
}

impl<T> Default for Page<T> {
    /// The end of a list.
    fn default() -> Self {
        Self { rows: Vec::new(), length: 0, total: None }
    }
}

/// What to ask for: rows `(page - 1) × limit` up to `page × limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// From 1.
    pub(super) page: usize,
    /// At most [`LIMIT`].
    pub(super) limit: usize,
}

impl Window {
    fn start(self) -> usize {
        (self.page - 1) * self.limit
    }

    fn end(self) -> usize {
        self.page * self.limit
    }

    /// The window with row `row` in it that reaches furthest.
    fn around(row: usize, most: usize) -> Self {
        let windows = (1..=most.max(1)).map(|limit| Self { page: row / limit + 1, limit });
        windows.max_by_key(|window| window.end()).unwrap_or(Self { page: row + 1, limit: 1 })
    }
}

/// A list that can be asked for in windows.
pub(super) trait Source: Send {
    /// What it lists.
    type Row: Send;

    /// The rows of this window, as they are now.
    fn page(&mut self, window: Window) -> impl Future<Output = Result<Page<Self::Row>, ForgeError>> + Send;
}

/// A list of the forge: a call without its window, and how an answer to it is read.
pub(super) struct Listing<'a, R> {
    /// Whom to ask.
    pub(super) http: &'a Http,
    /// What to ask for.
    pub(super) call: Call,
    /// Reads one answer.
    pub(super) read: R,
}

impl<T: Send, R: FnMut(&Answer) -> Result<Page<T>, ForgeError> + Send> Source for Listing<'_, R> {
    type Row = T;

    async fn page(&mut self, window: Window) -> Result<Page<T>, ForgeError> {
        // Always with a page: Forgejo ignores the limit without one, and lists everything there ever was (seen on 15.0.3).
        let call = self.call.clone().query("page", &window.page).query("limit", &window.limit);
        (self.read)(&self.http.ask(&call).await?)
    }
}

/// How far a list in ascending order of ids has been read.
#[derive(Debug)]
struct Cursor {
    /// The highest id up to which everything has been seen.
    last: Option<u64>,
    /// A row that the next window must hold.
    next: usize,
    /// The most rows that the forge gives; its configuration may say less than we ask for.
    limit: usize,
    done: bool,
}

impl Cursor {
    fn start() -> Self {
        Self { last: None, next: 0, limit: LIMIT, done: false }
    }

    fn window(&self) -> Window {
        Window::around(self.next, self.limit)
    }

    /// Takes note of an answer that held these ids.
    fn saw(&mut self, window: Window, ids: impl Iterator<Item = u64> + Clone, length: usize, total: Option<u64>) {
        let (first, last) = (ids.clone().min(), ids.max());
        let start = window.start();
        let gap = match (self.last, first) {
            (Some(seen), Some(first)) => first > seen,
            // Beyond the end of a list that has become shorter.
            (Some(_), None) => length == 0,
            (None, _) => false,
        };
        if gap && start > 0 {
            self.next = start - 1;
            return;
        }
        self.last = self.last.max(last);
        self.next = (start + length).saturating_sub(1);
        let more = total.is_some_and(|total| total > (start + length) as u64);
        if length < window.limit && more && length > 0 && start == 0 {
            self.limit = length;
        } else {
            self.done = length < window.limit;
        }
    }
}

/// Reads a list that the forge orders by ascending id. Of one too long to read, the oldest rows are returned.
pub(super) async fn ascending<S: Source>(mut list: S) -> Result<Vec<S::Row>, ForgeError> {
    let mut cursor = Cursor::start();
    let mut rows = BTreeMap::new();
    for _ in 0..MOST_WINDOWS {
        let window = cursor.window();
        let page = list.page(window).await?;
        cursor.saw(window, page.rows.iter().map(|(id, _)| *id), page.length, page.total);
        rows.extend(page.rows);
        if cursor.done {
            return Ok(rows.into_values().collect());
        }
    }
    tracing::warn!(rows = rows.len(), "the list is too long to be read to its end; its oldest rows are served first");
    Ok(rows.into_values().collect())
}

/// Reads a list without a stable order: again, while fewer rows were met than the forge counts.
pub(super) async fn unordered<S: Source>(mut list: S) -> Result<Vec<S::Row>, ForgeError> {
    let mut rows = BTreeMap::new();
    for _ in 0..MOST_SWEEPS {
        let (mut met, mut counted) = (0, None);
        for page in 1..=MOST_WINDOWS {
            let answer = list.page(Window { page, limit: LIMIT }).await?;
            met += answer.length;
            counted = answer.total;
            rows.extend(answer.rows);
            let all_met = counted.map_or(answer.length < LIMIT, |total| met as u64 >= total);
            if all_met || answer.length == 0 {
                break;
            }
        }
        if counted.is_none_or(|total| rows.len() as u64 >= total) {
            break;
        }
    }
    Ok(rows.into_values().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// A list that answers by a function.
    struct Scripted<F>(F);

    impl<F: FnMut(Window) -> Page<u64> + Send> Source for Scripted<F> {
        type Row = u64;

        async fn page(&mut self, window: Window) -> Result<Page<u64>, ForgeError> {
            Ok((self.0)(window))
        }
    }

    /// What a forge that gives at most `most` rows answers.
    fn answer(list: impl IntoIterator<Item = u64>, window: Window, most: usize) -> Page<u64> {
        let list: Vec<u64> = list.into_iter().collect();
        let limit = window.limit.min(most);
        let rows: Vec<_> = list.iter().skip((window.page - 1) * limit).take(limit).map(|id| (*id, *id)).collect();
        Page { length: rows.len(), rows, total: Some(list.len() as u64) }
    }

    fn now<T>(reading: impl Future<Output = Result<T, ForgeError>>) -> T {
        futures_util::FutureExt::now_or_never(reading).expect("nothing waits").unwrap()
    }

    /// Reads `list` while `change` happens to it before each answer after the first.
    fn read(list: BTreeSet<u64>, most: usize, mut change: impl FnMut(usize, &mut BTreeSet<u64>) + Send) -> Vec<u64> {
        let (mut list, mut answers) = (list, 0);
        now(ascending(Scripted(|window: Window| {
            if answers > 0 {
                change(answers, &mut list);
            }
            answers += 1;
            answer(list.iter().copied(), window, most)
        })))
    }

    #[test]
    fn a_window_begins_at_or_before_its_row_and_reaches_on() {
        assert_eq!(Window::around(0, 50), Window { page: 1, limit: 50 });
        assert_eq!(Window::around(49, 50), Window { page: 2, limit: 49 });
        for row in 0..5_000 {
            let window = Window::around(row, LIMIT);
            assert!(window.start() <= row && row + 1 < window.end(), "{row}: {window:?}");
        }
    }

    #[test]
    fn a_quiet_list_is_read_whole() {
        for length in [0, 1, 49, 50, 51, 99, 100, 101, 1_000] {
            assert_eq!(read((1..=length).collect(), LIMIT, |_, _| ()).len(), usize::try_from(length).unwrap());
        }
    }

    #[test]
    fn a_forge_that_gives_less_than_asked_for_is_read_whole() {
        assert_eq!(read((1..=200).collect(), 10, |_, _| ()).len(), 200);
    }

    #[test]
    fn a_row_that_slips_from_page_two_to_page_one_is_found() {
        let found = read((1..=100).collect(), LIMIT, |answers, list| {
            if answers == 1 {
                list.retain(|id| *id > 30);
            }
        });
        assert!((31..=100).all(|id| found.contains(&id)), "{found:?}");
    }

    #[test]
    fn a_list_that_empties_meanwhile_ends() {
        assert_eq!(read((1..=100).collect(), LIMIT, |_, list| list.clear()), (1..=50).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_without_end_is_bounded() {
        let mut answers = 0;
        let found = read((1..=50).collect(), LIMIT, |_, list| {
            answers += 1;
            let next = list.len() as u64;
            list.extend(next..next + 60);
        });
        assert!(found.len() >= 5_000 && answers < MOST_WINDOWS, "{} rows, {answers} answers", found.len());
    }

    #[test]
    fn rows_that_change_places_are_found_by_reading_again() {
        let mut sweeps = 0;
        let found = now(unordered(Scripted(|window: Window| {
            sweeps += usize::from(window.page == 1);
            // The first sweep meets row 7 twice and row 60 never.
            answer((1..=80).map(|id| if sweeps == 1 && id == 60 { 7 } else { id }), window, LIMIT)
        })));
        assert_eq!((found, sweeps), ((1..=80).collect(), 2));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// The promise: whatever leaves and whatever comes, with any id, a row that stays is found.
        #[test]
        fn a_row_that_stays_is_found(
            stays in prop::collection::btree_set(0u64..2_000, 0..300),
            rest in prop::collection::btree_set(0u64..2_000, 0..300),
            changes in prop::collection::vec(prop::collection::btree_set(0u64..2_000, 0..80), 0..12),
            most in 20usize..=LIMIT,
        ) {
            let list: BTreeSet<u64> = stays.union(&rest).copied().collect();
            let found = read(list, most, |answers, list| {
                for id in changes.get(answers).into_iter().flatten().filter(|id| !stays.contains(id)) {
                    if !list.remove(id) {
                        list.insert(*id);
                    }
                }
            });
            for id in &stays {
                prop_assert!(found.contains(id), "{id} is missing");
            }
        }
    }
}
