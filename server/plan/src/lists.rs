//! Many short lists of numbers, side by side in one piece of memory.

/// A list of numbers for each number below a count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    /// Where each list begins, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// The second numbers of `pairs` by the first, in the order of the pairs. What is not below `count` is
    /// left out.
    pub fn of(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for (key, _) in pairs.clone() {
            if let Some(number) = starts.get_mut(key as usize + 1) {
                *number += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut items = vec![0; total as usize];
        let mut next = starts.clone();
        for (key, item) in pairs.filter(|(key, _)| (*key as usize) < count) {
            let Some(at) = next.get_mut(key as usize) else { continue };
            if let Some(place) = items.get_mut(*at as usize) {
                *place = item;
            }
            *at += 1;
        }
        Self { starts, items }
    }

    /// How many lists there are.
    pub fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The list of a number; empty where it has none.
    pub fn get(&self, key: usize) -> &[u32] {
        let (Some(start), Some(end)) = (self.starts.get(key), self.starts.get(key + 1)) else { return &[] };
        self.items.get(*start as usize..*end as usize).unwrap_or_default()
    }

    /// The list of a number, as indices.
    pub fn indices(&self, key: usize) -> impl Iterator<Item = usize> + '_ {
        self.get(key).iter().map(|item| *item as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_the_order_of_the_pairs() {
        let pairs = [(2, 9), (0, 1), (2, 3), (7, 7), (0, 1)];
        let lists = Lists::of(3, pairs.into_iter());
        assert_eq!(lists.count(), 3);
        assert_eq!((lists.get(0), lists.get(1), lists.get(2)), (&[1, 1][..], &[][..], &[9, 3][..]));
        assert_eq!((lists.get(3), lists.get(7)), (&[][..], &[][..]));
        assert_eq!(Lists::of(0, std::iter::empty()).count(), 0);
        assert_eq!(Lists::default().count(), 0);
    }
}
