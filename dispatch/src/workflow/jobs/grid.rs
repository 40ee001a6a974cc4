//! The cells of a matrix by number: an entry of `include` or `exclude` finds those that it names without a look at the rest.

use std::collections::{BTreeMap, HashMap};

use super::combination::Combination;
use super::decode::Item;
use super::exactly::Exactly;

/// The lists of a matrix, by key.
pub(super) type Lists = BTreeMap<String, Vec<Item>>;

/// Every combination of one value per key; none at all if there is no key or a list is empty.
pub(super) struct Grid<'m> {
    axes: BTreeMap<&'m str, Axis<'m>>,
    cells: usize,
}

/// One key, with its values.
struct Axis<'m> {
    items: &'m [Item],
    /// The number of each value; equal values have the same.
    numbers: HashMap<Exactly<'m>, usize>,
    /// Where in the list each number stands.
    places: Vec<Vec<usize>>,
    /// How far apart the cells of neighbouring values are; the last key moves fastest.
    stride: usize,
}

/// What an entry names among the keys that leave a choice, by the number of the value. There are few of those, however many
/// keys there are: thirteen of two values each have 8192 cells.
pub(super) type Selection<'m> = BTreeMap<&'m str, usize>;

impl<'m> Grid<'m> {
    /// The cells of some lists, unless there are more than `most`.
    pub(super) fn new(lists: &'m Lists, most: usize) -> Option<Self> {
        let is_empty = lists.is_empty() || lists.values().any(Vec::is_empty);
        let (mut cells, mut axes) = (usize::from(!is_empty), BTreeMap::new());
        for (key, items) in lists.iter().rev() {
            axes.insert(key.as_str(), Axis::new(items, cells));
            cells = cells.checked_mul(items.len()).filter(|cells| *cells <= most)?;
        }
        Some(Self { axes, cells })
    }

    /// How many cells there are.
    pub(super) fn cells(&self) -> usize {
        self.cells
    }

    /// How many keys each cell has.
    pub(super) fn keys(&self) -> usize {
        self.axes.len()
    }

    /// The values of one cell.
    pub(super) fn cell(&self, cell: usize) -> Combination {
        let values = self.axes.iter().filter_map(|(key, axis)| Some(((*key).to_owned(), axis.at(cell)?.value.clone())));
        Combination { values: values.collect() }
    }

    /// What an entry names, other keys than the grid's aside; `None` if one of its values is in no cell.
    pub(super) fn selection(&self, entry: &Combination) -> Option<Selection<'m>> {
        let mut selection = Selection::new();
        for (key, value) in &entry.values {
            if let Some((key, axis)) = self.axes.get_key_value(key.as_str()) {
                let number = *axis.numbers.get(&Exactly(value))?;
                if axis.leaves_a_choice() {
                    selection.insert(key, number);
                }
            }
        }
        Some(selection)
    }

    /// The cells that have all values of a selection. Costs as much as there are such cells.
    pub(super) fn selected(&self, selection: &Selection<'_>) -> Vec<usize> {
        let mut cells: Vec<usize> = (0..self.cells.min(1)).collect();
        for (key, axis) in self.axes.iter().filter(|(_, axis)| axis.leaves_a_choice()) {
            let along = axis.along(selection.get(key).copied());
            cells = cells.iter().flat_map(|cell| along.iter().map(move |steps| cell + steps)).collect();
        }
        cells
    }
}

impl<'m> Axis<'m> {
    fn new(items: &'m [Item], stride: usize) -> Self {
        let (mut numbers, mut places) = (HashMap::new(), Vec::<Vec<usize>>::new());
        for (place, item) in items.iter().enumerate() {
            let number = *numbers.entry(Exactly(&item.value)).or_insert(places.len());
            match places.get_mut(number) {
                Some(places) => places.push(place),
                None => places.push(vec![place]),
            }
        }
        Self { items, numbers, places, stride }
    }

    fn leaves_a_choice(&self) -> bool {
        self.items.len() > 1
    }

    /// The value in a cell.
    fn at(&self, cell: usize) -> Option<&'m Item> {
        self.items.get(cell.checked_div(self.stride)?.checked_rem(self.items.len())?)
    }

    /// How far from the first cell those with this value are, or all of them.
    fn along(&self, number: Option<usize>) -> Vec<usize> {
        match number {
            Some(number) => self.places.get(number).into_iter().flatten().map(|place| place * self.stride).collect(),
            None => (0..self.items.len()).map(|place| place * self.stride).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Value;

    fn lists(lists: &[(&str, &[i128])]) -> Lists {
        let items = |values: &[i128]| values.iter().map(|value| Value::Integer(*value).into()).collect();
        lists.iter().map(|(key, values)| ((*key).to_owned(), items(values))).collect()
    }

    fn entry(values: &[(&str, Value)]) -> Combination {
        Combination { values: values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect() }
    }

    /// The printed cells that agree with an entry, looked for one by one.
    fn agreeing(grid: &Grid<'_>, entry: &Combination) -> Vec<usize> {
        let agrees = |cell: &usize| {
            let values = grid.cell(*cell).values;
            entry.values.iter().all(|(key, value)| values.get(key).is_none_or(|own| own == value))
        };
        (0..grid.cells()).filter(agrees).collect()
    }

    #[test]
    fn the_last_key_moves_fastest() {
        let lists = lists(&[("a", &[1, 2]), ("b", &[8, 9])]);
        let grid = Grid::new(&lists, 4).unwrap();
        let printed: Vec<_> = (0..grid.cells()).map(|cell| grid.cell(cell).printed()).collect();
        assert_eq!(printed, ["(1, 8)", "(1, 9)", "(2, 8)", "(2, 9)"]);
        assert!(Grid::new(&lists, 3).is_none());
    }

    #[test]
    fn nothing_times_anything_is_nothing() {
        let (nothing, empty) = (Lists::new(), lists(&[("a", &[1, 2, 3]), ("b", &[])]));
        for lists in [&nothing, &empty] {
            let grid = Grid::new(lists, 2).unwrap();
            assert_eq!((grid.cells(), grid.selected(&Selection::new())), (0, vec![]));
        }
    }

    #[test]
    fn an_entry_selects_the_cells_that_agree_with_it() {
        let lists = lists(&[("a", &[1, 2, 1]), ("b", &[5]), ("c", &[7, 8])]);
        let grid = Grid::new(&lists, 100).unwrap();
        let number = Value::Integer;
        for values in [
            vec![],
            vec![("a", number(1))],
            vec![("a", number(2)), ("c", number(8))],
            vec![("b", number(5)), ("other", number(1))],
            vec![("b", number(6))],
            vec![("a", Value::text("1"))],
            vec![("a", Value::Float(1.0))],
        ] {
            let entry = entry(&values);
            let selected = grid.selection(&entry).map_or(Vec::new(), |selection| grid.selected(&selection));
            assert_eq!(selected, agreeing(&grid, &entry), "{values:?}");
        }
    }

    /// As many entries as cells, each for one of them.
    #[test]
    fn an_entry_costs_only_the_cells_that_it_selects() {
        let side: Vec<i128> = (0..100).collect();
        let lists = lists(&[("a", &side), ("b", &side)]);
        let grid = Grid::new(&lists, 10_000).unwrap();
        let pairs = side.iter().flat_map(|a| side.iter().map(move |b| (*a, *b)));
        let entries = pairs.map(|(a, b)| entry(&[("a", Value::Integer(a)), ("b", Value::Integer(b))]));
        let selected: Vec<usize> = entries.flat_map(|entry| grid.selected(&grid.selection(&entry).unwrap())).collect();
        assert_eq!(selected, (0..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn entries_that_name_the_same_cells_are_one_selection() {
        let lists = lists(&[("a", &[1, 2]), ("b", &[5])]);
        let grid = Grid::new(&lists, 100).unwrap();
        let (short, long) = (entry(&[("a", Value::Integer(1))]), entry(&[("a", Value::Integer(1)), ("b", Value::Integer(5))]));
        assert_eq!(grid.selection(&short), grid.selection(&long));
    }
}
