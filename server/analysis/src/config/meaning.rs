//! What a key of a `segue.toml` means, by the table that it stands in.

use super::keys::{self, Row, Shape};
use segue_plan::policy;

/// A table, by what may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// The keys of the rows below this path; empty for the top.
    Rows(String),
    /// Names of the author's choice, each a table as this row has it.
    Names(&'static Row),
    /// Rules, each with a severity.
    Severities(&'static Row),
    /// Names of the author's choice, each a string.
    Texts(&'static Row),
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning<'k> {
    /// A setting.
    Row(&'static Row),
    /// A number by which plans are run.
    Number(&'static policy::Row),
    /// A rule, or a family of rules.
    Rules(&'k str),
    /// A name of the author's choice, in the table of this row.
    Text(&'static Row),
}

impl Table {
    /// The table that these keys lead to from the top; `None` where they lead to none. An element of a
    /// list of tables is reached by the key of the list.
    pub fn at(keys: &[String]) -> Option<Self> {
        keys.iter().try_fold(Self::Rows(String::new()), |table, key| match table.meaning(key)? {
            Meaning::Row(row) => Self::of(row),
            Meaning::Number(_) | Meaning::Rules(_) | Meaning::Text(_) => None,
        })
    }

    /// The table that is the value of a row.
    pub fn of(row: &'static Row) -> Option<Self> {
        match row.shape {
            Shape::Table { .. } => Some(Self::Rows(row.path.to_owned())),
            Shape::Tables => Some(Self::Rows(format!("{}[]", row.path))),
            Shape::NamedTables => keys::named(row.path).map(Self::Names),
            Shape::Severities => Some(Self::Severities(row)),
            Shape::Texts => Some(Self::Texts(row)),
            _ => None,
        }
    }

    /// What a key of this table means; `None` where it may have no such key.
    pub fn meaning<'k>(&self, key: &'k str) -> Option<Meaning<'k>> {
        match self {
            Self::Rows(at) => {
                let number = keys::number(at, key).map(Meaning::Number);
                number.or_else(|| keys::row(at, key).map(Meaning::Row))
            }
            Self::Names(row) => Some(Meaning::Row(row)),
            Self::Severities(_) => Some(Meaning::Rules(key)),
            Self::Texts(row) => Some(Meaning::Text(row)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_their_tables() {
        let at = |keys: &[&str]| Table::at(&keys.iter().map(|&key| key.to_owned()).collect::<Vec<_>>());
        assert_eq!(at(&[]), Some(Table::Rows(String::new())));
        assert_eq!(at(&["known"]), Some(Table::Rows("known".to_owned())));
        assert_eq!(at(&["overrides"]), Some(Table::Rows("overrides[]".to_owned())));
        assert!(
            matches!(at(&["overrides", "rules"]), Some(Table::Severities(row)) if row.path == "overrides[].rules")
        );
        assert!(matches!(at(&["agents"]), Some(Table::Names(row)) if row.path == "agents.*"));
        assert_eq!(at(&["agents", "mine"]), Some(Table::Rows("agents.*".to_owned())));
        assert!(matches!(at(&["review"]), Some(Table::Texts(_))));
        assert_eq!([at(&["clients"]), at(&["nothing"]), at(&["orchestrator", "jobs"])], [None, None, None]);
        let orchestrator = at(&["orchestrator"]).unwrap();
        assert!(matches!(orchestrator.meaning("jobs"), Some(Meaning::Number(row)) if row.max == 1000));
        assert!(matches!(orchestrator.meaning("setup"), Some(Meaning::Row(_))));
        assert_eq!(orchestrator.meaning("zebra"), None);
    }
}
