//! What is wrong with a `segue.toml`: every key and value compared with its row.

use crate::config::file::{count, rules_of, severity, whole};
use crate::config::keys::{self, Row, Shape};
use crate::diagnostics::{Edit, Fix};
use crate::scope::GlobList;
use segue_catalog::{ClientId, Severity, catalog};
use segue_plan::policy;
use segue_syntax::Span;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A problem, before settings.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub span: Span,
    pub severity: Severity,
    pub message: String,
    pub fix: Option<Fix>,
    /// Whether what somebody wrote for a known setting does not hold because of it.
    pub loses_a_value: bool,
}

impl Problem {
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { span, severity: Severity::Warning, message: message.into(), fix: None, loses_a_value: false }
    }

    /// The same, of a value that cannot be taken.
    fn of_a_value(span: Span, message: impl Into<String>) -> Self {
        Self { loses_a_value: true, ..Self::warning(span, message) }
    }

    /// Adds the word that was surely meant, where one is near.
    fn did_you_mean<'w>(
        mut self,
        written: &str,
        words: impl IntoIterator<Item = &'w str>,
        whole: Span,
    ) -> Self {
        if let Some(near) = nearest(written, words) {
            self.message += &format!(" Did you mean `{near}`?");
            let edits = vec![Edit { span: whole, insert: near.to_owned() }];
            self.fix = Some(Fix { title: format!("Replace by `{near}`"), edits, safe: false });
        }
        self
    }
}

/// The word of `words` that `written` is nearest to, where it is near at all.
fn nearest<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = written.to_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&lower.replace(['-', '_'], ""), &plain(word)), word))
        .filter(|(distance, word)| *distance <= 2 && *distance * 2 < word.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace(['-', '_'], "")
}

/// The place inside the quotes of a string or key; all of it where it has none.
pub(crate) fn inner(text: &str, range: &Range<usize>) -> Span {
    let token = text.get(range.clone()).unwrap_or_default();
    for mark in ["\"\"\"", "'''", "\"", "'"] {
        let enclosed = token.len() > 2 * mark.len() && token.starts_with(mark) && token.ends_with(mark);
        if enclosed {
            return Span::new(range.start + mark.len(), range.end - mark.len());
        }
    }
    Span::new(range.start, range.end)
}

/// The check of one text.
pub(crate) struct Check<'t> {
    text: &'t str,
    pub problems: Vec<Problem>,
}

impl<'t> Check<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// An error of the TOML parser itself.
    pub fn syntax(&mut self, error: &toml::de::Error) {
        let range = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let problem = Problem::of_a_value(self.visible(&range), format!("This is not TOML: {message}."));
        self.problems.push(Problem { severity: Severity::Error, ..problem });
    }

    /// At least one character, where the text has any, and none of the next line.
    fn visible(&self, range: &Range<usize>) -> Span {
        let start = range.start.min(self.text.len());
        let token = self.text.get(start..range.end.min(self.text.len()).max(start)).unwrap_or_default();
        let token = token.split(['\r', '\n']).next().unwrap_or_default();
        if !token.is_empty() {
            return Span::new(start, start + token.len());
        }
        match self.text.get(start..).and_then(|rest| rest.chars().next()) {
            Some(next) if !matches!(next, '\r' | '\n') => Span::new(start, start + next.len_utf8()),
            _ => {
                let before = self.text.get(..start).unwrap_or_default();
                let before = before.trim_end_matches(['\r', '\n']);
                let last = before.chars().next_back().map_or(0, char::len_utf8);
                Span::new(before.len() - last, before.len())
            }
        }
    }

    /// The keys of the table at `at`.
    pub fn table(&mut self, at: &str, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            match (keys::number(at, key.get_ref()), keys::row(at, key.get_ref())) {
                (Some(number), _) => self.number(number, value),
                (None, Some(row)) => self.value(row, key.get_ref(), value),
                (None, None) => self.unknown_key(at, key),
            }
        }
    }

    fn unknown_key(&mut self, at: &str, key: &Spanned<std::borrow::Cow<'_, str>>) {
        let open = keys::ROWS.iter().any(|row| row.path == at && row.shape == Shape::Table { open: true });
        let near = nearest(key.get_ref(), keys::keys_of(at));
        if open && near.is_none() {
            return;
        }
        let place = match at {
            "" => "segue.toml".to_owned(),
            "overrides[]" => "`overrides`".to_owned(),
            at => format!("`{}`", at.trim_end_matches(".*")),
        };
        let span = inner(self.text, &key.span());
        let problem = Problem::warning(span, format!("There is no setting `{}` in {place}.", key.get_ref()));
        self.problems.push(problem.did_you_mean(key.get_ref(), keys::keys_of(at), span));
    }

    fn value(&mut self, row: &Row, key: &str, value: &Spanned<DeValue<'_>>) {
        let found = value.get_ref();
        let fits = match row.shape {
            Shape::Clients => self.each_string(value, &mut |check, item, span| check.client(item, span)),
            Shape::Globs => self.each_string(value, &mut |check, item, span| check.glob(item, span)),
            Shape::Strings => self.each_string(value, &mut |_, _, _| ()),
            Shape::Text | Shape::File => found.is_str(),
            Shape::Preset => found.as_str().is_some_and(|name| {
                self.preset(name, inner(self.text, &value.span()));
                true
            }),
            Shape::Bool => found.is_bool(),
            Shape::Count => count(found).is_some(),
            Shape::Severities => self.severities(value),
            Shape::Texts => found.as_table().is_some_and(|table| {
                for (key, item) in table.iter().filter(|(_, item)| !item.get_ref().is_str()) {
                    self.wrong(key.get_ref(), Shape::Text, item);
                }
                true
            }),
            Shape::Table { .. } => found.as_table().is_some_and(|table| {
                self.table(row.path, table);
                true
            }),
            Shape::Tables => found.as_array().is_some_and(|array| {
                for item in array.iter() {
                    match item.get_ref().as_table() {
                        Some(table) => self.table(&format!("{}[]", row.path), table),
                        None => self.wrong(key, row.shape, item),
                    }
                }
                true
            }),
            Shape::NamedTables => found.as_table().is_some_and(|table| {
                for (name, item) in table.iter() {
                    match item.get_ref().as_table() {
                        Some(table) => self.table(&format!("{}.*", row.path), table),
                        None => self.wrong(name.get_ref(), Shape::Table { open: true }, item),
                    }
                }
                true
            }),
        };
        if !fits {
            self.wrong(key, row.shape, value);
        }
    }

    /// A number by which plans are run.
    fn number(&mut self, row: &'static policy::Row, value: &Spanned<DeValue<'_>>) {
        match whole(value.get_ref()) {
            None => {
                let wanted = format!("a whole number from {} to {}", row.min, row.max);
                self.wrong_sort(row.name, &wanted, value, true);
            }
            Some(number) if !(row.min..=row.max).contains(&number) => {
                let refused = policy::Refused::OutOfBounds(row);
                let span = self.visible(&value.span());
                self.problems.push(Problem::of_a_value(span, format!("{refused}.")));
            }
            Some(_) => {}
        }
    }

    fn wrong(&mut self, key: &str, wanted: Shape, value: &Spanned<DeValue<'_>>) {
        self.wrong_sort(key, wanted.words(), value, wanted == Shape::Count);
    }

    fn wrong_sort(&mut self, key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, wants_number: bool) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) if wants_number => "this number",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "`true` or `false`",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let span = self.visible(&value.span());
        self.problems.push(Problem::of_a_value(span, format!("`{key}` has to be {wanted}, not {found}.")));
    }

    /// Whether the value is a list; items that are no strings are reported.
    fn each_string(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        each: &mut dyn FnMut(&mut Self, &str, Span),
    ) -> bool {
        let Some(array) = value.get_ref().as_array() else { return false };
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => each(self, text, inner(self.text, &item.span())),
                None => {
                    let span = self.visible(&item.span());
                    self.problems
                        .push(Problem::of_a_value(span, "Every item of this list has to be a string."));
                }
            }
        }
        true
    }

    fn client(&mut self, name: &str, span: Span) {
        if ClientId::from_name(name).is_some() {
            return;
        }
        let names = ClientId::ALL.map(ClientId::name);
        let message = format!("There is no client `{name}`. The clients are `{}`.", names.join("`, `"));
        self.problems.push(Problem::warning(span, message).did_you_mean(name, names, span));
    }

    fn preset(&mut self, name: &str, span: Span) {
        if keys::presets().any(|own| own == name) {
            return;
        }
        let names: Vec<&str> = keys::presets().collect();
        let message = format!("There is no preset `{name}`. The presets are `{}`.", names.join("`, `"));
        self.problems.push(Problem::warning(span, message).did_you_mean(name, names, span));
    }

    fn glob(&mut self, pattern: &str, span: Span) {
        if let Err((_, error)) = GlobList::new(&[pattern.to_owned()]) {
            self.problems.push(Problem::warning(span, format!("`{pattern}` is no glob: {error}.")));
        }
    }

    fn severities(&mut self, value: &Spanned<DeValue<'_>>) -> bool {
        let Some(table) = value.get_ref().as_table() else { return false };
        for (code, value) in table.iter() {
            let span = inner(self.text, &code.span());
            if rules_of(code.get_ref()).is_empty() {
                let codes = catalog().rules.iter().map(|row| row.code.as_str());
                let problem = Problem::warning(span, format!("There is no rule `{}`.", code.get_ref()));
                self.problems.push(problem.did_you_mean(code.get_ref(), codes, span));
            }
            let words = keys::severity_words();
            let listed = words.join("`, `");
            match value.get_ref().as_str() {
                Some(word) if severity(word).is_some() => {}
                Some(word) => {
                    let span = inner(self.text, &value.span());
                    let problem = Problem::warning(span, format!("`{word}` is none of `{listed}`."));
                    self.problems.push(problem.did_you_mean(word, words, span));
                }
                None => {
                    let span = self.visible(&value.span());
                    self.problems
                        .push(Problem::warning(span, format!("A severity is one of `{listed}`, in quotes.")));
                }
            }
        }
        true
    }
}
