//! The numbering plan: which national numbers exist, and how they are grouped.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::pattern::Pattern;

const TEXT: &str = include_str!("plan.txt");

/// Regions whose national numbers are known without `+`: all that have 20 million people or
/// more and a plan of their own, and the smaller ones of Europe and Asia. First come, first
/// asked; at most 64.
pub const HOME_REGIONS: [&str; 64] = [
    "US", "CA", "GB", "DE", "FR", "ES", "IT", "NL", "BR", "MX", "IN", "CN", "JP", "KR", "AU", "NZ",
    "CH", "AT", "BE", "IE", "PT", "SE", "NO", "DK", "FI", "PL", "CZ", "SK", "HU", "RO", "BG", "GR",
    "RU", "UA", "TR", "IL", "AE", "SA", "EG", "ZA", "NG", "KE", "GH", "AR", "CL", "CO", "PE", "TW",
    "HK", "SG", "MY", "TH", "VN", "ID", "PH", "PK", "BD", "LK", "IR", "HR", "SI", "RS", "LU", "NP",
];

/// A set of home regions: bit `i` is `HOME_REGIONS[i]`.
pub type Homes = u64;

#[derive(Debug)]
pub struct Region {
    pub id: &'static str,
    pub code: u16,
    /// Bit `n`: a national number may have `n` digits.
    pub lengths: u32,
    /// What is dialled before a national number inside the region; possibly nothing.
    pub prefixes: Vec<&'static str>,
    pub formats: Vec<Format>,
    general: Pattern,
    types: Pattern,
    leading: Option<Pattern>,
}

/// One way to group a national number.
#[derive(Debug)]
pub struct Format {
    /// Least and most digits of each group.
    groups: Vec<(u8, u8)>,
    /// A national prefix is written before the number.
    pub prefixed: bool,
    leading: Pattern,
}

#[derive(Debug, Default)]
pub struct Plan {
    regions: Vec<Region>,
    /// By calling code: positions in `regions`.
    codes: HashMap<u16, Vec<usize>>,
    homes: Vec<usize>,
}

/// Read on first use; patterns are compiled when they are first asked.
pub fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| Plan::read(TEXT))
}

impl Plan {
    fn read(text: &'static str) -> Self {
        let mut plan = Self::default();
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
            self.codes.entry(region.code).or_default().push(self.regions.len());
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

    pub fn homes(&self) -> impl Iterator<Item = &Region> {
        self.homes.iter().filter_map(|&position| self.regions.get(position))
    }

    /// The regions of the calling code that `digits` begin with, and the code's length.
    pub fn calling_code(&self, digits: &[u8]) -> Option<(usize, &[usize])> {
        (1..=3).find_map(|length| {
            let code = number(digits.get(..length)?)?;
            Some((length, self.codes.get(&code)?.as_slice()))
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
        let positions = self.codes.get(&region.code).map_or(&[][..], Vec::as_slice);
        self.of_code(positions).next().map_or(&[], |main| &main.formats)
    }

    /// The groups of a national number in a region, and whether a prefix goes before it.
    pub fn grouping(&self, region: &Region, national: &[u8]) -> Option<(Vec<u8>, bool)> {
        self.formats(region).iter().find_map(|format| {
            let groups = format.groups(national.len())?;
            format.leading.starts(national).then_some((groups, format.prefixed))
        })
    }

    /// Every grouping a region has, whatever the digits.
    pub fn groupings(&self, region: &Region) -> impl Iterator<Item = Vec<u8>> {
        let lengths = (0..32).filter(|&length| region.may_have(length));
        lengths.flat_map(|length| self.formats(region).iter().filter_map(move |f| f.groups(length)))
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
        Self {
            groups: groups.split(' ').map(size).collect(),
            prefixed: prefix == "prefix",
            leading: Pattern::new(leading),
        }
    }

    /// The size of each group of a number of `length` digits; earlier groups take what they can.
    fn groups(&self, length: usize) -> Option<Vec<u8>> {
        let least: usize = self.groups.iter().map(|&(least, _)| usize::from(least)).sum();
        let mut spare = length.checked_sub(least)?;
        let sizes = self.groups.iter().map(|&(least, most)| {
            let extra = spare.min(usize::from(most - least));
            spare -= extra;
            least + u8::try_from(extra).unwrap_or_default()
        });
        let sizes: Vec<u8> = sizes.collect();
        (spare == 0).then_some(sizes)
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
