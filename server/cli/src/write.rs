//! Files written so that a reader sees the old text or the new one, never a half, and nothing outside
//! a root is touched.

use crate::places;
use std::io::Write;
use std::path::Path;

/// Puts `after` in the place of `before` at `target`, which lies below `root`, or says why not.
pub fn replace(root: &Path, target: &Path, before: &str, after: &str) -> Result<(), String> {
    let said = |error: std::io::Error| places::reason(&error);
    let metadata = untouched(root, target, before)?;
    let folder = target.parent().unwrap_or(root);
    write_beside(target, folder, after, Some(metadata.permissions())).map_err(said)
}

/// Writes a file where none is, with the folders above it, or says why not.
pub fn create(root: &Path, target: &Path, text: &str) -> Result<(), String> {
    let said = |error: std::io::Error| places::reason(&error);
    if target.symlink_metadata().is_ok() {
        return Err("something is there already".to_owned());
    }
    let there = target.ancestors().skip(1).find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(root);
    if !segue_analysis::path::real(there).map_err(said)?.starts_with(root) {
        return Err("it lies behind a symbolic link".to_owned());
    }
    let folder = target.parent().unwrap_or(root);
    std::fs::create_dir_all(folder).map_err(said)?;
    write_beside(target, folder, text, None).map_err(said)
}

/// Prints what becomes of a file as a patch; `None` where there is no file.
pub fn patch(
    path: &str,
    before: Option<&str>,
    after: Option<&str>,
    output: &mut impl Write,
) -> std::io::Result<()> {
    let name = |text: Option<&str>, side: char| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (from, to) = (name(before, 'a'), name(after, 'b'));
    let difference = similar::TextDiff::from_lines(before.unwrap_or_default(), after.unwrap_or_default());
    difference.unified_diff().header(&from, &to).to_writer(output)
}

/// Removes a file that still is what was read, or says why not.
pub fn remove(root: &Path, target: &Path, before: &str) -> Result<(), String> {
    untouched(root, target, before)?;
    std::fs::remove_file(target).map_err(|error| places::reason(&error))
}

/// Whether the file may be written, and is what was read.
fn untouched(root: &Path, target: &Path, before: &str) -> Result<std::fs::Metadata, String> {
    let said = |error: std::io::Error| places::reason(&error);
    let metadata = target.symlink_metadata().map_err(said)?;
    let folder = target.parent().unwrap_or(root);
    if metadata.is_symlink() || !segue_analysis::path::real(folder).map_err(said)?.starts_with(root) {
        return Err("it lies behind a symbolic link".to_owned());
    }
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    if std::fs::read(target).map_err(said)? != before.as_bytes() {
        return Err("it changed on disk since it was read".to_owned());
    }
    Ok(metadata)
}

/// Writes a new file beside `target` and renames it over it.
fn write_beside(
    target: &Path,
    folder: &Path,
    text: &str,
    permissions: Option<std::fs::Permissions>,
) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".segue-fix-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    match permissions {
        Some(permissions) => file.as_file().set_permissions(permissions)?,
        None => shared(file.as_file())?,
    }
    file.as_file().sync_data()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file is for its owner alone; a new file of a repository is as others are.
#[cfg(unix)]
fn shared(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn shared(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
