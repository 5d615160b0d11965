//! What credentials look like.

use serde::Deserialize;

/// A row `[[secret]]`: what a kind of credential looks like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secret {
    /// What it is, in a few words.
    pub title: String,
    /// What it begins with.
    pub prefix: String,
    /// How many characters follow at least.
    pub at_least: usize,
    /// How many characters follow at most, where that is known.
    #[serde(default)]
    pub at_most: Option<usize>,
    /// Characters that may follow besides letters and digits of ASCII.
    #[serde(default)]
    pub also: String,
    /// Whether letters and digits have to be among them, so that words do not count.
    #[serde(default)]
    pub random: bool,
    /// How it is written.
    #[serde(default)]
    pub form: SecretForm,
    /// Whether it counts only as a value of a configuration, not in a text.
    #[serde(default)]
    pub only_in_configuration: bool,
}

/// How a credential is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretForm {
    /// In one word.
    #[default]
    Token,
    /// In lines, between `-----BEGIN … PRIVATE KEY-----` and its end.
    PrivateKey,
}
