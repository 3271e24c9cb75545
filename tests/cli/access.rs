//! People, tokens and the desk's key at the command line: acts of one person, reported as such; and who may read files.

use crate::centre::Centre;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Adds somebody with a password of their own.
fn add(centre: &Centre, login: &str, role: &str, password: &str, code: i32) -> String {
    let file = centre.write("password.txt", format!("{password}\n").as_bytes());
    let file = file.display().to_string();
    let args = [
        "user",
        "add",
        login,
        "--role",
        role,
        "--keep",
        "--password-file",
        &file,
        "--by",
        "赵主任",
    ];
    centre.stderr(&args, code)
}

#[test]
fn what_is_done_about_people_stands_in_the_trail_under_who_did_it() {
    let centre = Centre::new();
    let strong = "the river was loud last spring";
    add(&centre, "li.na", "administrator", strong, 0);
    add(&centre, "wang.wei", "clerk", strong, 0);
    for weak in ["password1234567", "qwertyuiop12345", "aaaaaaaaaabcdef", "gongjijin2026gongjijin"]
    {
        let told = add(&centre, "chen.jie", "clerk", weak, 1);
        assert!(told.contains("guessed too soon"), "{told}");
    }
    let told = add(&centre, "wang.wei", "clerk", strong, 1);
    assert!(told.contains("taken"), "{told}");
    let owner = centre.stderr(&["token", "add", "core", "--role", "clerk"], 2);
    assert!(owner.contains("--owner"), "{owner}");
    let beyond = ["token", "add", "core", "--role", "approver", "--owner", "wang.wei"];
    assert!(centre.stderr(&beyond, 1).contains("within its owner's"));
    centre
        .run(&["token", "add", "core", "--role", "clerk", "--owner", "wang.wei"])
        .assert()
        .code(0);
    let tokens = centre.json(&["token", "list"]);
    assert_eq!(
        (tokens[0]["owner"].as_str(), tokens[0]["made_by"].as_str()),
        (Some("wang.wei"), Some("operator"))
    );
    let last = ["user", "role", "li.na", "clerk"];
    assert!(centre.stderr(&last, 1).contains("one administrator to remain"));
    centre.run(&["user", "disable", "wang.wei", "--by", "赵主任", "--dry-run"]).assert().code(0);
    centre.run(&["user", "role", "wang.wei", "approver", "--by", "赵主任"]).assert().code(0);
    let done: Vec<String> = centre
        .json(&["trail"])
        .iter()
        .filter(|entry| entry["actor"] != "night" && entry["event"] != "imported")
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {}", text("actor"), text("role"), text("event"), text("subject"))
        })
        .collect();
    let token = tokens[0]["token"].as_str().unwrap();
    assert_eq!(
        done,
        [
            "赵主任 operator person-added li.na",
            "赵主任 operator person-added wang.wei",
            &format!("operator operator token-made {token}"),
            "赵主任 operator person-changed wang.wei",
        ]
    );
}

#[test]
fn approvers_are_told_by_mail_of_what_was_done_at_the_command_line() {
    let centre = Centre::new();
    let toml = centre.path().join("duizhang.toml");
    let text = fs::read_to_string(&toml).unwrap();
    let text = text.replace("staff = []", "staff = [\"approvers@example.invalid\"]");
    let text = text + "\n[letters.smtp]\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"none\"\n";
    fs::write(&toml, text).unwrap();
    add(&centre, "li.na", "administrator", "the river was loud last spring", 0);
    let letters = centre.json(&["alert", "list"]);
    let told: Vec<&str> = letters.iter().filter_map(|row| row["subject"].as_str()).collect();
    assert_eq!(told.len(), 1, "{letters:?}");
    assert!(told[0].contains("人员权限变动 1 项"), "{told:?}");
    add(&centre, "wang.wei", "clerk", "the river was loud last spring", 0);
    assert_eq!(centre.json(&["alert", "list"]).len(), 2, "each act once");
}

#[test]
fn a_new_centre_is_its_owners_alone_whatever_the_umask() {
    let outer = TempDir::new().unwrap();
    let program = assert_cmd::cargo::cargo_bin("duizhang");
    for (name, args) in [("init", &["init"][..]), ("demo", &["demo"][..])] {
        let dir = outer.path().join(name);
        let run = format!("umask 000; exec \"$0\" {} \"$1\"", args.join(" "));
        let made = Command::new("sh").args(["-c", &run]).arg(&program).arg(&dir).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut folders = vec![dir.clone()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            assert_eq!(mode(&folder), 0o700, "{}", folder.display());
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|ending| ending != "lock") {
                    assert_eq!(mode(&path), 0o600, "{}", path.display());
                    files += 1;
                }
            }
        }
        assert!(files > 10, "{name}: {files}");
    }
}

#[test]
fn doctor_says_what_others_can_read() {
    let centre = Centre::new();
    let eyes = || {
        let rows = centre.json(&["doctor"]);
        let row = rows.iter().find(|row| row["what"] == "eyes of others").unwrap();
        row["detail"].as_str().unwrap().to_owned()
    };
    fs::set_permissions(centre.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(eyes(), "the centre's own", "inside a folder that is shut nobody gets at a file");
    fs::set_permissions(centre.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(centre.path().join("duizhang.db"), fs::Permissions::from_mode(0o644))
        .unwrap();
    let told = eyes();
    assert!(told.contains("duizhang.db") && told.contains("chmod go="), "{told}");
}

/// Serves until it reports its address; returns its output until then, and its exit code if it ended.
fn serve(centre: &Centre, args: &[&str]) -> (String, bool) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("duizhang"));
    command.current_dir(centre.path()).args(["serve", "--listen", "127.0.0.1:0"]).args(args);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    let mut served = false;
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        said += &line;
        said.push('\n');
        if line.contains("the desk is at") {
            served = true;
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    (said, served)
}

#[test]
fn the_key_lies_beside_the_settings_and_without_it_nothing_starts() {
    let centre = Centre::new();
    add(&centre, "li.na", "administrator", "the river was loud last spring", 0);
    let database = format!("sqlite://{}", centre.path().join("duizhang.db").display());
    let store = duizhang::store::Store::open(&database, "1", false).unwrap();
    let entry = duizhang::suspense::trail::TrailEntry {
        at: 1,
        actor: "li.na".into(),
        role: "administrator".into(),
        event: "second-factor-changed".into(),
        subject: "li.na".into(),
        detail: String::new(),
    };
    store.set_second_factor("li.na", KEY, 0, &[], &entry).unwrap();
    let kept = || store.person("li.na").unwrap().unwrap().second_factor.unwrap();

    let (said, served) = serve(&centre, &[]);
    assert!(
        served && said.contains("1 second factors were kept plain and are sealed now"),
        "{said}"
    );
    let key = centre.path().join("desk.key");
    assert_eq!(mode(&key), 0o600);
    assert!(kept().starts_with("sealed:1:"));
    assert!(serve(&centre, &[]).1, "again, with the same key");

    let aside = centre.path().join("aside.key");
    fs::rename(&key, &aside).unwrap();
    let (said, served) = serve(&centre, &[]);
    assert!(
        !served && said.contains("desk.key") && said.contains("1 second factors are sealed"),
        "{said}"
    );
    assert!(!key.exists(), "no other key is made in its place");
    fs::write(&key, "00".repeat(32)).unwrap();
    let (said, served) = serve(&centre, &[]);
    assert!(!served && said.contains("desk.key is not the key of this database"), "{said}");
    assert!(said.contains("others can read"), "{said}");
    assert!(serve(&centre, &["--key-file", "aside.key"]).1);
    fs::write(&key, "too short").unwrap();
    assert!(serve(&centre, &[]).0.contains("64 hexadecimal digits"));
}

#[test]
fn proxies_are_named_and_nobody_else_is_reached() {
    let centre = Centre::new();
    let refused = centre.stderr(&["serve", "--listen", "0.0.0.0:0"], 2);
    assert!(refused.contains("--behind-proxy=ADDRESS"), "{refused}");
    let wrong = centre.stderr(&["serve", "--behind-proxy=proxy.example"], 2);
    assert!(wrong.contains("an address or a network"), "{wrong}");
    let (said, served) =
        serve(&centre, &["--behind-proxy=10.1.2.3,fd00::/8", "--metrics-listen", "127.0.0.1:0"]);
    assert!(served && said.contains("10.1.2.3/32,fd00::/8"), "{said}");
    let (said, served) = serve(&centre, &["--behind-proxy"]);
    assert!(served && said.contains("127.0.0.0/8"), "{said}");
}
