//! What a call needs the forge to be able to, and what to say when its release is too old.

use super::capabilities::{Capabilities, ForgeKind, Version};
use super::error::{ForgeError, ForgeErrorKind};

/// Something that not every release can.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ability {
    /// Tell which jobs wait.
    Queue,
    /// List and remove runners.
    Registrations,
    /// Make a runner in a way that we dare use.
    Register,
    /// Switch a runner off.
    Disable,
}

impl Ability {
    /// Whether the forge can do it.
    pub(super) fn held_by(self, forge: Capabilities) -> bool {
        match self {
            Self::Queue => forge.queue,
            Self::Registrations => forge.registrations,
            // Before 1.24 and 15 there are only runners that outlive their job; that is known and warned about.
            Self::Register => forge.registers,
            Self::Disable => forge.disable,
        }
    }

    /// Why it cannot, and which release can.
    pub(super) fn lacking(self, forge: Capabilities) -> ForgeError {
        let what = match self {
            Self::Queue => "list its waiting jobs",
            Self::Registrations => "list or remove runners over its API",
            Self::Register => "register runners over its API",
            Self::Disable => "switch a runner off",
        };
        let remedy = match self.since(forge.kind) {
            Some(since) => format!("upgrade it to {since} or later"),
            None => "no release can, so end the machine instead".to_owned(),
        };
        let cause = format!("it cannot {what}, so this is not supported yet: {remedy}");
        ForgeError::new(ForgeErrorKind::NotSupported, format!("{} {}", forge.kind, forge.version), cause)
    }

    /// The first release that can.
    fn since(self, kind: ForgeKind) -> Option<Version> {
        let releases: &[(u32, u32)] = match kind {
            ForgeKind::Gitea => &[(1, 22), (1, 24), (1, 25), (1, 26)],
            ForgeKind::Forgejo => &[(11, 0), (15, 0)],
        };
        let mut releases = releases.iter().map(|&(major, minor)| Version { major, minor });
        releases.find(|release| self.held_by(Capabilities::of(kind, *release)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(ability: Ability, kind: ForgeKind, major: u32, minor: u32) -> String {
        ability.lacking(Capabilities::of(kind, Version { major, minor })).cause
    }

    #[test]
    fn an_old_release_is_told_what_to_upgrade_to() {
        insta::assert_snapshot!(sentence(Ability::Queue, ForgeKind::Gitea, 1, 24), @"it cannot list its waiting jobs, so this is not supported yet: upgrade it to 1.25 or later");
        insta::assert_snapshot!(sentence(Ability::Queue, ForgeKind::Forgejo, 10, 0), @"it cannot list its waiting jobs, so this is not supported yet: upgrade it to 11.0 or later");
        insta::assert_snapshot!(sentence(Ability::Register, ForgeKind::Gitea, 1, 21), @"it cannot register runners over its API, so this is not supported yet: upgrade it to 1.22 or later");
        insta::assert_snapshot!(sentence(Ability::Registrations, ForgeKind::Forgejo, 11, 0), @"it cannot list or remove runners over its API, so this is not supported yet: upgrade it to 15.0 or later");
        insta::assert_snapshot!(sentence(Ability::Disable, ForgeKind::Gitea, 1, 25), @"it cannot switch a runner off, so this is not supported yet: upgrade it to 1.26 or later");
        insta::assert_snapshot!(sentence(Ability::Disable, ForgeKind::Forgejo, 15, 0), @"it cannot switch a runner off, so this is not supported yet: no release can, so end the machine instead");
    }
}
