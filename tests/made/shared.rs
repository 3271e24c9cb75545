//! The place of data outside the project: `DUIZHANG_SHARED`, by default `../shared` beside it.

use std::path::{Path, PathBuf};

/// The project's folder, for any of its packages.
pub(crate) fn project() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_project = |folder: &&Path| folder.join("rules/remark.toml").exists();
    package.ancestors().find(is_project).unwrap_or(package).to_path_buf()
}

/// The folder of the shared data, which may be missing.
pub(crate) fn shared() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
    let named = std::env::var("DUIZHANG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    project().join(named)
}
