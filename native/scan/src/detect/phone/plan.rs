//! The numbering plan: which national numbers exist, and how they are grouped.

use std::sync::OnceLock;

use super::pattern::Pattern;

const TEXT: &str = include_str!("plan.txt");

/// Regions whose national numbers are known without `+`: all that have 20 million people or
/// more and a plan of their own, and the smaller ones of Europe and Asia. Those that take
/// nearly any digits stand last, where validity alone is looked up first. At most 64.
pub const HOME_REGIONS: [&str; 64] = [
    "US", "CA", "GB", "FR", "ES", "IT", "NL", "BR", "MX", "JP", "KR", "AU", "NZ", "CH", "BE", "IE",
    "PT", "SE", "NO", "DK", "FI", "PL", "CZ", "SK", "HU", "RO", "BG", "GR", "RU", "UA", "TR", "IL",
    "AE", "SA", "EG", "ZA", "NG", "KE", "GH", "AR", "CL", "CO", "PE", "TW", "HK", "SG", "MY", "TH",
    "VN", "PH", "PK", "BD", "LK", "IR", "HR", "SI", "RS", "LU", "NP", "CN", "IN", "ID", "AT", "DE",
];

/// A set of home regions: bit `i` is `HOME_REGIONS[i]`.
pub type Homes = u64;

#[derive(Debug)]
pub struct Region {
    pub id: &'static str,
    code: usize,
    /// Bit `n`: a national number may have `n` digits.
    pub lengths: u32,
    /// What is dialled before a national number inside the region; possibly nothing.
    pub prefixes: Vec<&'static str>,
    formats: Vec<Format>,
    general: Pattern,
    types: Pattern,
    leading: Option<Pattern>,
}

/// One way to group a national number.
#[derive(Debug)]
struct Format {
    /// By the number of digits.
    groupings: Vec<Grouping>,
    leading: Pattern,
}

#[derive(Debug)]
pub struct Grouping {
    pub sizes: Vec<u8>,
    /// A national prefix is written before the number.
    pub is_prefixed: bool,
    n_digits: usize,
}

#[derive(Debug, Default)]
pub struct Plan {
    regions: Vec<Region>,
    /// By calling code, up to 999: positions in `regions`.
    codes: Vec<Vec<usize>>,
    homes: Vec<usize>,
}

/// Read on first use; patterns are compiled when they are first asked.
pub fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| Plan::read(TEXT))
}

impl Plan {
    fn read(text: &'static str) -> Self {
        let mut plan = Self { codes: vec![Vec::new(); 1000], ..Self::default() };
        for line in text.lines() {
            plan.read_line(line);
        }
        plan.homes = HOME_REGIONS
            .iter()
            .filter_map(|id| plan.regions.iter().position(|region| region.id == *id))
            .collect();
        plan
    }

    fn read_line(&mut self, line: &'static str) {
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        let [first, second, third, fourth] = [(); 4].map(|()| fields.next().unwrap_or_default());
        if kind == "region" {
            let region = Region::new(first, second, third, fourth);
            if let Some(positions) = self.codes.get_mut(region.code) {
                positions.push(self.regions.len());
            }
            self.regions.push(region);
            return;
        }
        let Some(region) = self.regions.last_mut() else { return };
        match kind {
            "general" => region.general = Pattern::new(first),
            "types" => region.types = Pattern::new(first),
            "leading" => region.leading = Some(Pattern::new(first)),
            "format" => region.formats.push(Format::new(first, second, third)),
            _ => {}
        }
    }

    pub fn homes(&self) -> impl DoubleEndedIterator<Item = &Region> {
        self.homes.iter().filter_map(|&position| self.regions.get(position))
    }

    /// The regions of the calling code that `digits` begin with, and the code's length.
    pub fn calling_code(&self, digits: &[u8]) -> Option<(usize, &[usize])> {
        (1..=3).find_map(|length| {
            let positions = self.codes.get(number(digits.get(..length)?))?;
            (digits.first() != Some(&b'0') && !positions.is_empty())
                .then_some((length, positions.as_slice()))
        })
    }

    fn of_code<'a>(&'a self, positions: &'a [usize]) -> impl Iterator<Item = &'a Region> {
        positions.iter().filter_map(|&position| self.regions.get(position))
    }

    /// The region of a national number of a calling code, as libphonenumber decides it: the
    /// first one whose leading digits fit, or without such whose types know the number.
    pub fn region_of<'a>(&'a self, positions: &'a [usize], national: &[u8]) -> Option<&'a Region> {
        if let [only] = positions {
            return self.regions.get(*only).filter(|region| region.knows(national));
        }
        let region = self.of_code(positions).find(|region| match &region.leading {
            Some(leading) => leading.starts(national),
            None => region.knows(national),
        });
        region.filter(|region| region.knows(national))
    }

    /// Whether a national number of a calling code may have so many digits.
    pub fn is_possible(&self, positions: &[usize], length: usize) -> bool {
        self.of_code(positions).any(|region| region.may_have(length))
    }

    /// The formats of a region: all of a calling code write as its main region does.
    fn formats(&self, region: &Region) -> &[Format] {
        let positions = self.codes.get(region.code).map_or(&[][..], Vec::as_slice);
        self.of_code(positions).next().map_or(&[], |main| &main.formats)
    }

    /// How a national number is grouped in a region.
    pub fn grouping(&self, region: &Region, national: &[u8]) -> Option<&Grouping> {
        self.formats(region).iter().find_map(|format| {
            let mut groupings = format.groupings.iter();
            let grouping = groupings.find(|grouping| grouping.n_digits == national.len())?;
            format.leading.starts(national).then_some(grouping)
        })
    }

    /// Every grouping a region has, whatever the digits.
    pub fn groupings(&self, region: &Region) -> impl Iterator<Item = &Grouping> {
        self.formats(region).iter().flat_map(|format| &format.groupings)
    }

    /// The national prefixes of a calling code's main region.
    pub fn prefixes<'a>(&'a self, positions: &'a [usize]) -> &'a [&'static str] {
        self.of_code(positions).next().map_or(&[], |region| &region.prefixes)
    }
}

impl Region {
    fn new(id: &'static str, code: &str, lengths: &str, prefixes: &'static str) -> Self {
        let lengths = lengths.split(' ').filter_map(|length| length.parse::<u32>().ok());
        Self {
            id,
            code: code.parse().unwrap_or_default(),
            lengths: lengths.fold(0, |bits, length| bits | 1 << length),
            prefixes: prefixes.split(' ').filter(|prefix| !prefix.is_empty()).collect(),
            formats: Vec::new(),
            general: Pattern::default(),
            types: Pattern::default(),
            leading: None,
        }
    }

    pub fn may_have(&self, length: usize) -> bool {
        length < 32 && self.lengths >> length & 1 == 1
    }

    /// Whether a national number is one of a type of this region: it may be dialled.
    pub fn knows(&self, national: &[u8]) -> bool {
        self.may_have(national.len()) && self.types.is(national) && self.general.is(national)
    }
}

impl Format {
    fn new(groups: &str, prefix: &str, leading: &'static str) -> Self {
        let size = |group: &str| {
            let (least, most) = group.split_once('-').unwrap_or((group, group));
            (least.parse().unwrap_or_default(), most.parse().unwrap_or_default())
        };
        let sizes: Vec<(u8, u8)> = groups.split(' ').map(size).collect();
        let is_prefixed = prefix == "prefix";
        let groupings = (0..32).filter_map(|n_digits| {
            Some(Grouping { sizes: distributed(&sizes, n_digits)?, is_prefixed, n_digits })
        });
        Self { groupings: groupings.collect(), leading: Pattern::new(leading) }
    }
}

/// The size of each group of a number of `n_digits`, given the least and most; earlier groups
/// take what they can.
fn distributed(sizes: &[(u8, u8)], n_digits: usize) -> Option<Vec<u8>> {
    let least: usize = sizes.iter().map(|&(least, _)| usize::from(least)).sum();
    let mut spare = n_digits.checked_sub(least)?;
    let taken = sizes.iter().map(|&(least, most)| {
        let extra = spare.min(usize::from(most - least));
        spare -= extra;
        least + u8::try_from(extra).unwrap_or_default()
    });
    let taken: Vec<u8> = taken.collect();
    (spare == 0).then_some(taken)
}

fn number(digits: &[u8]) -> usize {
    digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}
