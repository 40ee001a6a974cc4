//! `strategy.matrix`: from its keys, `include` and `exclude` to combinations.
//!
//! The rules are the act library's, and differ from GitHub's: an `include` of only new keys is a job of its own, values are
//! compared with their types, and what cannot be decoded is no matrix at all.

use std::collections::BTreeSet;

use crate::expression::{Contexts, Failure, Value};
use crate::workflow::model::{self, Fault};
use crate::yaml::{self, Node, Span};

use super::combination::Combination;
use super::context::ExpandContext;
use super::decode::{Decoder, Item, Trouble};
use super::fault;
use super::grid::{Grid, Lists};
use super::needs::scalar;

/// Most combinations that are expanded. The forges have no limit.
const COMBINATION_LIMIT: usize = 10_000;
/// Most values in all combinations together, counted each time that one is written.
const VALUE_LIMIT: usize = 1_000_000;

/// What a matrix comes to.
pub(super) enum Rows {
    /// Its combinations, in the order of their printed values.
    Complete(Vec<Combination>),
    /// It depends on something that is not known yet.
    DependOn(String),
}

/// The rows that the matrix `node` asks for.
pub(super) fn combinations(node: Option<&Node>, contexts: &Contexts, context: &ExpandContext<'_>) -> Result<Rows, Fault> {
    let single = Rows::Complete(vec![Combination::default()]);
    let Some(node) = node else { return Ok(single) };
    let decoder = Decoder { contexts: context.evaluates_trees().then_some(contexts) };
    let lists = match decoded(node, &decoder, context.dialect.is_gitea_from(27)) {
        Ok(Some(lists)) => lists,
        Ok(None) | Err(Trouble::Undecodable) => return Ok(single),
        Err(Trouble::Expression(Failure::Depends { on })) => return Ok(Rows::DependOn(on)),
        Err(Trouble::Expression(failure)) => return Err(fault::of_expression(&failure, node.span)),
    };
    let mut rows = Matrix { lists, span: node.span }.rows()?;
    rows.sort_by_cached_key(Combination::printed);
    // Forgejo ≥ 14 takes an empty matrix at its word: no job at all.
    if rows.is_empty() && !context.evaluates_trees() {
        return Ok(single);
    }
    Ok(Rows::Complete(rows))
}

/// The lists of a matrix, or nothing if it is not a mapping to lists.
fn decoded(node: &Node, decoder: &Decoder<'_>, wraps_scalars: bool) -> Result<Option<Lists>, Trouble> {
    if node.alias || node.as_sequence().is_some() {
        return Ok(None);
    }
    if node.is_scalar() {
        return Ok(match decoder.value(node)? {
            Value::Map(entries) => of_values(entries),
            _ => None,
        });
    }
    let mut lists = Lists::new();
    // Every value is looked at before the matrix is given up, because a bad expression in it counts more.
    let mut is_usable = true;
    for (key, node) in model::entries(node).map_err(|_| Trouble::Undecodable)? {
        let name = scalar(key).ok_or(Trouble::Undecodable)?;
        if decoder.is_insert(&name) {
            let Value::Map(entries) = decoder.value(node)? else {
                continue;
            };
            is_usable &= of_values(entries).map(|inserted| lists.extend(inserted)).is_some();
        } else {
            let list = list(node, decoder, wraps_scalars)?;
            is_usable &= list.is_some_and(|list| decoder.key(name).is_ok_and(|key| lists.insert(key, list).is_none()));
        }
    }
    Ok(is_usable.then_some(lists))
}

/// The value of one key as a list, if it can be one.
fn list(node: &Node, decoder: &Decoder<'_>, wraps_scalars: bool) -> Result<Option<Vec<Item>>, Trouble> {
    match &node.value {
        yaml::Value::Sequence(nodes) => decoder.items(nodes).map(Some),
        yaml::Value::Mapping(_) => decoder.value(node).map(|_| None),
        _ => Ok(match decoder.value(node)? {
            value if wraps_scalars => Some(vec![value.into()]),
            value => of_value(value),
        }),
    }
}

fn of_value(value: Value) -> Option<Vec<Item>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::List(items) => Some(items.into_iter().map(Item::from).collect()),
        _ => None,
    }
}

fn of_values(entries: Vec<(String, Value)>) -> Option<Lists> {
    entries.into_iter().map(|(key, value)| Some((key, of_value(value)?))).collect()
}

struct Matrix {
    lists: Lists,
    span: Span,
}

impl Matrix {
    fn rows(mut self) -> Result<Vec<Combination>, Fault> {
        let (included, alone) = self.includes()?;
        let excluded = self.excludes()?;
        let mut cells = self.cells()?;
        cells.exclude(&excluded);
        let unmatched = cells.include(included)?;
        Ok(cells.rows.into_iter().flatten().chain(alone).chain(unmatched).collect())
    }

    /// Takes `include` out: entries that share a key with the matrix, and entries that do not.
    fn includes(&mut self) -> Result<(Vec<Combination>, Vec<Combination>), Fault> {
        let mut entries = Vec::new();
        for item in self.lists.get("include").into_iter().flatten() {
            match &item.value {
                Value::Null => {}
                Value::List(nested) => {
                    for value in nested {
                        entries.push(self.combination(value, false, "include")?);
                    }
                }
                value => entries.push(self.combination(value, item.has_odd_keys, "include")?),
            }
        }
        let shares = |entry: &Combination| entry.values.keys().any(|key| self.lists.contains_key(key));
        let parts = entries.into_iter().partition(shares);
        self.lists.remove("include");
        Ok(parts)
    }

    /// Takes `exclude` out. A key that the matrix does not have is an error.
    fn excludes(&mut self) -> Result<Vec<Combination>, Fault> {
        let mut entries = Vec::new();
        for item in self.lists.get("exclude").into_iter().flatten() {
            let entry = self.combination(&item.value, item.has_odd_keys, "exclude")?;
            if let Some(unknown) = entry.values.keys().find(|key| !self.lists.contains_key(*key)) {
                let message = format!("`exclude` names `{unknown}`, which is no key of the matrix");
                return Err(Fault::refused(self.span, message));
            }
            if !entry.is_empty() {
                entries.push(entry);
            }
        }
        self.lists.remove("exclude");
        Ok(entries)
    }

    fn combination(&self, value: &Value, has_odd_keys: bool, key: &str) -> Result<Combination, Fault> {
        match value {
            Value::Map(entries) if !has_odd_keys => Ok(Combination { values: entries.iter().cloned().collect() }),
            _ => Err(Fault::panics(self.span, format!("an item of `{key}` is not a mapping of names to values"))),
        }
    }

    /// Every combination of one value per key.
    fn cells(&self) -> Result<Cells<'_>, Fault> {
        let Some(grid) = Grid::new(&self.lists, COMBINATION_LIMIT) else {
            let message = format!("the matrix has more than {COMBINATION_LIMIT} combinations");
            return Err(fault::too_large(self.span, message));
        };
        let mut cells = Cells { rows: Vec::new(), values: 0, span: self.span, grid };
        cells.count(cells.grid.cells(), cells.grid.keys())?;
        cells.rows.extend((0..cells.grid.cells()).map(|cell| Some(cells.grid.cell(cell))));
        Ok(cells)
    }
}

/// The combinations while `exclude` and `include` are at work. Each entry costs the cells that it names, and no other.
struct Cells<'m> {
    grid: Grid<'m>,
    /// By cell; nothing where the cell is excluded.
    rows: Vec<Option<Combination>>,
    /// How many were written so far.
    values: usize,
    span: Span,
}

impl Cells<'_> {
    /// Takes out what agrees with an `exclude`.
    fn exclude(&mut self, entries: &[Combination]) {
        let selections: BTreeSet<_> = entries.iter().filter_map(|entry| self.grid.selection(entry)).collect();
        for cell in selections.iter().flat_map(|selection| self.grid.selected(selection)) {
            if let Some(row) = self.rows.get_mut(cell) {
                *row = None;
            }
        }
    }

    /// Adds each `include` to every row that agrees with it on the keys of the matrix; returns those that agree with none.
    fn include(&mut self, entries: Vec<Combination>) -> Result<Vec<Combination>, Fault> {
        let mut unmatched = Vec::new();
        for entry in entries {
            let cells = self.grid.selection(&entry).map_or_else(Vec::new, |selection| self.grid.selected(&selection));
            self.count(cells.len(), entry.values.len())?;
            let mut is_matched = false;
            for cell in cells {
                if let Some(Some(row)) = self.rows.get_mut(cell) {
                    row.values.extend(entry.values.clone());
                    is_matched = true;
                }
            }
            if !is_matched {
                unmatched.push(entry);
            }
        }
        Ok(unmatched)
    }

    fn count(&mut self, rows: usize, values: usize) -> Result<(), Fault> {
        self.values = self.values.saturating_add(rows.saturating_mul(values));
        if self.values > VALUE_LIMIT {
            let message = format!("the combinations of the matrix have more than {VALUE_LIMIT} values");
            return Err(fault::too_large(self.span, message));
        }
        Ok(())
    }
}
