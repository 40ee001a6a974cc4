//! Requests to the emulator, by hand: nothing that is tested carries them.

use std::io::{self, Read, Write};
use std::net::{SocketAddrV4, TcpStream};

/// The body of the answer; anything but success is an error with the whole answer as its text.
pub(super) fn send(address: SocketAddrV4, target: &str, headers: &[(&str, &str)], body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (headers, length) = (headers.concat(), body.len());
    write!(
        stream,
        "{target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        _ => Err(io::Error::other(answer)),
    }
}
