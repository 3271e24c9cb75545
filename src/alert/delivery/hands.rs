//! The claimed letters of a run: waiting for their receiver's turn, with a worker, or with a result to record.
//!
//! Start at [`Run::fill`], which gives the workers jobs, and [`Run::took`], which takes their results.
//!
//! Invariant: a claimed letter is in exactly one of these until its state is recorded in the outbox.

use super::alike::Alike;
use super::receiver::{Ended, Pick, Receivers};
use super::{
    CLAIMED_EACH, Delivered, DeliveryError, HELD_EACH, Job, Outbox, Run, SETTLE_WITHIN,
    SETTLED_TOGETHER, Settled, Told, WorkerPool,
};
use crate::alert::state::LetterStanding;
use crate::rulebook::servers::ServerRules;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The claimed letters of a run.
pub(super) struct Hands<'r> {
    pub(super) receivers: Receivers<'r>,
    pub(super) waiting: VecDeque<Job>,
    pub(super) in_hands: usize,
    /// Results to record.
    pub(super) ends: Vec<Told>,
    /// Refused recipients whose cause is still unclear.
    pub(super) alike: Alike,
    pub(super) delivered: Delivered,
}

impl<'r> Hands<'r> {
    pub(super) fn of(servers: &'r ServerRules) -> Self {
        Self {
            receivers: Receivers::new(servers),
            waiting: VecDeque::new(),
            in_hands: 0,
            ends: Vec::new(),
            alike: Alike::default(),
            delivered: Delivered::default(),
        }
    }
}

impl<O: Outbox> Run<'_, O> {
    /// Gives the workers jobs; returns how long to wait for a result, or that nothing is left to do.
    pub(super) fn fill(
        &self,
        hands: &mut Hands<'_>,
        jobs: &mpsc::Sender<Job>,
    ) -> Result<Option<Duration>, DeliveryError<O::Error>> {
        let connections = self.delivery.connections.max(1);
        let mut patience = SETTLE_WITHIN;
        while hands.delivered.fault.is_none() && hands.in_hands < connections * 2 {
            match self.pick(&mut hands.receivers, &mut hands.waiting, connections)? {
                Pick::Job(job) => {
                    if jobs.blocking_send(job).is_err() {
                        break;
                    }
                    hands.in_hands += 1;
                }
                Pick::Wait(turn) => {
                    patience = patience.min(turn);
                    break;
                }
                Pick::Nothing => break,
            }
        }
        let over = hands.waiting.is_empty() || hands.delivered.fault.is_some();
        Ok((hands.in_hands > 0 || !over).then_some(patience))
    }

    /// Takes a worker's result.
    pub(super) fn took(
        &self,
        mut end: Told,
        hands: &mut Hands<'_>,
        team: &WorkerPool,
    ) -> Result<(), DeliveryError<O::Error>> {
        hands.in_hands -= 1;
        if let Some(job) = end.again.take() {
            hands.receivers.put_back(&end.recipient);
            hands.waiting.push_front(job);
            return Ok(());
        }
        let delivered = &mut hands.delivered;
        delivered.fault = delivered.fault.take().or_else(|| end.fault.clone());
        let ended = if end.doubted {
            hands.receivers.put_back(&end.recipient);
            vec![end]
        } else {
            self.ended(hands.receivers.ended(end), delivered)?
        };
        hands.ends.extend(hands.alike.sort(ended, team, delivered));
        let at_once = hands.delivered.fault.is_some() || hands.in_hands == 0;
        if at_once || hands.ends.len() >= SETTLED_TOGETHER {
            self.settle_all(hands)
        } else {
            Ok(())
        }
    }

    pub(super) fn settle_all(&self, hands: &mut Hands<'_>) -> Result<(), DeliveryError<O::Error>> {
        hands.ends.extend(hands.alike.due());
        self.settle(std::mem::take(&mut hands.ends), &mut hands.delivered)
    }

    /// The next letter, from the claimed ones or a new claim: a receiver with a slow pace does not delay the
    /// others.
    fn pick(
        &self,
        receivers: &mut Receivers<'_>,
        waiting: &mut VecDeque<Job>,
        connections: usize,
    ) -> Result<Pick, DeliveryError<O::Error>> {
        loop {
            let alone = receivers.left_alone(waiting, (self.now)());
            self.write(alone)?;
            let pick = receivers.pick(waiting, Instant::now());
            if matches!(pick, Pick::Job(_)) || waiting.len() > connections * HELD_EACH {
                return Ok(pick);
            }
            let more = self.claim(connections * CLAIMED_EACH)?;
            if more.is_empty() {
                return Ok(pick);
            }
            waiting.extend(more);
        }
    }

    /// Records the consequences of a try; returns the results still to be recorded.
    pub(super) fn ended(
        &self,
        ended: Ended,
        delivered: &mut Delivered,
    ) -> Result<Vec<Told>, DeliveryError<O::Error>> {
        let Ended { written, held, fault, disliked } = ended;
        delivered.fault = delivered.fault.take().or(fault);
        delivered.disliked = delivered.disliked.take().or(disliked);
        self.write(Ended::standings(held, (self.now)()))?;
        Ok(written)
    }

    /// Records letters that were not tried, or failed through no fault of their own.
    fn write(
        &self,
        standings: Vec<(String, LetterStanding)>,
    ) -> Result<(), DeliveryError<O::Error>> {
        if standings.is_empty() {
            return Ok(());
        }
        let settled = |(letter_id, standing)| Settled { letter_id, standing, no_mailbox: None };
        let settled: Vec<Settled> = standings.into_iter().map(settled).collect();
        let (holder, now) = (&self.delivery.holder, (self.now)());
        self.outbox.settle(holder, now, &settled).map_err(DeliveryError::Outbox)
    }
}
