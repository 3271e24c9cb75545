//! The shipped rule files, compiled into the program.
//!
//! The program must run without a folder beside it, so everything under `rules/` is in here; a test checks that nothing
//! is missing.

use super::RuleFile;

macro_rules! rule_files {
    ($($path:literal,)*) => {
        /// Path below `rules/` and text; those of statements are in their own crate.
        const SHIPPED: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../../../rules/", $path))),)*];
    };
}

rule_files! {
    "calendar/2019.toml",
    "calendar/2020.toml",
    "calendar/2021.toml",
    "calendar/2022.toml",
    "calendar/2023.toml",
    "calendar/2024.toml",
    "calendar/2025.toml",
    "calendar/2026.toml",
    "calendar/2027.toml",
    "desk.toml",
    "letters/access.txt",
    "letters/advice.txt",
    "letters/arrears.txt",
    "letters/box.txt",
    "letters/brake.toml",
    "letters/held.txt",
    "letters/letter.txt",
    "letters/life.txt",
    "letters/quoting.toml",
    "letters/reasons.txt",
    "letters/sending.txt",
    "letters/server.txt",
    "letters/sms.txt",
    "letters/staff.txt",
    "letters/together.txt",
    "login.toml",
    "matching.toml",
    "policy.toml",
    "remark.toml",
    "returned.toml",
    "servers.toml",
}

/// Every shipped rule file, sorted by path.
#[must_use]
pub fn shipped() -> Vec<RuleFile> {
    let mut files: Vec<RuleFile> = SHIPPED.iter().map(RuleFile::from).collect();
    files.extend(statement::rules::shipped());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The shipped rule files below a folder, such as `banks/`.
pub(super) fn shipped_below(folder: &str) -> Vec<RuleFile> {
    shipped().into_iter().filter(|file| file.path.starts_with(folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                below(&entry.path(), &format!("{name}/"), found);
            } else {
                found.push(name);
            }
        }
    }

    #[test]
    fn every_file_below_rules_ships() {
        let mut found = Vec::new();
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules"), "", &mut found);
        found.sort();
        let listed: Vec<String> = shipped().into_iter().map(|file| file.path).collect();
        assert_eq!(listed, found, "the lists of both crates are what is in rules/");
    }
}
