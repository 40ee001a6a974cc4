//! Runner labels in runner syntax: `go:host`, `docker:docker://image@sha256:…`.

use crate::{Refusal, text::is_plain};

/// Where a label's jobs run on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Straight on the machine.
    Host,
    /// In a container of this image.
    Docker {
        /// Image reference, best pinned by digest.
        image: String,
    },
}

/// One label: the name that `runs-on` asks for, and where its jobs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    text: String,
    name_bytes: usize,
    place: Place,
}

impl Label {
    /// Accepts `name:host` and `name:docker://image`.
    ///
    /// A bare name is refused: what it means is left to the runner, and differs between kinds and versions.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let refuse = |problem| Refusal::of("label", value, problem, "write `go:host` or `go:docker://image`");
        let Some((name, place)) = value.split_once(':') else {
            return Err(refuse("does not say where its jobs run"));
        };
        if !is_plain(value, 1024) || value.contains(|c: char| c.is_whitespace() || c == ',') || name.is_empty() {
            return Err(refuse("has an empty name, white space or a comma"));
        }
        let place = match (place, place.strip_prefix("docker://")) {
            ("host", _) => Place::Host,
            (_, Some(image)) if !image.is_empty() => Place::Docker { image: image.to_owned() },
            _ => return Err(refuse("names no known place for its jobs")),
        };
        Ok(Self { text: value.to_owned(), name_bytes: name.len(), place })
    }

    /// The whole label as the runner reads it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part that `runs-on` asks for.
    pub fn name(&self) -> &str {
        self.text.get(..self.name_bytes).unwrap_or_default()
    }

    /// Where its jobs run.
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

/// The labels of one pool: at least one, all on the host or all in containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels(Vec<Label>);

impl Labels {
    /// Reads every label, and refuses an empty, doubled or mixed list.
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let labels: Vec<Label> = values.into_iter().map(Label::parse).collect::<Result<_, _>>()?;
        let Some(first) = labels.first() else {
            return Err(Refusal::secret("the list of labels", "is empty", "name what the machine serves, such as `go:host`"));
        };
        let on_host = |label: &Label| label.place == Place::Host;
        if let Some(other) = labels.iter().find(|label| on_host(label) != on_host(first)) {
            return Err(Refusal::of(
                "label",
                &other.text,
                "mixes host and container in one pool",
                "make two pools: a job on the host could reach into the containers",
            ));
        }
        let doubled = labels.iter().enumerate().find(|(at, label)| labels.iter().take(*at).any(|l| l.name() == label.name()));
        if let Some((_, label)) = doubled {
            return Err(Refusal::of("label", &label.text, "has a name that is taken", "name each label once"));
        }
        Ok(Self(labels))
    }

    /// The labels in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Label> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_and_a_place() {
        let label = Label::parse("docker:docker://node:20@sha256:abc").unwrap();
        assert_eq!(label.name(), "docker");
        assert_eq!(label.place(), &Place::Docker { image: "node:20@sha256:abc".into() });
        assert_eq!(Label::parse("go:host").unwrap().place(), &Place::Host);
    }

    #[test]
    fn what_a_runner_could_read_in_two_ways_is_refused() {
        for bad in ["", "go", ":host", "go:hots", "go:host:x", "go:docker://", "a b:host", "a,b:host", "go:docker://a\nb"] {
            assert!(Label::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_pool_is_host_or_container_not_both() {
        let sentence = Labels::parse(["go:host", "image:docker://alpine"]).unwrap_err().to_string();
        assert!(sentence.contains("make two pools"), "{sentence}");
    }

    #[test]
    fn an_empty_or_doubled_list_is_refused() {
        assert!(Labels::parse([]).is_err());
        assert!(Labels::parse(["go:host", "go:host"]).is_err());
    }
}
