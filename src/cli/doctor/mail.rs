//! Checks mail: the sender's domain, the signing keys, the unsubscribe link, the pace.
//!
//! It does not query the DNS; it shows the records to give to the DNS administrator. `docs/mail.md` says why.

use super::Finding;
use crate::alert::dkim::Key;
use crate::cli::settings::Settings;

/// Letters a minute above which a new sender looks like spam.
const PER_MINUTE_HIGH: u32 = 300;

/// All checks of mail; a single line without a mail server.
pub(super) fn findings(settings: &Settings) -> Vec<Finding> {
    let letters = &settings.letters;
    let Some(smtp) = &letters.smtp else {
        let detail = "no mail server: letters lie in outbox/ for another program".to_owned();
        return vec![Finding { what: "mail", holds: true, detail }];
    };
    let domain = letters.domain();
    // Names such as .invalid never have mail (RFC 2606).
    let real = domain.contains('.')
        && ![".invalid", ".example", ".test", ".localhost"].iter().any(|end| domain.ends_with(end));
    let mut found = vec![Finding {
        what: "mail sender",
        holds: real,
        detail: if real {
            letters.from.clone()
        } else {
            format!("{}: [letters] from is still a placeholder", letters.from)
        },
    }];
    let pace = smtp.per_minute;
    found.push(Finding {
        what: "mail pace",
        holds: true,
        detail: match pace {
            0 => "as fast as the server takes them: QQ and NetEase stop that, see per_minute"
                .to_owned(),
            _ if pace > PER_MINUTE_HIGH => format!("{pace} a minute is much for a new sender"),
            _ => format!("{pace} a minute; receivers with a pace of their own: rules/servers.toml"),
        },
    });
    found.extend(keys(settings));
    let link = settings.unsubscribe_page();
    found.push(Finding {
        what: "mail one-click link",
        holds: true,
        detail: link.unwrap_or_else(|| {
            "none: needs [desk] url beginning with https://; Gmail and Yahoo ask for it".to_owned()
        }),
    });
    found.extend(records(settings).into_iter().map(|(name, value)| Finding {
        what: "DNS must hold",
        holds: true,
        detail: format!("{name} TXT \"{value}\""),
    }));
    found
}

/// Checks that each signing key exists and DKIM supports it; with its DNS record.
fn keys(settings: &Settings) -> Vec<Finding> {
    let letters = &settings.letters;
    if letters.dkim.is_empty() {
        let detail = "none: letters go out unsigned, and QQ, NetEase and Gmail like them less; \
                      [[letters.dkim]]"
            .to_owned();
        return vec![Finding { what: "mail signature", holds: true, detail }];
    }
    let look = |dkim: &crate::cli::settings::Dkim| {
        let file = dkim.key_file.display();
        let pem = std::fs::read(&dkim.key_file).map_err(|error| format!("{file}: {error}"))?;
        Key::from_pem(&dkim.selector, &pem).map_err(|error| format!("{file}: {error}"))
    };
    let mut found = Vec::new();
    for dkim in &letters.dkim {
        let domain = dkim.domain.as_deref().unwrap_or_else(|| letters.domain());
        let key = look(dkim);
        found.push(Finding {
            what: "mail signature",
            holds: key.is_ok(),
            detail: match &key {
                Ok(_) => format!("{} for {domain}", dkim.selector),
                Err(why) => why.clone(),
            },
        });
        if let Ok(key) = key {
            let (name, value) = key.dns_record(domain);
            let detail = format!("{name} TXT \"{value}\"");
            found.push(Finding { what: "DNS must hold", holds: true, detail });
        }
    }
    found
}

/// The DNS records that do not depend on a key.
fn records(settings: &Settings) -> Vec<(String, String)> {
    let letters = &settings.letters;
    let (domain, host) = (letters.domain(), letters.smtp.as_ref().map(|smtp| smtp.host.clone()));
    let host = host.filter(|host| host.contains('.') && host.parse::<std::net::IpAddr>().is_err());
    let through = host.map_or_else(|| "mx".to_owned(), |host| format!("mx a:{host}"));
    vec![
        (domain.to_owned(), format!("v=spf1 {through} -all")),
        (format!("_dmarc.{domain}"), format!("v=DMARC1; p=none; rua=mailto:{}", letters.from)),
    ]
}
