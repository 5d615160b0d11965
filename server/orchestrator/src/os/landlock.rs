//! Landlock: a thread gives up what it needs not, for itself and all that it starts, for good.
//!
//! Required is the third version (Linux 6.2): before it a file could be cut off to nothing wherever it
//! lies. From newer ones is taken what this was tried with: devices (5), signals and abstract sockets (6).

use super::confine::Confinement;
use ::landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;

/// What has to be there.
const REQUIRED: ABI = ABI::V3;
/// What is used where it is there.
const USED: ABI = ABI::V6;

/// Which version there is, in words; or why it is not enough.
pub fn support() -> std::result::Result<String, String> {
    let why = match status()? {
        LandlockStatus::Available { effective_abi, kernel_abi } if effective_abi >= REQUIRED => {
            let version = kernel_abi.map_or_else(|| effective_abi.to_string(), |version| version.to_string());
            return Ok(format!("Landlock, version {version}"));
        }
        LandlockStatus::Available { effective_abi, .. } => {
            format!("this kernel has version {effective_abi}")
        }
        LandlockStatus::NotEnabled => "it is built into this kernel and not enabled".to_owned(),
        LandlockStatus::NotImplemented => "this kernel has none".to_owned(),
    };
    Err(format!("confinement needs version {REQUIRED} of Landlock (Linux 6.2 or newer); {why}"))
}

/// Whether signals to others are kept in.
#[cfg(test)]
pub fn scopes_signals() -> bool {
    matches!(status(), Ok(LandlockStatus::Available { effective_abi, .. }) if effective_abi >= ABI::V6)
}

/// What the kernel says: the crate tells it of a thread that was confined by nothing.
fn status() -> std::result::Result<LandlockStatus, String> {
    let asked = std::thread::spawn(|| {
        let ruleset = Ruleset::default().handle_access(AccessFs::Execute)?.create()?;
        Ok::<_, RulesetError>(ruleset.restrict_self()?.landlock)
    });
    match asked.join() {
        Ok(Ok(status)) => Ok(status),
        Ok(Err(error)) => Err(format!("confinement needs Landlock, which fails here: {error}")),
        Err(_) => Err("confinement needs Landlock, which cannot be asked for here".to_owned()),
    }
}

/// Confines this thread, and all that it starts from now on.
pub fn restrict(confinement: &Confinement) -> Result<()> {
    support().map_err(|why| Error::new(ErrorKind::Unsupported, why))?;
    let ruleset = ruleset(confinement).map_err(Error::other)?;
    ruleset.restrict_self().map(drop).map_err(Error::other)
}

fn ruleset(confinement: &Confinement) -> std::result::Result<RulesetCreated, RulesetError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(REQUIRED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(USED))?
        .scope(Scope::from_all(USED))?
        .create()?;
    let ruleset = with(ruleset, &confinement.reads, false)?;
    with(ruleset, &confinement.writes, true)
}

fn with(
    mut ruleset: RulesetCreated,
    paths: &[PathBuf],
    writes: bool,
) -> std::result::Result<RulesetCreated, RulesetError> {
    for path in paths {
        let Ok(place) = PathFd::new(path) else { continue };
        let access = if writes { AccessFs::from_all(USED) } else { AccessFs::from_read(USED) };
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(USED) };
        ruleset = ruleset.add_rule(PathBeneath::new(place, access))?;
    }
    Ok(ruleset)
}
