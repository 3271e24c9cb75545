//! Flags as packets.

use super::packet::{Packet, Unpack};
use crate::feed::{Flag, Odd};

pub(super) fn pack(packet: &mut Packet, flag: &Flag) {
    packet.number(flag.line());
    match flag {
        Flag::BalanceBroken { account, expected, found, .. } => {
            packet.truth(true);
            packet.truth(true);
            packet.maybe(account.as_deref(), Packet::text);
            packet.decimal(*expected);
            packet.decimal(*found);
        }
        Flag::RunningBalanceBroken { expected, found, .. } => {
            packet.truth(true);
            packet.truth(false);
            packet.decimal(*expected);
            packet.decimal(*found);
        }
        Flag::ControlSum { what, declared, found, .. } => {
            packet.truth(false);
            packet.truth(true);
            packet.text(what);
            packet.text(declared);
            packet.text(found);
        }
        Flag::Oddity { odd, found, .. } => {
            packet.truth(false);
            packet.truth(false);
            packet.place(&Odd::ALL, odd);
            packet.text(found);
        }
    }
}

pub(super) fn unpack(packet: &mut Unpack<'_>) -> Option<Flag> {
    let line = packet.number()?;
    Some(match (packet.truth()?, packet.truth()?) {
        (true, true) => Flag::BalanceBroken {
            line,
            account: packet.maybe(Unpack::owned)?,
            expected: packet.decimal()?,
            found: packet.decimal()?,
        },
        (true, false) => Flag::RunningBalanceBroken {
            line,
            expected: packet.decimal()?,
            found: packet.decimal()?,
        },
        (false, true) => Flag::ControlSum {
            line,
            what: packet.constant()?,
            declared: packet.owned()?,
            found: packet.owned()?,
        },
        (false, false) => {
            Flag::Oddity { line, odd: packet.place(&Odd::ALL)?, found: packet.owned()? }
        }
    })
}
