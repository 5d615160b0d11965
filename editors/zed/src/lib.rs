//! Segue in Zed: finds the server and hands Zed's settings on to it.
//!
//! The binary of the settings, then that of the `PATH`, then the release of this extension's own version,
//! downloaded once. While that one is on disk no start asks the network for anything, and where the network
//! cannot be reached an older download does.

use std::fs;
use zed_extension_api::{self as zed, serde_json, settings::LspSettings};

/// The release that belongs to this extension.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

struct Segue;

impl zed::Extension for Segue {
    fn new() -> Self {
        Self
    }

    fn language_server_command(
        &mut self,
        id: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<zed::Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok();
        let binary = settings.and_then(|settings| settings.binary);
        let (path, arguments, variables) = match binary {
            Some(binary) => (binary.path, binary.arguments, binary.env),
            None => (None, None, None),
        };
        let command = match path.or_else(|| worktree.which("segue")) {
            Some(command) => command,
            None => downloaded(id)?,
        };
        let mut env = worktree.shell_env();
        env.extend(variables.into_iter().flatten());
        Ok(zed::Command { command, args: arguments.unwrap_or_else(|| vec!["lsp".to_owned()]), env })
    }

    fn language_server_initialization_options(
        &mut self,
        id: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok();
        Ok(settings.and_then(|settings| settings.initialization_options))
    }

    fn language_server_workspace_configuration(
        &mut self,
        id: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok();
        // The server asks for the section `segue`; users may write it or leave it out.
        Ok(settings.and_then(|settings| settings.settings).map(|settings| {
            if settings.get("segue").is_some() { settings } else { serde_json::json!({ "segue": settings }) }
        }))
    }
}

/// The program of our own release, downloaded if it is not there yet; an older one where that fails.
fn downloaded(id: &zed::LanguageServerId) -> zed::Result<String> {
    let (system, machine) = zed::current_platform();
    let target = target(system, machine)?;
    let program = if system == zed::Os::Windows { "segue.exe" } else { "segue" };
    let folder = format!("segue-{VERSION}-{target}");
    let path = format!("{folder}/{program}");
    if is_file(&path) {
        return Ok(path);
    }
    zed::set_language_server_installation_status(id, &zed::LanguageServerInstallationStatus::Downloading);
    let done = download(&folder, &path, target, system);
    let status = match &done {
        Ok(()) => zed::LanguageServerInstallationStatus::None,
        Err(error) => zed::LanguageServerInstallationStatus::Failed(error.clone()),
    };
    zed::set_language_server_installation_status(id, &status);
    let older = others(&folder);
    match done {
        Ok(()) => {
            for folder in older {
                let _ = fs::remove_dir_all(folder);
            }
            Ok(path)
        }
        Err(error) => {
            let found = older.iter().map(|folder| format!("{folder}/{program}")).rfind(|path| is_file(path));
            found.ok_or_else(|| {
                format!(
                    "segue is not on the PATH and {VERSION} cannot be downloaded ({error}): install it, or set lsp.segue.binary.path"
                )
            })
        }
    }
}

fn download(folder: &str, path: &str, target: &str, system: zed::Os) -> zed::Result<()> {
    let (ending, kind) = if system == zed::Os::Windows {
        ("zip", zed::DownloadedFileType::Zip)
    } else {
        ("tar.gz", zed::DownloadedFileType::GzipTar)
    };
    let address = format!("{REPOSITORY}/releases/download/v{VERSION}/segue-{VERSION}-{target}.{ending}");
    let done = zed::download_file(&address, folder, kind).and_then(|()| {
        if is_file(path) { zed::make_file_executable(path) } else { Err(format!("{address} has no {path}")) }
    });
    if done.is_err() {
        // Half a download is none.
        let _ = fs::remove_dir_all(folder);
    }
    done
}

/// The name of a release for a machine.
fn target(system: zed::Os, machine: zed::Architecture) -> zed::Result<&'static str> {
    match (system, machine) {
        (zed::Os::Linux, zed::Architecture::X8664) => Ok("linux-x64"),
        (zed::Os::Linux, zed::Architecture::Aarch64) => Ok("linux-arm64"),
        (zed::Os::Mac, zed::Architecture::X8664) => Ok("darwin-x64"),
        (zed::Os::Mac, zed::Architecture::Aarch64) => Ok("darwin-arm64"),
        (zed::Os::Windows, zed::Architecture::X8664) => Ok("win32-x64"),
        (zed::Os::Windows, zed::Architecture::Aarch64) => Ok("win32-arm64"),
        _ => Err("there is no release for this machine: build segue and put it on the PATH".to_owned()),
    }
}

/// Folders of other releases, the oldest name first.
fn others(own: &str) -> Vec<String> {
    let entries = fs::read_dir(".").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<String> = names.filter(|name| name.starts_with("segue-") && name != own).collect();
    found.sort();
    found
}

fn is_file(path: &str) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

zed::register_extension!(Segue);
