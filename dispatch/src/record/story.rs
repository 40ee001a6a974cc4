//! The story of a record: what happened, when and why, for `dispatch why`.

use std::fmt::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::reason::Reason;
use crate::text::printable;
use crate::time::Timestamp;

/// Most notes that one record keeps. The first ones say how it began and the last ones where it stands, so the middle gives way.
const MOST_NOTES: usize = 40;
const KEPT_FROM_START: usize = 10;

/// Most characters of one note. Causes come from forges and clouds, and a record that grew beyond what the store takes
/// could not even be closed.
const MOST_CHARACTERS: usize = 1_500;

/// One line of a story.
///
/// Code and sentence are kept as text, so that an older program can still tell a story that a newer one wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was decided or seen.
    pub at: Timestamp,
    /// The stable word for programs.
    pub code: String,
    /// The sentence for people.
    pub text: String,
}

/// Notes in order of time. Copies share them: every pass reads the records of all that is open, and changes few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Note>")]
pub struct Story(Arc<Vec<Note>>);

impl Story {
    /// A story that begins with `reason`.
    pub fn beginning(at: Timestamp, reason: &Reason) -> Self {
        let mut story = Self::default();
        story.add(at, reason);
        story
    }

    /// Adds a line, unless the last line says the same.
    pub fn add(&mut self, at: Timestamp, reason: &Reason) {
        let text = text(reason);
        if self.last().is_some_and(|note| note.text == text) {
            return;
        }
        let notes = Arc::make_mut(&mut self.0);
        notes.push(Note { at, code: reason.code().to_owned(), text });
        if notes.len() > MOST_NOTES {
            notes.remove(KEPT_FROM_START);
        }
    }

    /// Whether the last line says just this.
    pub fn ends_with(&self, reason: &Reason) -> bool {
        // Each pass asks this of all that waits, and mostly it is so word for word.
        self.last().is_some_and(|note| reads(&note.text, reason) || note.text == text(reason))
    }

    /// The lines, oldest first.
    pub fn notes(&self) -> &[Note] {
        &self.0
    }

    /// The newest line.
    pub fn last(&self) -> Option<&Note> {
        self.0.last()
    }
}

impl From<Vec<Note>> for Story {
    fn from(notes: Vec<Note>) -> Self {
        Self(Arc::new(notes))
    }
}

impl Serialize for Story {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.notes().serialize(serializer)
    }
}

/// Whether `text` is what `reason` says, found out without writing that down.
fn reads(text: &str, reason: &Reason) -> bool {
    let mut left = Left(text);
    write!(left, "{reason}").is_ok() && left.0.is_empty()
}

/// What is left of a text after what was written so far.
struct Left<'a>(&'a str);

impl Write for Left<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

fn text(reason: &Reason) -> String {
    printable(&reason.to_string(), MOST_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_true_is_told_once() {
        let mut story = Story::beginning(Timestamp::from_seconds(1), &Reason::LaunchAgain);
        story.add(Timestamp::from_seconds(2), &Reason::LaunchAgain);
        story.add(Timestamp::from_seconds(3), &Reason::Online);
        assert_eq!(story.notes().len(), 2);
    }

    #[test]
    fn it_ends_with_the_whole_of_what_was_said_last() {
        let over = |conclusion: &str| Reason::Over { conclusion: conclusion.to_owned() };
        let story = Story::beginning(Timestamp::from_seconds(1), &over("success at last"));
        assert!(story.ends_with(&over("success at last")));
        for other in ["success", "success at last, and more", "failure", ""] {
            assert!(!story.ends_with(&over(other)), "{other}");
        }
        let tamed = Story::beginning(Timestamp::from_seconds(1), &over("so\u{1b}so"));
        assert!(tamed.ends_with(&over("so\u{1b}so")), "as it was told, which is not as it was");
    }

    #[test]
    fn what_a_copy_adds_is_not_in_the_original() {
        let story = Story::beginning(Timestamp::from_seconds(1), &Reason::LaunchAgain);
        let mut copy = story.clone();
        copy.add(Timestamp::from_seconds(3), &Reason::Online);
        assert_eq!((story.notes().len(), copy.notes().len()), (1, 2));
    }

    #[test]
    fn a_story_is_stored_as_its_notes() {
        let story = Story::beginning(Timestamp::from_seconds(1), &Reason::LaunchAgain);
        let json = serde_json::to_string(&story).unwrap();
        assert_eq!(json, serde_json::to_string(story.notes()).unwrap());
        assert_eq!(serde_json::from_str::<Story>(&json).unwrap(), story);
    }

    #[test]
    fn a_long_cause_is_cut_and_still_told_once() {
        let endless = Reason::Over { conclusion: "x".repeat(1_000_000) };
        let mut story = Story::beginning(Timestamp::from_seconds(1), &endless);
        story.add(Timestamp::from_seconds(2), &endless);
        assert_eq!(story.notes().len(), 1);
        assert_eq!(story.notes()[0].text.chars().count(), MOST_CHARACTERS);
    }

    #[test]
    fn a_long_story_keeps_its_beginning_and_its_end() {
        let mut story = Story::default();
        for age_s in 0..200 {
            story.add(Timestamp::from_seconds(age_s), &Reason::Hung { age_s });
        }
        assert_eq!(story.notes().len(), MOST_NOTES);
        assert_eq!(story.notes()[0].at, Timestamp::from_seconds(0));
        assert_eq!(story.last().unwrap().at, Timestamp::from_seconds(199));
    }
}
