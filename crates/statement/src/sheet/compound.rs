//! The compound file (OLE2) that contains old and encrypted workbooks: streams in chains of sectors.
//!
//! Start at [`Compound::open`]. Chains are followed at most for the length of the file, so a loop ends.

/// The smallest number that ends a chain and is no sector.
const NONE_FROM: u32 = 0xffff_fffa;
/// Streams with fewer bytes are in the short sectors of the root.
const SHORT_BELOW: usize = 4096;

/// An opened file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    chains: Vec<u32>,
    short_chains: Vec<u32>,
    short: Vec<u8>,
    /// Name, first sector, bytes.
    entries: Vec<(String, u32, usize)>,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four))
}

impl<'a> Compound<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = u16::from_le_bytes(bytes.get(30..32)?.try_into().ok()?);
        let sector =
            1_usize.checked_shl(u32::from(shift)).filter(|size| matches!(size, 512 | 4096))?;
        let mut file = Self {
            bytes,
            sector,
            chains: Vec::new(),
            short_chains: Vec::new(),
            short: Vec::new(),
            entries: Vec::new(),
        };
        // The table of chains: its first sectors are in the header, the others in sectors of their own.
        let mut tables: Vec<u32> = numbers(bytes.get(76..512)?).collect();
        let (mut more, mut left) = (number(bytes, 68)?, bytes.len() / sector);
        while more < NONE_FROM && left > 0 {
            let data = file.at(more)?;
            let (head, last) = data.split_at_checked(sector - 4)?;
            tables.extend(numbers(head));
            (more, left) = (number(last, 0)?, left - 1);
        }
        let most = bytes.len() / sector + 1;
        for table in tables.into_iter().filter(|table| *table < NONE_FROM).take(most) {
            file.chains.extend(numbers(file.at(table)?));
        }
        let directory = file.chain(number(bytes, 48)?);
        for entry in directory.as_chunks::<128>().0 {
            let length = usize::from(u16::from_le_bytes(entry.get(64..66)?.try_into().ok()?));
            let name = entry.get(..length.saturating_sub(2).min(64))?.as_chunks::<2>().0;
            let units: Vec<u16> = name.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            let size = usize::try_from(number(entry, 120)?).ok()?;
            file.entries.push((String::from_utf16_lossy(&units), number(entry, 116)?, size));
        }
        let root = file.entries.first().map(|(_, first, _)| *first)?;
        file.short = file.chain(root);
        file.short_chains = numbers(&file.chain(number(bytes, 60)?)).collect();
        Some(file)
    }

    fn at(&self, sector: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(sector).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?;
        // The last sector of a file may be truncated.
        self.bytes.get(start..end.min(self.bytes.len()))
    }

    /// The bytes of a chain.
    fn chain(&self, first: u32) -> Vec<u8> {
        let (mut sector, mut found) = (first, Vec::new());
        while sector < NONE_FROM && found.len() <= self.bytes.len() {
            let Some(data) = self.at(sector) else { break };
            found.extend_from_slice(data);
            let next = usize::try_from(sector).ok().and_then(|index| self.chains.get(index));
            sector = next.copied().unwrap_or(NONE_FROM);
        }
        found
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.0 == name)
    }

    /// The bytes of a stream.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        const SHORT: usize = 64;
        let (_, first, size) = self.entries.iter().find(|entry| entry.0 == name)?;
        let mut found = if *size >= SHORT_BELOW {
            self.chain(*first)
        } else {
            let (mut sector, mut found) = (*first, Vec::new());
            while sector < NONE_FROM && found.len() < *size {
                let index = usize::try_from(sector).ok()?;
                found.extend_from_slice(self.short.get(index * SHORT..(index + 1) * SHORT)?);
                sector = self.short_chains.get(index).copied().unwrap_or(NONE_FROM);
            }
            found
        };
        found.truncate(*size);
        Some(found)
    }
}
