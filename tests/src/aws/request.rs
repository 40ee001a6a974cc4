//! One request to the emulator's own paths.

use std::io::{self, Read, Write};
use std::net::{SocketAddrV4, TcpStream};

use serde_json::Value;

/// The JSON that is answered; anything but success is an error with the answer as its text.
pub(super) fn ask(address: SocketAddrV4, method: &str, path: &str, body: &Value) -> io::Result<Value> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(serde_json::from_str(body)?),
        _ => Err(io::Error::other(answer)),
    }
}
