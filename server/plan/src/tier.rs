//! How large a plan is, which decides how it is reviewed.

/// The size of a plan. The order is the order of size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// At most 2 files.
    Trivial,
    /// At most 5 files.
    Small,
    /// At most 15 files.
    Medium,
    /// More.
    Large,
}

impl Tier {
    /// All of them, smallest first.
    pub const ALL: [Tier; 4] = [Tier::Trivial, Tier::Small, Tier::Medium, Tier::Large];

    /// The word in files and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tier::Trivial => "TRIVIAL",
            Tier::Small => "SMALL",
            Tier::Medium => "MEDIUM",
            Tier::Large => "LARGE",
        }
    }

    /// The tier of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name().eq_ignore_ascii_case(name))
    }

    /// The tier of a plan that writes this many files.
    #[must_use]
    pub fn of_files(files: usize) -> Self {
        match files {
            0..=2 => Tier::Trivial,
            3..=5 => Tier::Small,
            6..=15 => Tier::Medium,
            _ => Tier::Large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_by_files() {
        let names: Vec<&str> =
            [0, 2, 3, 5, 6, 15, 16, 9_999].iter().map(|n| Tier::of_files(*n).name()).collect();
        assert_eq!(names, ["TRIVIAL", "TRIVIAL", "SMALL", "SMALL", "MEDIUM", "MEDIUM", "LARGE", "LARGE"]);
        assert_eq!(Tier::from_name("medium"), Some(Tier::Medium));
        assert_eq!(Tier::from_name("HUGE"), None);
    }
}
