//! The chance of random histories: a generator as small as it can be (xorshift), the same on every machine.
//!
//! A seed is never zero: from zero nothing comes but zero.

pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// From 0 to one below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    /// As [`Dice::pick`], where there may be nothing.
    pub(crate) fn of<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        if from.is_empty() { None } else { from.get(self.roll(from.len())) }
    }
}
