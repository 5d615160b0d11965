//! `segue.toml` files: read again whenever one of them, or a file that one extends, changes.

use super::Host;
use super::effects::EffectSets;
use crate::config::file::{self, ConfigFile};
use crate::file::LARGEST_FILE;
use crate::path;
use crate::world::Slot;
use std::sync::Arc;

impl Host {
    /// Reads the settings at `path` again, or drops them where there is no such file.
    pub(super) fn load_settings(&mut self, path: &str, effects: &mut EffectSets) {
        let own = self.file_at(path).and_then(|_| self.settings_text(path));
        let loaded = own.map(|text| {
            let mut loaded = file::load(path, text, &|path| self.settings_text(path));
            Arc::make_mut(&mut loaded.config).narrow(self.options.clients);
            loaded
        });
        let folder = path::parent(path);
        let before = self.world.configs.get(folder);
        let same = match (&loaded, before) {
            (Some(new), Some(old)) => new.text == old.text && new.extended == old.extended,
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        effects.everything = true;
        let configs = Arc::make_mut(&mut self.world.configs);
        match loaded {
            Some(loaded) => configs.insert(folder.to_owned(), Arc::new(loaded)),
            None => configs.remove(folder),
        };
    }

    /// Takes the editor's settings for files that no `segue.toml` speaks of.
    pub(super) fn defaults_changed(&mut self, text: &str, effects: &mut EffectSets) {
        if self.defaults == text {
            return;
        }
        text.clone_into(&mut self.defaults);
        let loaded = file::load("", text.into(), &|_| None);
        let config = Arc::make_mut(&mut self.world.default_config);
        *config = crate::config::Config { path: None, ..(*loaded.config).clone() };
        config.narrow(self.options.clients);
        effects.everything = true;
    }

    /// Reads the settings again that something at or below `path` is part of.
    pub(super) fn settings_changed(&mut self, path: &str, effects: &mut EffectSets) {
        let concerned =
            |config: &ConfigFile| config.extended.iter().any(|(extended, _)| path::is_below(extended, path));
        let stale: Vec<String> = self
            .world
            .configs
            .values()
            .filter(|config| concerned(config))
            .filter_map(|config| config.config.path.clone())
            .collect();
        stale.iter().for_each(|path| self.load_settings(path, effects));
    }

    /// The text of a file of settings: the open buffer's, else the disk's. Links are not read through:
    /// they may lead out of the root.
    fn settings_text(&self, path: &str) -> Option<Arc<str>> {
        let disk = &self.world.disk;
        let id = self.world.id(path);
        if id.is_some_and(|id| matches!(self.slot(id), Slot::File { link: true })) {
            return None;
        }
        if let Some(buffer) = id.and_then(|id| self.buffers.get(&id)) {
            return Some(buffer.text.clone());
        }
        let through_link =
            path::ancestors(path).chain([path]).any(|step| !step.is_empty() && disk.is_link(step));
        if through_link {
            return None;
        }
        let bytes = disk.read(path, LARGEST_FILE).ok()?;
        Some(String::from_utf8_lossy(&bytes).into())
    }
}
