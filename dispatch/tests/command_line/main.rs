//! The program as its user meets it: the real binary with a bare environment, files in a folder of its own, real
//! processes, and a stand-in for the forge on a loopback socket.
#![cfg(test)]

mod by_hand;
mod checking;
mod clone;
mod command;
mod explaining;
mod explaining_here;
mod full_disk;
mod hook;
mod killed;
mod operator;
mod places;
mod running;
mod serving;
mod stage;
mod try_out;
mod usage;
