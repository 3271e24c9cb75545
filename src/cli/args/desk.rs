//! Arguments of the desk's commands: serve, people, tokens.

use crate::web::proxy::Proxies;
use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(in crate::cli) struct ServeArgs {
    /// Where to listen [default: the one in duizhang.toml, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", env = "DUIZHANG_LISTEN", hide_env = true)]
    pub(in crate::cli) listen: Option<SocketAddr>,
    /// The proxies in front, which end TLS and name the client in X-Forwarded-For: addresses or
    /// networks; nobody else's headers are believed [without a value: those on this machine]
    #[arg(long, value_name = "ADDRESS,…", env = "DUIZHANG_BEHIND_PROXY", hide_env = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) behind_proxy: Option<Proxies>,
    /// The file of the key that second factors are sealed under [default: the one in duizhang.toml,
    /// else systemd's credential desk-key, else desk.key beside duizhang.toml, made where there is none]
    #[arg(long, value_name = "FILE", env = "DUIZHANG_KEY_FILE", hide_env = true)]
    pub(in crate::cli) key_file: Option<PathBuf>,
    /// Where a monitor reads /metrics, at a listener of its own
    #[arg(long, value_name = "ADDRESS:PORT", env = "DUIZHANG_METRICS_LISTEN", hide_env = true)]
    pub(in crate::cli) metrics_listen: Option<SocketAddr>,
    /// The file of the token that a monitor shows for /metrics at the desk's own address
    #[arg(long, value_name = "FILE", env = "DUIZHANG_METRICS_TOKEN_FILE", hide_env = true)]
    pub(in crate::cli) metrics_token_file: Option<PathBuf>,
}

pub(in crate::cli) const SERVE_HELP: &str = "\
Examples:
  duizhang serve
  duizhang serve --listen 127.0.0.1:9000 --behind-proxy
  duizhang serve --listen 10.1.0.5:8080 --behind-proxy=10.1.0.9 --metrics-listen 127.0.0.1:9100

Browsers get cookies that are for TLS only, which they also take on localhost; so an address
that others can reach is refused unless a proxy with TLS stands in front (--behind-proxy).
People log in; make the first one with: duizhang user add NAME --role administrator";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum UserCommand {
    /// Add somebody who may log in
    #[command(after_help = "Examples:\n  duizhang user add li.na --role administrator --keep\n  \
        duizhang user add wang.wei --name 王伟 --role clerk --password-file given.txt")]
    Add(UserAddArgs),
    /// List people: role, second factor, whether they may log in
    List,
    /// Let somebody log in no longer; their sessions end
    Disable {
        /// What they log in with
        login: String,
    },
    /// Let somebody log in again
    Enable {
        /// What they log in with
        login: String,
    },
    /// Give somebody a new password and take the second factor back, both to be set up anew
    Reset {
        /// What they log in with
        login: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give somebody another role; their sessions end
    Role {
        /// What they log in with
        login: String,
        /// The role
        role: RoleName,
    },
}

#[derive(Args, Debug)]
pub(in crate::cli) struct UserAddArgs {
    /// What they log in with: letters, digits, dot, hyphen, underscore
    pub(in crate::cli) login: String,
    /// What pages call them [default: the same]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// What they may do
    #[arg(long)]
    pub(in crate::cli) role: RoleName,
    #[command(flatten)]
    pub(in crate::cli) password: PasswordArgs,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct PasswordArgs {
    /// Read the password from the first line of a file; - is standard input [default: ask]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) password_file: Option<PathBuf>,
    /// The person chose it: it need not be changed at the first login
    #[arg(long)]
    pub(in crate::cli) keep: bool,
}

/// A role, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RoleName {
    Clerk,
    Approver,
    Administrator,
    Auditor,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TokenCommand {
    /// Make a token for a program, and print it: it is shown this once
    #[command(
        after_help = "Example:\n  duizhang token add 'core system' --owner li.na --role clerk --days 90"
    )]
    Add {
        /// What it is for
        name: String,
        /// What the program may do; at most what its owner may
        #[arg(long)]
        role: RoleName,
        /// The person it belongs to: what it does counts as done by them
        #[arg(long, value_name = "LOGIN")]
        owner: String,
        /// Days until it is no longer taken
        #[arg(long, value_name = "N", default_value_t = 90)]
        #[arg(value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// List tokens: what for, role, until when
    List,
    /// Take a token back
    Revoke {
        /// The token, as `token list` names it
        token: String,
    },
}
