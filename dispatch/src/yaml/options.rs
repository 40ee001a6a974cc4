//! How a text is to be read.

/// The dialect and the bounds of one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What a plain scalar means.
    pub schema: Schema,
    /// What to do with a key that occurs twice in one mapping.
    pub duplicate_keys: DuplicateKeys,
    /// Whether `<<: *base` is replaced by the entries of `base`; otherwise it stays as an entry with the key `<<`.
    pub expand_merge_keys: bool,
    /// What to do with a second document in the text.
    pub documents: Documents,
    /// Bounds against texts made to hurt.
    pub limits: Limits,
}

/// What a plain scalar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// YAML 1.2 core: `010` is ten, `2_17` and `yes` are text, there are no timestamps.
    Core,
    /// As go-yaml (v3 and v4) resolves into an untyped value: `010` is eight, `2_17` is 217, `yes` is text and
    /// `2026-11-20` a timestamp.
    Go,
}

/// What to do with a key that occurs twice in one mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// An error that names both lines.
    Refuse,
    /// All entries stay, in order.
    Keep,
}

/// What to do with a second document in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// An error.
    One,
    /// Everything after the first document is ignored, even if it is not YAML.
    First,
}

/// Bounds on one text. Copies made by aliases count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the text in bytes.
    pub bytes: usize,
    /// Number of nodes.
    pub nodes: usize,
    /// Nesting of sequences and mappings.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 20, nodes: 100_000, depth: 64 }
    }
}

impl Options {
    /// For our own files: nothing ambiguous is accepted, merge keys work.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            schema: Schema::Core,
            duplicate_keys: DuplicateKeys::Refuse,
            expand_merge_keys: true,
            documents: Documents::One,
            limits: Limits::default(),
        }
    }

    /// For workflow files: the tree as the forges' go-yaml sees it before it is given a type.
    #[must_use]
    pub fn forge() -> Self {
        Self {
            schema: Schema::Go,
            duplicate_keys: DuplicateKeys::Keep,
            expand_merge_keys: false,
            documents: Documents::First,
            limits: Limits::default(),
        }
    }
}
