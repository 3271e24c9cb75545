//! The random numbers for histories: a minimal generator (xorshift), the same on every machine.
//!
//! A seed is never zero, because zero only yields zero.

pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// From 0 to `sides` − 1.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    /// As [`Dice::pick`], for a list that may be empty.
    pub(crate) fn of<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        if from.is_empty() { None } else { from.get(self.roll(from.len())) }
    }
}
