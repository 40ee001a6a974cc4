//! The first-boot script, read and run.
//!
//! `text` looks at rendered scripts; the others boot machines (`bed`) and watch how each comes to its end.

#[cfg(test)]
mod bed;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod image;
#[cfg(test)]
mod job;
#[cfg(test)]
mod power;
#[cfg(test)]
mod text;
